import { count, SAVE_USER, THREAD_INFO_TO_R9 } from './macros.ts';

/**
 * The direct call: a kernel-mode user process calls KML_CALL (`blx`, in the vectors page) with the
 * registers of SVC; all but r0 and the flags come back as they were. It is in SYS mode and goes to SVC mode
 * itself, which is where the task's kernel stack is; no trap is taken. Work at entry is not done either: a
 * tracer sees no stop, as in KML.
 *
 * The frame says that the program is at `kml_return`, in SYS mode: a call that is restarted finds the
 * SVC in front of it.
 *
 * A recognised trap comes here by `kml_recognised`: where it goes on, and in which instruction set, is in the
 * task's word, and its frame is that of the trap.
 */
export const DIRECT_CALL = `
kml_call:
  cpsid #MODE_SVC${SAVE_USER}
  mrs r8, cpsr
  bic r8, r8, #0xff
  orr r8, r8, #MODE_SYS
  mov32 lr, kml_return
  str lr, [sp, #PT_PC]
  str r8, [sp, #PT_CPSR]
  str r0, [sp, #PT_ORIG_R0]${THREAD_INFO_TO_R9}${count('ENTRIES_DIRECT', 'r8', 'r10')}
  str r7, [r9, #TI_SYSCALL]
  cpsie
  b syscall_traced

  svc #0
kml_return:
  bx lr

kml_recognised:
  cpsid #MODE_SVC
kml_recognised_taken:${SAVE_USER}
  mrs r8, cpsr
  bic r8, r8, #0xff
  orr r8, r8, #MODE_SYS${THREAD_INFO_TO_R9}
  ldr lr, [r9, #TI_RECOGNISED]
  tst lr, #1
  orrne r8, r8, #PSR_T
  bic lr, lr, #1
  str lr, [sp, #PT_PC]
  str r8, [sp, #PT_CPSR]
  str r0, [sp, #PT_ORIG_R0]${count('ENTRIES_RECOGNISED', 'r8', 'r10')}
  b syscall_entered
`;
