/** Pieces of assembly text that several entry paths share. r9 is thread_info, as in Linux's entry code. */

/** r9 := the thread_info at the lowest address of the 8 KiB stack. */
export const THREAD_INFO_TO_R9 = `
  mov r9, sp, lsr #13
  mov r9, r9, lsl #13`;

/** Adds one to a counter of the CPU area. Uses two registers, of which `base` is then the area's address. */
export function count(counter: string, base: string, scratch: string): string {
  return `
  mov32 ${base}, CPU
  ldr ${scratch}, [${base}, #${counter}]
  add ${scratch}, ${scratch}, #1
  str ${scratch}, [${base}, #${counter}]`;
}

/** Begins a frame in SVC mode: the general registers, and of user code's bank SP and LR. Uses r8. */
export const SAVE_USER = `
  sub sp, sp, #PT_SIZE
  stmia sp, {r0-r12}
  add r8, sp, #PT_PC
  stmdb r8, {sp, lr}^`;

/**
 * A frame of user code (USR mode, or SYS: a kernel-mode user process) after an exception that came in
 * another mode: r0 points at r0, pc and cpsr. Linux 6.1 arch/arm/kernel/entry-armv.S: usr_entry
 */
export const USER_ENTRY = `
  sub sp, sp, #PT_SIZE
  stmib sp, {r1-r12}
  ldmia r0, {r3-r5}
  add r0, sp, #PT_PC
  stmdb r0, {sp, lr}^
  mvn r6, #0
  str r3, [sp, #PT_R0]
  stmia r0, {r4-r6}${THREAD_INFO_TO_R9}
  str r6, [r9, #TI_SYSCALL]`;

/** The same for code of SVC mode. Linux: svc_entry */
export const KERNEL_ENTRY = `
  sub sp, sp, #PT_SIZE
  stmib sp, {r1-r12}
  ldmia r0, {r3-r5}
  add r1, sp, #PT_SIZE
  mov r2, lr
  mvn r6, #0
  str r3, [sp, #PT_R0]
  add r0, sp, #PT_SP
  stmia r0, {r1, r2, r4-r6}`;
