import { THREAD_INFO_TO_R9 } from './macros.ts';

/**
 * The way back, with the frame on top of the stack. To user code: work first, with interrupts masked
 * from the test on; the mode in the frame's CPSR is USR or, for a kernel-mode user process, SYS. To
 * kernel code: at once, since the kernel is not preempted.
 * Linux 6.1 arch/arm/kernel/entry-common.S: ret_to_user, slow_work_pending; entry-header.S: svc_exit
 */
export const EXIT = `
ret_from_fork:
  kernelcall KC_SCHEDULE_TAIL${THREAD_INFO_TO_R9}
ret_to_user:
  cpsid
  ldr r1, [r9, #TI_FLAGS]
  tst r1, #WORK_MASK
  bne work_pending
restore_user:
  ldr r1, [sp, #PT_CPSR]
  ldr lr, [sp, #PT_PC]
  msr spsr_cxsf, r1
  clrex
  ldmia sp, {r0-lr}^
  add sp, sp, #PT_SIZE
  movs pc, lr

work_pending:
  mov r0, sp
  kernelcall KC_EXIT_WORK
  ldr r1, [r9, #TI_RESTART]
  cmp r1, #0
  beq ret_to_user
@ The call goes on as restart_syscall; the program's r7 stays as it is.
  mov r1, #0
  str r1, [r9, #TI_RESTART]
  ldmia sp, {r0-r6}
  mov r7, #NR_RESTART_SYSCALL
  mov32 r8, CPU
  b syscall_call

ret_to_kernel:
  ldr r1, [sp, #PT_CPSR]
  msr spsr_cxsf, r1
  clrex
  ldmia sp, {r0-pc}^

idle:
  cpsie
  kernelcall KC_IDLE
  b idle
`;
