import { SYSTEM_CALL } from '../../isa/vectors.ts';
import { count, ENABLE_INTERRUPTS, SAVE_REGISTERS } from './macros.ts';

/**
 * `sc`: number in r0, arguments in r3 to r8. Only user code executes it, so the frame lies at the top of
 * the kernel stack whatever MSR.PR says. The saved CR0.SO is cleared: it will say whether the call failed.
 */
export const SYSTEM_CALL_VECTOR = `
  .org KERNEL_TEXT + 0x${SYSTEM_CALL.toString(16)}
vector_${SYSTEM_CALL.toString(16)}:
  mtsprg0 r10
  mtsprg1 r11
  mfcr r10
  mfsprg2 r11
  rlwinm r10, r10, 0, 4, 2
  stw r10, PT_CCR(r11)
  li r10, TRAP_SYSCALL
  b system_call
`;

/**
 * The call through sys_call_table. Entries are functions in the C convention that return -errno; the
 * frame gets a positive errno and CR0.SO. A call that replaced the whole frame (sigreturn, execve) has
 * changed its trap word too, and has no result.
 * Linux 6.1 arch/powerpc/kernel/interrupt.c: system_call_exception, syscall_exit_prepare
 */
export const SYSTEM_CALL_CODE = `
system_call:${SAVE_REGISTERS}${count('ENTRIES_TRAP')}
system_call_entered:${ENABLE_INTERRUPTS}
  lwz r9, TI_FLAGS(r2)
  andi. r9, r9, TIF_TRACE
  bne system_call_trace
system_call_invoke:
  cmplwi r0, NR_SYSCALLS
  bge system_call_bad
  lis r11, SYS_CALL_TABLE@ha
  slwi r12, r0, 2
  addi r11, r11, SYS_CALL_TABLE@l
  lwzx r12, r11, r12
  mtctr r12
  bctrl
system_call_result:
  lwz r9, PT_TRAP(r1)
  cmpwi r9, TRAP_SYSCALL
  bne syscall_exit
  stw r3, PT_RESULT(r1)
  li r9, -4095
  cmplw r3, r9
  blt system_call_store
  neg r3, r3
  lwz r9, PT_CCR(r1)
  oris r9, r9, 0x1000
  stw r9, PT_CCR(r1)
system_call_store:
  stw r3, PT_R3(r1)
  b syscall_exit

system_call_bad:
  li r3, -ENOSYS
  b system_call_result

system_call_trace:
  addi r3, r1, FRAME
  kernelcall KC_SYSCALL_TRACE
  lwz r0, PT_R0(r1)
  lwz r3, PT_R3(r1)
  lwz r4, PT_R4(r1)
  lwz r5, PT_R5(r1)
  lwz r6, PT_R6(r1)
  lwz r7, PT_R7(r1)
  lwz r8, PT_R8(r1)
  b system_call_invoke
`;
