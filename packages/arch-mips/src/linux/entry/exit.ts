import { kernelStatus, RESTORE_REST, RESTORE_SOME } from './macros.ts';

/** The way back, with the frame on top of the kernel stack: work first. Linux 6.1 arch/mips/kernel/entry.S */
export const EXIT = `
ret_from_fork:
  kernelcall KC_SCHEDULE_TAIL
syscall_exit:${kernelStatus('off')}
  lw t0, TI_FLAGS(gp)
  andi t0, t0, WORK_MASK
  bnez t0, exit_work
  nop
restore_all:${RESTORE_REST}
restore_partial:${RESTORE_SOME}

exit_work:
  move a0, sp
  kernelcall KC_EXIT_WORK
  b syscall_exit
  nop

idle:${kernelStatus('on')}
  kernelcall KC_IDLE
  b idle
  nop
`;
