import { count, SAVE_USER, THREAD_INFO_TO_R9 } from './macros.ts';

/** Where the frame of a direct call goes back to. Uses r8 and LR. */
const KML_FRAME = `
  mrs r8, cpsr
  bic r8, r8, #0xff
  orr r8, r8, #MODE_SYS
  mov32 lr, kml_return
  str lr, [sp, #PT_PC]
  str r8, [sp, #PT_CPSR]`;

/**
 * The direct call: a kernel-mode user process calls KML_CALL (`blx`, in the vectors page) with the
 * registers of SVC; all but r0, r12, LR and the flags come back as they were. It stays in SYS mode, which has the
 * privilege, and makes no frame: SP goes to a place of its own on the task's kernel stack, below where a frame
 * of SVC mode would lie, and interrupts, which take SYS mode for the program's, are masked until it is back.
 * Work at entry is not done either: a tracer sees no stop, as in KML.
 *
 * On the stack: the fifth and sixth argument, r0 to r3, r8, the program's SP and LR.
 *
 * What waits at the exit, and the calls that need a whole frame (`kml_special`), go on in SVC mode with the
 * frame of an SVC. The frame says that the program is at `kml_return`, in SYS mode: a call that is restarted
 * finds the SVC in front of it.
 *
 * A recognised trap comes here by `kml_recognised`: where it goes on, and in which instruction set, is in the
 * task's word, and its frame is that of the trap.
 */
export const DIRECT_CALL = `
kml_call:
  cmp r7, #NR_SYSCALLS
  bcs kml_special
  cpsid
  mov32 ip, KML_CALL_TABLE
  ldr pc, [ip, r7, lsl #2]

kml_fast:
  mov ip, sp
  mov32 sp, CPU
  ldr sp, [sp, #STACK_TOP]
  sub sp, sp, #KML_STACK_OFFSET
  stmdb sp!, {r0-r3, r8, ip, lr}
  stmdb sp!, {r4, r5}${count('ENTRIES_DIRECT', 'r8', 'ip')}
  add r8, r8, #TABLE_OFFSET
  ldr ip, [r8, r7, lsl #2]
  blx ip
  mov ip, sp, lsr #13
  mov ip, ip, lsl #13
  ldr ip, [ip, #TI_FLAGS]
  tst ip, #WORK_MASK
  bne kml_work
  add sp, sp, #12
  ldmia sp, {r1-r3, r8, sp, lr}
  cpsie
  bx lr

@ The frame is made whole, r0 being the result.
kml_work:
  mov ip, sp
  cpsid #MODE_SVC
  sub sp, sp, #PT_SIZE
  stmia sp, {r0-r12}
  add r8, ip, #8
  ldmia r8, {r0-r6}
  str r0, [sp, #PT_ORIG_R0]
  add r0, sp, #PT_R1
  stmia r0, {r1-r3}
  str r4, [sp, #PT_R8]
  add r0, sp, #PT_SP
  stmia r0, {r5, r6}${KML_FRAME}${THREAD_INFO_TO_R9}${count('ENTRIES_DIRECT_FULL', 'r8', 'r10')}
  str r7, [r9, #TI_SYSCALL]
  b ret_to_user

kml_special:
  cpsid #MODE_SVC${SAVE_USER}${KML_FRAME}
  str r0, [sp, #PT_ORIG_R0]${THREAD_INFO_TO_R9}${count('ENTRIES_DIRECT_FULL', 'r8', 'r10')}${count('ENTRIES_DIRECT', 'r8', 'r10')}
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
