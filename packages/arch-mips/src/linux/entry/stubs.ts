import { FRAME_CALLS as COMMON } from '@kml/kernel';
import { SYSCALL_NUMBERS } from '../syscall-numbers.ts';
import { NR_SYSCALLS } from './constants.ts';

/** Calls that copy the whole frame: the registers that C functions save are stored first. Linux 6.1 arch/mips/kernel/syscall.c: save_static_function */
const COPYING: ReadonlySet<string> = new Set(['fork', 'vfork', 'clone', 'clone3']);
/** Calls that replace the frame: their way back restores all of it, with no result stored. */
const REPLACING: ReadonlySet<string> = new Set(['sigreturn', 'rt_sigreturn']);
/** Calls that replace the frame unless they fail. */
const STARTING: ReadonlySet<string> = new Set(['execve', 'execveat']);

/** Calls that need the whole frame, also by the direct call. */
export const FRAME_CALLS: ReadonlySet<string> = new Set([...COMMON, 'pipe', 'syscall']);

/** The present task's frame into T0. */
const FRAME = `
  lui t0, %hi(STACK_TOP)
  lw t0, %lo(STACK_TOP)(t0)
  addiu t0, t0, -PT_SIZE`;

const STORE_STATIC = ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 'fp']
  .map((name, i) => `\n  sw ${name}, PT_R${i === 8 ? 30 : 16 + i}(t0)`)
  .join('');

/**
 * syscall(number, …): the number is the first argument, the others move up. The frame keeps them as
 * they were, for a call that is executed again. Linux 6.1 arch/mips/kernel/scall32-o32.S: sys_syscall
 */
const INDIRECT = `
  addiu t0, a0, -SYSCALL_BASE
  sltiu t1, t0, NR_SYSCALLS
  beqz t1, indirect_bad
  sll t1, t0, 2
  beqz t0, indirect_bad
  lui t2, %hi(SYS_CALL_TABLE)
  addu t2, t2, t1
  lw t2, %lo(SYS_CALL_TABLE)(t2)
  move a0, a1
  move a1, a2
  move a2, a3
  lw a3, 16(sp)
  lw t4, 20(sp)
  lw t5, 24(sp)
  lw t6, 28(sp)
  sw t4, 16(sp)
  sw t5, 20(sp)
  sw t6, 24(sp)
  jr t2
  nop
indirect_bad:
  jr ra
  li v0, -ENOSYS`;

function body(number: number): string {
  const name = SYSCALL_NUMBERS.get(number) ?? '';
  if (name === 'syscall') return INDIRECT;
  const call = `\n  kernelcall ${number}`;
  const back = '\n  jr ra\n  nop';
  if (COPYING.has(name)) return `${FRAME}${STORE_STATIC}${call}${back}`;
  if (REPLACING.has(name)) return `${call}${FRAME}\n  move sp, t0\n  b syscall_exit\n  nop`;
  if (STARTING.has(name)) {
    return `${FRAME}${STORE_STATIC}${call}
  lw t0, TI_FLAGS(gp)
  ori t0, t0, TIF_NOTIFY
  sw t0, TI_FLAGS(gp)${back}`;
  }
  return `${call}${back}`;
}

/**
 * What sys_call_table points at: for each number a function in the C convention (arguments in A0 to A3
 * and from 16(SP) up, -errno or a result in V0) that makes the kernel call of that number. Numbers
 * without a call have one too.
 */
export const SYSTEM_CALL_STUBS = Array.from(
  { length: NR_SYSCALLS },
  (_, number) => `\n  .align 8\nstub_${number}:${body(number)}`,
).join('');
