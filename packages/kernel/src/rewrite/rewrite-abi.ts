/** What rewriting needs to know of an ABI. The mechanism (sites, stubs, what is forgotten when) is the kernel's: rewrite/. */
import type { Kernel } from '../kernel.ts';
import type { KernelException } from '../linux-abi.ts';
import type { Mm, Task } from '../types.ts';

/** Why a signal trampoline is left: unwinders and debuggers know it by its code. */
export const SIGNAL_TRAMPOLINE = 'signal trampoline';

/** Reads program text: undefined where it is not mapped. */
export type ReadText = (address: number, length: number) => Uint8Array | undefined;

/** Where a site's stub may lie. */
export interface StubPlace {
  readonly low: number;
  /** Last address that it may begin at. */
  readonly high: number;
  /** Whether it may begin at an address between them; any, if left out. */
  fits?(address: number): boolean;
}

/** How a site is rewritten. */
export interface SitePlan {
  /** First byte that changes, and the bytes that are there now. */
  readonly start: number;
  readonly original: Uint8Array;
  /** Left out: the site needs no stub. */
  readonly stub?: StubPlace;
  /** The new bytes of the site and those of its stub, which will lie at `stub`. */
  make(stub: number): { readonly patch: Uint8Array; readonly stub?: Uint8Array };
}

/**
 * A site is the address of a trap instruction, with the bits below the instruction alignment that say
 * how the code there runs (ARM: Thumb).
 */
export interface RewriteAbi {
  /** Bytes of a stub; 0 where sites need none. */
  readonly stubBytes: number;
  /** exec: maps what the address space needs beside stubs: the ranges, or -errno. */
  prepare?(kernel: Kernel, mm: Mm): { start: number; end: number }[] | number;
  /** The site of the trap that the frame is of, or -1 if it is of none that can be rewritten. */
  trapSite(kernel: Kernel, frame: number): number;
  /** How the site is rewritten, or why it is left. */
  plan(kernel: Kernel, mm: Mm, site: number, read: ReadText): SitePlan | string;
  /** The address space's sites are others now: `added`, or (undefined) some have gone. */
  sitesChanged?(kernel: Kernel, mm: Mm, added: number | undefined): void;
  /** An exception that comes of rewriting: dealt with (true), or the program's own. */
  fixup?(kernel: Kernel, task: Task, exception: KernelException): boolean;
}
