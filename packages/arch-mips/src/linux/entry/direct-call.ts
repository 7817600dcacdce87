import { count, kernelStatus, SAVE_STATIC } from './macros.ts';

/** What differs between the ways to a call without a frame; the code is `name`_fast. */
export interface FastCall {
  readonly name: string;
  /** Stores what `restore` loads again, into the place for a frame, where all ways do not. */
  readonly save: string;
  /** Counters of the call. */
  readonly counts: readonly string[];
  /** Counter of those that make a frame. */
  readonly full: string;
  /** Loads what the program has again, but for RA, GP and SP. */
  readonly restore: string;
  /** Register that leads back to the program. */
  readonly back: string;
  /** Loads T0 with where the program goes on, for a frame. */
  readonly epc: string;
}

/**
 * A call through sys_call_table on the kernel's stack, with the registers of `syscall`, T1 where CPU words and tables are,
 * T2 the function. `name`_many has stack arguments, which lie on the program's stack.
 *
 * Moving SP is what makes this the kernel, and the program again: interrupts are on throughout. Stored is what the function
 * may change, GP, which is thread_info's for it, and what a call that is executed again wants. SP is the program's when work
 * is looked for, so that an interrupt behind that does its own work; only a call that failed, which alone can be executed
 * again, looks before. What waits goes on as if a `syscall` had been executed.
 */
export function fastCall({ name, save, counts, full, restore, back, epc }: FastCall): string {
  return `
${name}_fast:
  move t3, sp
  lw sp, %lo(STACK_TOP)(t1)
  addiu sp, sp, -PT_SIZE
${name}_switched:
  sw t3, PT_R29(sp)
  sw ra, PT_R31(sp)
  sw gp, PT_R28(sp)
  sw v0, PT_R0(sp)
  sw a0, PT_R4(sp)
  sw a1, PT_R5(sp)
  sw a2, PT_R6(sp)
  sw a3, PT_R26(sp)${save}
  ori gp, sp, 0x1fff${counts.map(countByT1).join('')}
  jalr t2
  xori gp, gp, 0x1fff
  li t0, -EMAXERRNO - 1
  sltu a3, t0, v0
  bnez a3, ${name}_failed
  move t1, gp
${name}_back:
  lw ra, PT_R31(sp)${restore}
  lw gp, PT_R28(sp)
  lw sp, PT_R29(sp)
  lw t0, TI_FLAGS(t1)
  andi t0, t0, WORK_MASK
  bnez t0, ${name}_work
  nop
  jr ${back}
  nop

${name}_many:
  lw t4, 16(sp)
  lw t5, 20(sp)
  lw t6, 24(sp)
  lw t7, 28(sp)
  move t3, sp
  lw sp, %lo(STACK_TOP)(t1)
  addiu sp, sp, -PT_SIZE
  sw t4, PT_ARG4(sp)
  sw t5, PT_ARG5(sp)
  sw t6, PT_ARG6(sp)
  b ${name}_switched
  sw t7, PT_ARG7(sp)

${name}_failed:
  lw t0, TI_FLAGS(gp)
  andi t0, t0, WORK_MASK
  beqz t0, ${name}_back
  negu v0, v0
${kernelStatus('off')}
  b ${name}_frame
  nop

# The program has its registers again. No call to execute again: its number is not kept.
${name}_work:${kernelStatus('off')}
  move t3, sp
  lui t1, %hi(STACK_TOP)
  lw sp, %lo(STACK_TOP)(t1)
  addiu sp, sp, -PT_SIZE
  sw t3, PT_R29(sp)
  sw ra, PT_R31(sp)
  sw gp, PT_R28(sp)
  sw zero, PT_R0(sp)
  sw a0, PT_R4(sp)
  sw a1, PT_R5(sp)
  sw a2, PT_R6(sp)${save}
  ori gp, sp, 0x1fff
  xori gp, gp, 0x1fff

# The frame is made whole.
${name}_frame:${count(full)}
  sw v0, PT_R2(sp)
  sw a3, PT_R7(sp)
  mfc0 t0, c0_status
  ori t0, t0, 3
  sw t0, PT_STATUS(sp)${epc}
  sw t0, PT_EPC(sp)
  sw zero, PT_CAUSE(sp)${SAVE_STATIC}
  b exit_work
  nop
`;
}

/** A trap keeps its arguments but A3. */
export const RESTORE_ARGUMENTS = `
  lw a0, PT_R4(sp)
  lw a1, PT_R5(sp)
  lw a2, PT_R6(sp)`;

/** Counts a call, T1 being where CPU words are. Destroys T0. */
function countByT1(counter: string): string {
  return `
  lw t0, %lo(${counter})(t1)
  addiu t0, t0, 1
  sw t0, %lo(${counter})(t1)`;
}

/**
 * Finds the way in by the number in V0: T3 is it, T1 and T2 as `fastCall` has them, T0 uses up. CPU words and tables have
 * one upper half.
 */
export function dispatch(bad: string): string {
  return `
  addiu t0, v0, -SYSCALL_BASE
  sltiu t1, t0, NR_SYSCALLS
  beqz t1, ${bad}
  sll t0, t0, 2
  lui t1, %hi(KML_CALL_TABLE)
  addu t0, t1, t0
  lw t3, %lo(KML_CALL_TABLE)(t0)`;
}

/** What the dispatch goes on with where calls that need a whole frame have a way of their own: to `name`_fast, unless it is another. */
export function chooseFast(name: string): { readonly inLine: string; readonly apart: string } {
  return {
    inLine: `
  lui t4, %hi(kml_fast)
  addiu t4, t4, %lo(kml_fast)
  bne t3, t4, ${name}_other
  lw t2, %lo(SYS_CALL_TABLE)(t0)`,
    apart: `
${name}_other:
  lui t4, %hi(kml_many)
  addiu t4, t4, %lo(kml_many)
  beq t3, t4, ${name}_many
  nop`,
  };
}

const RECOGNISED = chooseFast('kml_recognised');

/**
 * The direct call: a kernel-mode user process calls here (AT_SYSINFO), with the registers of `syscall`
 * and RA. As there, V0 and A3 are the result, and stack arguments lie from 16(SP) up; SP, GP, RA and
 * what C functions save come back as they were, arguments do not. No frame is made and no entry work done.
 *
 * What waits at the exit goes on as if `syscall` had been executed just before `kml_return`, and the
 * calls that need a whole frame execute it.
 *
 * A recognised trap comes here by `kml_recognised`, with where it goes on in the task's word: T9 is that, which the
 * trap uses up as well, and its whole frame is the trap's. Of the kernel's own code (a hook), and where the call is traced, it
 * stays a trap.
 */
export const DIRECT_CALL = `
kml_call:${dispatch('kml_bad')}
  jr t3
  lw t2, %lo(SYS_CALL_TABLE)(t0)
${fastCall({
  name: 'kml',
  save: '',
  counts: ['ENTRIES_DIRECT'],
  full: 'ENTRIES_DIRECT_FULL',
  restore: '',
  back: 'ra',
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
  bnez t8, kml_recognised_special${dispatch('kml_recognised_bad')}${RECOGNISED.inLine}
${fastCall({
  name: 'kml_recognised',
  save: '\n  sw t9, PT_R25(sp)',
  counts: ['ENTRIES_RECOGNISED'],
  full: 'ENTRIES_RECOGNISED_FULL',
  restore: `${RESTORE_ARGUMENTS}\n  lw t9, PT_R25(sp)`,
  back: 't9',
  epc: '\n  lw t0, PT_R25(sp)',
})}
${RECOGNISED.apart}
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
