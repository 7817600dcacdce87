import { count, SAVE_USER, THREAD_INFO_TO_R9 } from './macros.ts';

/**
 * SVC: in SVC mode on the task's kernel stack, interrupts masked, from USR mode or from SYS mode (a
 * kernel-mode user process; never from SVC mode, whose LR would be lost). r7 is the number, r0 to r5
 * the arguments; the fifth and sixth go onto the stack, so that handlers are C functions.
 *
 * A number in the instruction belongs to the old ABI, which is not offered; the kernel's own signal
 * trampolines carry it beside the same number in r7, which makes them good for both.
 * Linux 6.1 arch/arm/kernel/entry-common.S: vector_swi
 */
export const SYSTEM_CALL = `
entry_svc:${SAVE_USER}
  mrs r8, spsr
  str lr, [sp, #PT_PC]
  str r8, [sp, #PT_CPSR]
  str r0, [sp, #PT_ORIG_R0]
  tst r8, #PSR_T
  movne r10, #0
svc_read:
  ldreq r10, [lr, #-4]
svc_read_end:
  bics r10, r10, #0xff000000
  bne svc_oabi
svc_eabi:${THREAD_INFO_TO_R9}${count('ENTRIES_TRAP', 'r8', 'r10')}
syscall_entered:
  str r7, [r9, #TI_SYSCALL]
syscall_call:
  cpsie
  ldr r10, [r9, #TI_FLAGS]
  tst r10, #TIF_TRACE
  bne syscall_trace
syscall_traced:
  add r8, r8, #TABLE_OFFSET
  stmdb sp!, {r4, r5}
  cmp r7, #NR_SYSCALLS
  bcs syscall_private
  ldr ip, [r8, r7, lsl #2]
  blx ip
syscall_result:
  add sp, sp, #8
  str r0, [sp, #PT_R0]
  b ret_to_user

syscall_private:
  subs ip, r7, #ARM_NR_BASE
  movcc r0, #MINUS_ENOSYS
  bcc syscall_result
  cmp ip, #ARM_NR_COUNT
  bcs syscall_bad
  add r8, r8, #ARM_TABLE_OFFSET
  ldr ip, [r8, ip, lsl #2]
  blx ip
  b syscall_result

syscall_bad:
  mov r0, r7
  kernelcall KC_BAD_CALL
  b syscall_result

syscall_trace:
  mov r0, sp
  kernelcall KC_SYSCALL_TRACE
  ldmia sp, {r0-r6}
  ldr r7, [r9, #TI_SYSCALL]
  cmn r7, #1
  bne syscall_traced
  b ret_to_user

svc_oabi:
  eor r10, r10, #OABI_BASE
  cmp r10, r7
  beq svc_eabi${THREAD_INFO_TO_R9}
  mvn r8, #0
  str r8, [r9, #TI_SYSCALL]
  mov r0, r10
  kernelcall KC_OABI_CALL
  mov r0, #MINUS_ENOSYS
  str r0, [sp, #PT_R0]
  b ret_to_user

@ The instruction can be executed but not read: it is fetched again, and faults if it must.
svc_read_fault:${THREAD_INFO_TO_R9}
  mvn r8, #0
  str r8, [r9, #TI_SYSCALL]
  sub lr, lr, #4
  str lr, [sp, #PT_PC]
  b ret_to_user
`;
