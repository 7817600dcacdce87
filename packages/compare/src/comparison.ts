/**
 * What `kml compare` found: plain data, and just what `--json` writes. The screen's table, `--csv` and
 * `--html` are made from it and from nothing else. A row is one workload on one architecture, in one
 * mode, by one way into the kernel, on one CPU model.
 *
 * With virtual time and without host times, two comparisons of the same things are equal in every field.
 */

import type { InstructionMix } from '@kml/machine';

/** Raised when a field changes its meaning or goes away; new fields do not raise it. */
export const COMPARISON_FORMAT = 1;

export interface Comparison {
  readonly format: typeof COMPARISON_FORMAT;
  readonly generator: { readonly name: 'kml'; readonly version: string };
  /** Which clock the guest saw: its own cycles, or the host's. */
  readonly time: 'virtual' | 'real';
  /** Where host seconds were measured; only where rows have them. */
  readonly host?: ComparisonHost;
  readonly rows: readonly ComparisonRow[];
}

export interface ComparisonHost {
  readonly cpu: string;
  readonly cores: number;
  /** 'linux', 'darwin', … and the version of Node. */
  readonly platform: string;
  readonly node: string;
}

/** Privilege that the program runs at: `kernel` is Kernel Mode Linux. */
export type ComparisonMode = 'user' | 'kernel';

/**
 * How the program's system calls enter the kernel.
 * - `trap`: by the trap instruction (int 0x80, svc, syscall, sc)
 * - `fast`: by the fast system call that the kernel offers (sysenter)
 * - `direct`: by a function call into kernel text, in kernel mode only
 * - `recognised`: by a trap instruction that the kernel has recognised and turned into a call, in kernel mode only
 * - `rewritten`: by a trap instruction that the kernel has overwritten with a call, in kernel mode only
 * - `own`: as the program does it by itself: `kernelEntries` say how
 */
export type EntryPath = 'trap' | 'fast' | 'direct' | 'recognised' | 'rewritten' | 'own';

export type WorkloadGroup = 'call' | 'process' | 'memory' | 'cpu' | 'shell' | 'program';

export interface ComparisonWorkload {
  /** As on the command line: 'getpid'. */
  readonly name: string;
  /** For people: 'null system call (getpid)'. */
  readonly title: string;
  readonly group: WorkloadGroup;
  /** What is done `iterations` times, in the singular: 'call', 'page', 'round trip', 'run'. */
  readonly unit: string;
}

export interface ComparisonCpu {
  readonly name: string;
  readonly title: string;
  readonly clockHz: number;
}

export interface ComparisonRow {
  /** Architecture by its plugin's name ('ia32', 'mipsel'), its ABI's name, and its byte order. */
  readonly arch: string;
  readonly abi: string;
  readonly byteOrder: 'little' | 'big';
  readonly mode: ComparisonMode;
  readonly entry: EntryPath;
  readonly cpu: ComparisonCpu;
  readonly workload: ComparisonWorkload;
  /** Units that `perUnit` is the mean of. */
  readonly iterations: number;
  /** One unit, start-up and end of the program taken out: fractions. Absent where the row failed before it could be told. */
  readonly perUnit?: Measures;
  /** The whole run that did most units, from boot to its end: whole numbers. Absent where it never ran. */
  readonly total?: Measures;
  /** How the program ended: `exit 0`, `signal 11`, `timed out`, `panic`; empty where it never ran. */
  readonly ended: string;
  /** The status that kml run would have; -1 where it never ran. */
  readonly exitStatus: number;
  /** SHA-256 of what the program wrote to its terminal, in hexadecimal; empty where it never ran. */
  readonly outputSha256: string;
  readonly verdict: 'ok' | 'failed';
  /** Why it failed: one line. */
  readonly reason?: string;
}

/** Counts of a run, or of one unit of it. */
export interface Measures {
  readonly instructions: number;
  readonly cycles: number;
  /** Where the cycles went: the program's own code, the kernel's entry code, and the kernel's modelled work. Only where the machine keeps them apart. */
  readonly cyclesBy?: { readonly user: number; readonly entry: number; readonly kernel: number };
  /** Guest time: cycles at the CPU model's clock rate. */
  readonly nanoseconds: number;
  /** Time on this host; only with real time or where asked for. */
  readonly hostSeconds?: number;
  /** Entries into the kernel by way in, counted by the kernel's entry code in the guest. */
  readonly kernelEntries: KernelEntries;
  /** System calls made. */
  readonly systemCalls: number;
  readonly pageFaults: { readonly minor: number; readonly major: number };
  readonly contextSwitches: number;
  readonly signals: number;
  /** Instructions by class, their sum `instructions`; only with --mix. */
  readonly mix?: InstructionMix;
}

export interface KernelEntries {
  readonly trap: number;
  readonly fast: number;
  readonly direct: number;
  readonly recognised: number;
  /** Direct calls from rewritten traps; `direct` has the others. */
  readonly rewritten: number;
  /** Page faults and other exceptions. */
  readonly fault: number;
  readonly interrupt: number;
}
