import type { AccessObserver, HostCode, OptimisationName, TrapEvent } from '@kml/core';
import type {
  HostClock,
  HostConsole,
  HostDirectory,
  HostEntropy,
  HostLog,
  HostNetwork,
  HostSwap,
  SyscallEvent,
} from '@kml/kernel';

/**
 * Keeps lifted code by name, so that later machines with the same programs start sooner. It must be
 * emptied, or be another one, when this library changes.
 */
export interface CodeStore {
  /** What is kept under that name, to be read until it is closed, whatever is written meanwhile; undefined if there is none. */
  open(name: string): KeptCode | undefined;
  /** Keeps this under that name, piece by piece: a piece is no more what it was when the next is asked for. */
  write(name: string, pieces: Iterable<Uint8Array>): void;
  /** Keeps the host's machine code of translations, too, where the host can. */
  readonly hostCode?: HostCode;
}

/** Kept code, open for reading. */
export interface KeptCode {
  readonly size: number;
  /** Reads the bytes from `position` on until `into` is full; false if that cannot be. */
  read(into: Uint8Array, position: number): boolean;
  close(): void;
}

/** What a machine is made from. Everything has a default. */
export interface MachineOptions {
  /** ISA, by its plugin's name. */
  readonly arch?: string;
  /** CPU model of that ISA; default its first. */
  readonly cpu?: string;
  /** Guest memory in bytes (256 MiB) and swap in bytes (0). */
  readonly memory?: number;
  readonly swap?: number;
  /** Timer interrupts a second (100). */
  readonly hz?: number;
  /** 'real' (default): the host's clock. 'virtual': the clock advances with guest cycles, idle time is skipped, and runs repeat bit for bit. */
  readonly time?: 'real' | 'virtual';
  /** Guest root; without one it is empty but for what `mounts` put there. */
  readonly root?: HostDirectory;
  /** Changes go to the root directory itself instead of staying in the guest. */
  readonly writeRoot?: boolean;
  readonly mounts?: readonly { readonly host: HostDirectory; readonly guest: string; readonly readOnly: boolean }[];
  /** System-call traps of kernel-mode processes go the way of direct calls, or are traps. Default: they do, unless `rewrite` turns them into calls. */
  readonly recognise?: boolean;
  /** Treat every program as if it were under /trusted. */
  readonly kernelMode?: boolean;
  /** Turn the trap instructions of kernel-mode programs into direct calls as they are first executed. */
  readonly rewrite?: boolean;
  /** Programs are told of no vDSO and of no entry for system calls, and so all their calls trap, in kernel mode too. As Linux with vdso=0. */
  readonly noVdso?: boolean;
  /** Seconds of guest time with interrupts disabled after which the lock-up watchdog panics (1). */
  readonly lockupSeconds?: number;
  /** Optimisations of the engine that are off, to measure them or to find one at fault; default none. Of no effect on the guest. */
  readonly without?: readonly OptimisationName[];
  /** Never translate. */
  readonly interpret?: boolean;
  /** Count instructions by class, for stats().mix: everything is interpreted then. The counts are not saved. */
  readonly mix?: boolean;
  /** Executions of a block before it is translated. */
  readonly hotness?: number;
  readonly hostname?: string;
  readonly console?: HostConsole;
  readonly log?: HostLog;
  /** Clocks; default the host's. Entropy; default none, so that runs repeat. */
  readonly clock?: HostClock;
  readonly entropy?: HostEntropy;
  /** Where paged-out pages go; default host memory. */
  readonly swapStore?: HostSwap;
  /** The host's network; default none: only what is in the machine can be reached. Needs the host's clock. */
  readonly network?: HostNetwork;
  /** Keeps lifted code between runs; default nowhere. Of no effect on the guest. */
  readonly codeStore?: CodeStore;
  /** Real time at boot in nanoseconds since the epoch; default the clock's, or a fixed date in virtual time. */
  readonly bootRealtime?: bigint;
  /** Samples where the guest is, each so many instructions: Machine.profile. Of no effect on the guest. */
  readonly profileEvery?: number;
  /** Called before each block of guest code with its address, mode word and instruction count. Slows the machine down. */
  readonly onBlock?: (pc: number, mode: number, instructions: number) => void;
  /** Called before each memory access of guest code. Slows the machine down. */
  readonly onMemoryAccess?: AccessObserver;
  /** Called before a trap, fault or interrupt is delivered. */
  readonly onTrap?: (event: TrapEvent) => void;
  /** Called when a system call is entered and when it has its result. */
  readonly onSyscall?: (event: SyscallEvent) => void;
  /** Receives a line for every system call. */
  readonly strace?: (line: string) => void;
}

/** The first program. */
export interface ProgramOptions {
  /** Guest path; without a '/' it is looked up in PATH. */
  readonly path: string;
  /** Arguments, argv[0] included; default the path alone. */
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Bounds of one run; either of the first two ends it with kind 'limit'. Instructions are counted since boot. */
export interface RunLimits {
  /** Host seconds. */
  readonly timeoutSeconds?: number;
  readonly maxInstructions?: number;
  /** Comes back with kind 'paused' at so many instructions, to be run on. */
  readonly pauseAt?: number;
}

/** How a run ended. */
export type RunResult =
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'signal'; readonly signal: number; readonly status: number }
  /** Machine.pause was called, or `pauseAt` is reached: the machine stands, and can be saved or run on. */
  | { readonly kind: 'paused'; readonly status: 124 }
  | { readonly kind: 'limit'; readonly limit: 'timeout' | 'instructions'; readonly status: 124 }
  | { readonly kind: 'panic'; readonly message: string; readonly status: 125 };
