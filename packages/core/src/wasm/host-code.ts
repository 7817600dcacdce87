/** Machine code of a module, as a host gives it. */
export interface CodeOfHost {
  readonly code: Uint8Array<ArrayBuffer>;
  /** Of the code: it is run as it was kept, so a damaged store must not be taken for it. */
  readonly checksum: number;
}

/**
 * What a host offers that can keep the machine code it made of WebAssembly: a later run neither compiles it
 * nor waits until it is worth optimising. Where there is none, modules are compiled anew in each run.
 */
export interface HostCode {
  /** Whether an exported function has been compiled at all, and whether it is optimised. */
  isCompiled(code: unknown): boolean;
  isOptimised(code: unknown): boolean;
  /** Has an exported function optimised now. */
  optimise(code: unknown): void;
  /** The machine code of the functions that are optimised, of which there must be one. */
  take(module: WebAssembly.Module): CodeOfHost;
  /** The module of these bytes with its machine code; undefined if the host is another one, or its code damaged. */
  give(kept: CodeOfHost, bytes: Uint8Array): WebAssembly.Module | undefined;
}
