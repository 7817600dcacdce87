import { DISABLE_INTERRUPTS, ENABLE_INTERRUPTS, RESTORE_AND_RETURN } from './macros.ts';

/**
 * The ways back, with the frame at r1. A user's frame lies at the top of the kernel stack; before it is
 * undone, work that waits is done, with interrupts off, until none is left. Interrupted kernel text goes
 * on where it was: the kernel is never preempted.
 */
export const EXIT = `
ret_from_fork:
  kernelcall KC_SCHEDULE_TAIL
syscall_exit:${DISABLE_INTERRUPTS}
user_exit:
  lwz r9, TI_FLAGS(r2)
  andi. r9, r9, WORK_MASK
  bne exit_work
restore:${RESTORE_AND_RETURN}

exit_work:
  addi r3, r1, FRAME
  kernelcall KC_EXIT_WORK
  b user_exit

# A reservation does not outlive an interrupt.
ret_from_trap:
  stwcx. r0, r0, r1
  mfsprg2 r9
  cmplw r9, r1
  beq user_exit
  b restore

idle:${ENABLE_INTERRUPTS}
idle_call:
  kernelcall KC_IDLE
  b idle
`;
