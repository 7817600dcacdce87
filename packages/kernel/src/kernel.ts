import type { Cpu, GuestMemory, Mmu } from '@kml/core';
import type { HostDirectory, HostPorts } from './host.ts';
import type { FutexKey } from './ipc/futex-key.ts';
import type { KernelImage, LinuxAbi } from './linux-abi.ts';
import type { SchedState } from './sched/sched-state.ts';
import type { CallTables } from './syscalls/call-tables.ts';
import type { KernelWork } from './syscalls/work-cost.ts';
import type { TimeState } from './time/time-state.ts';
import type { Mount, Task, ThreadGroup, WaitQueue } from './types.ts';

/** What the kernel asks of the engine that runs the CPU. */
export interface EnginePort {
  /** Exact instruction and cycle counts since boot. */
  instructions(): number;
  cycles(): number;
  /** Run comes back after the present instruction. */
  stop(): void;
  /** Raises or clears the interrupt request line; the CPU takes it where it may. */
  setInterrupt(line: number, pending: boolean): void;
  /** Adds modelled kernel work to the cycle counter; `isSteady`: of a steady call (syscalls/steady.ts). */
  addCycles(cycles: number, isSteady?: boolean): void;
}

/** A system call as a hook sees it. Arguments are read by the call's signature; a result below 0 is -errno. */
export type SyscallEvent =
  | { readonly kind: 'enter'; readonly pid: number; readonly name: string; readonly args: readonly number[] }
  | { readonly kind: 'exit'; readonly pid: number; readonly name: string; readonly result: number };

export interface KernelOptions {
  /** Guest root: a host directory seen copy-on-write, or an empty tmpfs. */
  readonly root: HostDirectory | undefined;
  /** Changes go to the host directory itself. */
  readonly writeRoot: boolean;
  readonly mounts: readonly { readonly host: HostDirectory; readonly guest: string; readonly readOnly: boolean }[];
  /** Swap, in pages. */
  readonly swapPages: number;
  readonly hz: number;
  readonly time: 'real' | 'virtual';
  /** Clock rate of the CPU model. */
  readonly clockHz: number;
  /** Cycles of the work behind system calls, by name, where the CPU model has its own (CpuModel.callWork). */
  readonly callWork?: Readonly<Record<string, number>>;
  /** The same of other work (work-cost.ts), and what the reference figures are multiplied by for this CPU model. */
  readonly work?: Readonly<Record<string, number>>;
  readonly workScale?: number;
  readonly hostname: string;
  /** Trace line sink (--strace), without the newline. */
  readonly strace: ((line: string) => void) | undefined;
  /** Told of every system call, when it is entered and when it has a result. */
  readonly onSyscall?: (event: SyscallEvent) => void;
  /** Real time at boot, in nanoseconds since the epoch; default: virtual time starts at EPOCH_VIRTUAL (time/clock.ts), real time asks the host. */
  readonly bootRealtime?: bigint;
  /** Seconds of guest time with interrupts off and a tick waiting, after which the machine panics. Default 1. */
  readonly lockupSeconds?: number;
  /** Treat every program as if it were under /trusted. */
  readonly allKernelMode: boolean;
  /** System-call traps of kernel-mode processes go the way of direct calls. */
  readonly recognise: boolean;
  /** Turn the trap instructions of kernel-mode programs into direct calls (rewrite/). Default: not. */
  readonly rewrite?: boolean;
  /** Programs are told of no vDSO (no AT_SYSINFO, no AT_SYSINFO_EHDR), and so all their calls trap. As Linux with vdso=0. */
  readonly noVdso?: boolean;
}

/** All kernel state: plain data. Parts that a subsystem owns are declared in its own file and hung here. */
export interface KernelState {
  tasks: Map<number, Task>;
  groups: Map<number, ThreadGroup>;
  nextPid: number;
  current: Task | undefined;
  /** Runnable tasks but for the current one, by vruntime. */
  runQueue: Task[];
  sched: SchedState;
  time: TimeState;
  /** Process id of the program the machine was started with. */
  firstPid: number;
  /** Ticks since boot. */
  jiffies: number;
  bootRealtime: bigint;
  /** Idle time skipped or slept, in nanoseconds (virtual time). */
  idleNs: bigint;
  rootMount: Mount | undefined;
  mounts: Mount[];
  hostname: string;
  domainname: string;
  /** Futex and other queues that live by key. */
  keyedQueues: Map<FutexKey, WaitQueue>;
  counters: KernelCounters;
  /** Set when the first process has ended: its wait status. The machine stops. */
  initStatus: number | undefined;
  /** Set by a panic. */
  panic: string | undefined;
  /** What subsystems keep beside this (fs: tty, pipes, …; mm: frames, swap): plain data by subsystem name. */
  sub: Record<string, unknown>;
}

export interface KernelCounters {
  /** System calls by number; syscallCounts (syscalls/table.ts) has them by name. */
  calls: number[];
  syscalls: Map<string, number>;
  unimplemented: Map<number, number>;
  minorFaults: number;
  majorFaults: number;
  pagesOut: number;
  pagesIn: number;
  contextSwitches: number;
  forks: number;
  execs: number;
  ticks: number;
  signals: number;
}

/** The kernel: its state, and the parts of the machine it works on. Behaviour is in functions that take it first. */
export interface Kernel extends CallTables {
  readonly abi: LinuxAbi;
  readonly cpu: Cpu;
  readonly memory: GuestMemory;
  readonly mmu: Mmu;
  readonly engine: EnginePort;
  readonly host: HostPorts;
  readonly options: KernelOptions;
  readonly image: KernelImage;
  readonly state: KernelState;
  /** What the kernel's work costs on this CPU model. */
  readonly work: KernelWork;
}
