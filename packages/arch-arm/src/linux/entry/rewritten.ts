import { count, SAVE_USER, THREAD_INFO_TO_R9 } from './macros.ts';

/**
 * Where the stubs of rewritten SVCs arrive (rewrite.ts): in SVC mode on the task's kernel stack, interrupts
 * masked, LR saying where the program goes on (bit 0: in Thumb state). The frame is the trap's, so a call
 * that is restarted, a signal, a tracer find what they would.
 */
export const REWRITTEN = `
kml_rewritten:${SAVE_USER}
  mrs r8, cpsr
  bic r8, r8, #0xff
  orr r8, r8, #MODE_SYS
  tst lr, #1
  orrne r8, r8, #PSR_T
  bic lr, lr, #1
  str lr, [sp, #PT_PC]
  str r8, [sp, #PT_CPSR]
  str r0, [sp, #PT_ORIG_R0]${THREAD_INFO_TO_R9}${count('ENTRIES_DIRECT', 'r8', 'r10')}
  ldr r10, [r8, #ENTRIES_REWRITTEN]
  add r10, r10, #1
  str r10, [r8, #ENTRIES_REWRITTEN]
  str r7, [r9, #TI_SYSCALL]
  ldr r10, [r9, #TI_FLAGS]
  cpsie
  tst r10, #TIF_TRACED
  beq syscall_traced
  b syscall_trace
`;
