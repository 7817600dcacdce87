import type { Kernel } from './kernel.ts';
import type { StackWalk } from './stack-walk.ts';
import type { Task } from './types.ts';

/** Note types of register sets. Linux 6.1 include/uapi/linux/elf.h */
export const NT_PRSTATUS = 1;
export const NT_FPREGSET = 2;
export const NT_PRXFPREG = 0x46e6_2b7f;
export const NT_386_TLS = 0x200;
export const NT_ARM_VFP = 0x400;

/**
 * A register set as tracers and core files see it. Of a task that is stopped or is the current one, in
 * a system call, with its frame whole. `withCpu` (task/cpu-state.ts) shows a task's CPU state.
 */
export interface RegisterSet {
  /** NT_*: the general registers (elf_gregset_t) have NT_PRSTATUS and come first. */
  readonly type: number;
  readonly bytes: number;
  /** Bytes of one register: reading and writing are in multiples of it. */
  readonly unit: number;
  /** Not in core files. */
  readonly tracersOnly?: true;
  /** In guest byte order. Undefined: the task has none. */
  read(kernel: Kernel, task: Task): Uint8Array | undefined;
  /** All of it anew; what the task may not change stays. False: no such value (EIO). */
  write(kernel: Kernel, task: Task, bytes: Uint8Array): boolean;
}

/** The system call a task is entering. */
export interface TracedCall {
  readonly number: number;
  /** Six words. */
  readonly args: readonly number[];
}

/** What debuggers and core files see of tasks. Frames are at frameAddress. */
export interface DebugAbi {
  /** AUDIT_ARCH_*. Linux 6.1 include/uapi/linux/audit.h */
  readonly auditArch: number;
  /** EM_* and e_flags of core files. */
  readonly elfMachine: number;
  readonly coreFlags?: number;
  /** User and group ids of struct elf_prpsinfo have 16 bits. */
  readonly narrowIds?: true;
  readonly registerSets: readonly RegisterSet[];
  readonly stackWalk: StackWalk;
  /** The word at a place of the user area (PTRACE_PEEKUSR); undefined: EIO. */
  peekUser(kernel: Kernel, task: Task, offset: number): number | undefined;
  /** Changes it; false: EIO. */
  pokeUser(kernel: Kernel, task: Task, offset: number, value: number): boolean;
  /** Requests of ptrace that only this ABI has: 0, -errno, or undefined for one it does not know. */
  request(kernel: Kernel, tracer: Task, task: Task, request: number, addr: number, data: number): number | undefined;
  /** Number and arguments at a system call's entry. */
  callAtEntry(kernel: Kernel, task: Task): TracedCall;
  /** The call that a task is entering becomes another; -1: none. */
  setCall(kernel: Kernel, task: Task, number: number): void;
  /**
   * For a core file: a frame of a direct call (kernel mode) becomes that of its caller, as the code that
   * it stands at would have it, so that debuggers find the program.
   */
  leaveDirectCall?(kernel: Kernel, task: Task, frame: number): void;
  /** The tracing ends: breakpoints that the ABI keeps go. */
  detach?(kernel: Kernel, task: Task): void;
  /** A task with such breakpoints (Tracing.watching) goes back to user code from a system call. */
  afterCall?(kernel: Kernel, task: Task, frame: number): void;
  /**
   * Arranges that the task traps (SIGTRAP, TRAP_TRACE) after one instruction of user code, or no longer
   * does. Left out where Linux has no single-stepping on this ISA.
   */
  singleStep?(kernel: Kernel, task: Task, frame: number, on: boolean): void;
}
