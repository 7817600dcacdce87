/** Version of what a save file holds: raised where files of older ones cannot be read any more. */
export const SAVE_FORMAT = 1;

/** A piece of a saved machine; a machine has many. They are to be given back in the order in which they came. */
export interface SavedPart {
  readonly kind: 'directories' | 'state' | 'swap' | 'frames';
  readonly bytes: Uint8Array;
}

/** Where a host directory came from: opened again by its path, or held in the file ('memory'). */
export interface SavedDirectory {
  /** 'root', or the guest path that it was mounted at. */
  readonly name: string;
  readonly origin: { readonly kind: 'memory' } | { readonly kind: 'host'; readonly path: string };
  readonly readOnly: boolean;
}

/** A task, for those who look into a save file. */
export interface SavedTask {
  readonly tid: number;
  readonly pid: number;
  readonly parent: number;
  readonly comm: string;
  readonly state: string;
  readonly kernelMode: boolean;
}

/** What a saved machine is: JSON. */
export interface SaveHeader {
  readonly format: number;
  /** Version and build of the KML that wrote it: another build's kernel has other state. */
  readonly version: string;
  readonly arch: string;
  readonly cpu: string;
  /** Guest memory in bytes. */
  readonly memory: number;
  readonly time: 'real' | 'virtual';
  readonly hz: number;
  readonly recognise: boolean;
  readonly lockupSeconds: number | undefined;
  /** Every program is treated as if it were under /trusted. */
  readonly kernelMode: boolean;
  /** Trap instructions are rewritten (MachineOptions.rewrite). */
  readonly rewrite: boolean;
  readonly noVdso?: boolean;
  readonly writeRoot: boolean;
  readonly directories: readonly SavedDirectory[];
  readonly instructions: number;
  readonly cycles: number;
  /** Guest time since boot, in seconds. */
  readonly guestSeconds: number;
  /** Page frames that are not all zeros, and pages in the host's swap. */
  readonly frames: number;
  readonly swapPages: number;
  readonly tasks: readonly SavedTask[];
  /** The code store's name for the first program's code. */
  readonly codeName: string;
}

/** A machine, saved. */
export interface SavedMachine {
  readonly header: SaveHeader;
  /** To be gone through once. */
  readonly parts: Iterable<SavedPart>;
}
