import { count, kernelStatus, SAVE_STATIC } from './macros.ts';

/** What differs between the ways to a call without a frame; the code is `name`_fast. */
export interface FastCall {
  readonly name: string;
  /** Stores what `restore` loads again, into the place for a frame; counts the call. */
  readonly save: string;
  readonly counts: string;
  /** Counter of those that make a frame. */
  readonly full: string;
  readonly restore: string;
  /** Goes back to the program. */
  readonly back: string;
  /** Loads T0 with where the program goes on, for a frame. */
  readonly epc: string;
}

/**
 * A call through sys_call_table on the kernel's stack, the registers being those of `syscall`, T0 the
 * offset in the table.
 *
 * Status.CU0 says that the kernel's stack is in use: interrupts are off while it and SP disagree.
 * What waits at the exit goes on as if a `syscall` had been executed.
 */
export function fastCall({ name, save, counts, full, restore, back, epc }: FastCall): string {
  return `
${name}_fast:
  lw t4, 16(sp)
  lw t5, 20(sp)
  lw t6, 24(sp)
  lw t7, 28(sp)
  mfc0 t2, c0_status
  lui t3, 0x1000
  ori t3, t3, 1
  or t2, t2, t3
  xori t2, t2, 1
  mtc0 t2, c0_status
  move t2, sp
  lui t3, %hi(STACK_TOP)
  lw t3, %lo(STACK_TOP)(t3)
  addiu sp, t3, -PT_SIZE
  sw t2, PT_R29(sp)
  sw ra, PT_R31(sp)
  sw gp, PT_R28(sp)${save}
  sw v0, PT_R0(sp)
  sw a0, PT_R4(sp)
  sw a1, PT_R5(sp)
  sw a2, PT_R6(sp)
  sw a3, PT_R26(sp)
  sw t4, PT_ARG4(sp)
  sw t5, PT_ARG5(sp)
  sw t6, PT_ARG6(sp)
  sw t7, PT_ARG7(sp)
  ori gp, sp, 0x1fff
  xori gp, gp, 0x1fff
  lui t2, %hi(SYS_CALL_TABLE)
  addu t2, t2, t0
  lw t2, %lo(SYS_CALL_TABLE)(t2)${counts}${kernelStatus('on')}
  jalr t2
  nop
  li t0, -EMAXERRNO - 1
  sltu a3, t0, v0
  beqz a3, ${name}_done
  nop
  negu v0, v0
${name}_done:${kernelStatus('off')}
  lw t2, TI_FLAGS(gp)
  andi t2, t2, WORK_MASK
  bnez t2, ${name}_work
  lui t1, 0x1000
  xor t0, t0, t1
  lw a0, PT_R4(sp)
  lw a1, PT_R5(sp)
  lw a2, PT_R6(sp)
  lw ra, PT_R31(sp)${restore}
  lw gp, PT_R28(sp)
  lw t2, PT_R29(sp)
  mtc0 t0, c0_status
  move sp, t2
  ori t0, t0, 1
  mtc0 t0, c0_status${back}

# The frame is made whole: its number stays only where the call failed, for one that is executed again.
${name}_work:${count(full)}
  sw v0, PT_R2(sp)
  bnez a3, ${name}_frame
  sw a3, PT_R7(sp)
  sw zero, PT_R0(sp)
${name}_frame:
  mfc0 t0, c0_status
  lui t1, 0x1000
  ori t1, t1, 3
  or t0, t0, t1
  lui t1, 0x1000
  xor t0, t0, t1
  sw t0, PT_STATUS(sp)${epc}
  sw t0, PT_EPC(sp)
  sw zero, PT_CAUSE(sp)${SAVE_STATIC}
  b exit_work
  nop
`;
}

/**
 * The direct call: a kernel-mode user process calls here (AT_SYSINFO), with the registers of `syscall`
 * and RA. As there, V0 and A3 are the result, and stack arguments lie from 16(SP) up; SP, GP, RA and
 * what C functions save come back as they were. No frame is made and no entry work done.
 *
 * What waits at the exit goes on as if `syscall` had been executed just before `kml_return`, and the
 * calls that need a whole frame execute it.
 *
 * A recognised trap comes here by `kml_recognised`, with where it goes on in the task's word: T9 is that, which the
 * trap uses up as well, and its whole frame is the trap's. Of the kernel's own code (a hook), and where the call is traced, it
 * stays a trap.
 */
export const DIRECT_CALL = `
kml_call:
  addiu t0, v0, -SYSCALL_BASE
  sltiu t1, t0, NR_SYSCALLS
  beqz t1, kml_bad
  sll t0, t0, 2
  lui t1, %hi(KML_CALL_TABLE)
  addu t1, t1, t0
  lw t1, %lo(KML_CALL_TABLE)(t1)
  jr t1
  nop
${fastCall({
  name: 'kml',
  save: '',
  counts: count('ENTRIES_DIRECT'),
  full: 'ENTRIES_DIRECT_FULL',
  restore: '',
  back: `
  jr ra
  nop`,
  epc: `
  lui t0, %hi(kml_return)
  addiu t0, t0, %lo(kml_return)`,
})}
# Counted as a direct call, not as the trap it goes on by.
kml_special:${count('ENTRIES_DIRECT')}${count('ENTRIES_DIRECT_FULL')}
  lui t1, %hi(ENTRIES_TRAP)
  lw t0, %lo(ENTRIES_TRAP)(t1)
  addiu t0, t0, -1
  sw t0, %lo(ENTRIES_TRAP)(t1)
  syscall
kml_return:
  jr ra
  nop

kml_bad:${count('ENTRIES_DIRECT')}
  li v0, ENOSYS
  jr ra
  li a3, 1

kml_recognised:
  lui t8, %hi(CURRENT)
  lw t8, %lo(CURRENT)(t8)
  lw t9, TI_RECOGNISED(t8)
kml_recognised_taken:
  bltz sp, kml_recognised_special
  lw t8, TI_FLAGS(t8)
  andi t8, t8, TIF_TRACE
  bnez t8, kml_recognised_special
  addiu t0, v0, -SYSCALL_BASE
  sltiu t1, t0, NR_SYSCALLS
  beqz t1, kml_recognised_bad
  sll t0, t0, 2
  lui t1, %hi(KML_CALL_TABLE)
  addu t1, t1, t0
  lw t1, %lo(KML_CALL_TABLE)(t1)
  lui t2, %hi(kml_special)
  addiu t2, t2, %lo(kml_special)
  beq t1, t2, kml_recognised_special
  nop
${fastCall({
  name: 'kml_recognised',
  save: '\n  sw t9, PT_R25(sp)',
  counts: count('ENTRIES_RECOGNISED'),
  full: 'ENTRIES_RECOGNISED_FULL',
  restore: '\n  lw t9, PT_R25(sp)',
  back: `
  jr t9
  nop`,
  epc: '\n  lw t0, PT_R25(sp)',
})}
# Counted as what it was, not as the trap it goes on by.
kml_recognised_special:${count('ENTRIES_RECOGNISED')}${count('ENTRIES_RECOGNISED_FULL')}
  lui t1, %hi(ENTRIES_TRAP)
  lw t0, %lo(ENTRIES_TRAP)(t1)
  addiu t0, t0, -1
  sw t0, %lo(ENTRIES_TRAP)(t1)
  syscall
kml_recognised_return:
  jr t9
  nop

kml_recognised_bad:${count('ENTRIES_RECOGNISED')}
  li v0, ENOSYS
  jr t9
  li a3, 1
`;
