/** System calls that only ARM has: numbers 0x0f0000 up. Linux 6.1 arch/arm/kernel/traps.c: arm_syscall */
import {
  EFAULT,
  EINVAL,
  ENOSYS,
  forceSignal,
  full,
  type Kernel,
  NO_RESULT,
  type SyscallDef,
  sigInfo,
  type Task,
  VERSIONED_IPC_CONTROLS,
} from '@kml/kernel';
import { setThreadRegister, threadRegister } from './context.ts';
import { ARM_NR_BASE, ARM_PRIVATE_CALLS, TASK_SIZE } from './layout.ts';

const [SIGILL, SIGTRAP, SIGSEGV] = [4, 5, 11] as const;
const ILL_ILLTRP = 4;
const TRAP_BRKPT = 1;
const SEGV_MAPERR = 1;
/** Private numbers up to this one give ENOSYS; those beyond are illegal. */
const LAST_RESERVED = 0x7ff;

/** A signal as of the trap itself; the registers stay as they are. */
function raise(kernel: Kernel, task: Task, signo: number, code: number): number {
  forceSignal(kernel, task, sigInfo(signo, { code, addr: 0 }));
  return NO_RESULT;
}

/** Instruction fetches see every store here, so there is nothing to do but to check the arguments. */
function cacheflush(_kernel: Kernel, _task: Task, start: number, end: number, flags: number): number {
  if (flags !== 0 || end < start) return -EINVAL;
  return end > TASK_SIZE ? -EFAULT : 0;
}

const ROWS: readonly SyscallDef[] = [
  full('arm_branch_through_zero', [], (kernel, task) => raise(kernel, task, SIGSEGV, SEGV_MAPERR)),
  full('breakpoint', [], (kernel, task) => raise(kernel, task, SIGTRAP, TRAP_BRKPT)),
  full('cacheflush', ['ptr', 'ptr', 'flags'], cacheflush),
  // No 26-bit mode exists on this CPU.
  full('usr26', [], (kernel, task) => badCall(kernel, task, ARM_NR_BASE + 3)),
  full('usr32', [], () => NO_RESULT),
  full('set_tls', ['ptr'], (kernel, _task, value) => {
    setThreadRegister(kernel, value!);
    return 0;
  }),
  full('get_tls', [], threadRegister),
];

/** A private number without a call: ENOSYS where it is reserved for one, else the signal of a bad instruction. */
export function badCall(kernel: Kernel, task: Task, number: number): number {
  const reserved = number >>> 16 === ARM_NR_BASE >>> 16 && (number & 0xffff) > 6 && (number & 0xffff) <= LAST_RESERVED;
  return reserved ? -ENOSYS : raise(kernel, task, SIGILL, ILL_ILLTRP);
}

/** Number 300 and its like are the calls with a version in their commands. Linux 6.1 arch/arm/tools/syscall.tbl: sys_old_semctl */
export const PRIVATE_SYSCALLS: readonly SyscallDef[] = [...ROWS, ...VERSIONED_IPC_CONTROLS];

/** Their names by the numbers of their kernel calls. */
export const PRIVATE_NUMBERS: readonly (readonly [number, string])[] = ROWS.map((row, n) => [
  ARM_PRIVATE_CALLS + n,
  row.name,
]);
