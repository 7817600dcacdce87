import { count, kernelStatus, SAVE_STATIC } from './macros.ts';

/** What differs between the direct call and the recognised trap. */
interface Way {
  readonly label: string;
  readonly counter: string;
  /** Register with the address where the program goes on; how the frame keeps it, and gives it back. */
  readonly target: string;
  readonly keep: string;
  readonly find: string;
  /** T0 becomes where a whole frame goes on. */
  readonly epc: string;
}

const DIRECT: Way = {
  label: 'kml',
  counter: 'ENTRIES_DIRECT',
  target: 'ra',
  keep: '',
  find: '',
  epc: `
  lui t0, %hi(kml_return)
  addiu t0, t0, %lo(kml_return)`,
};

const RECOGNISED: Way = {
  label: 'kml_recognised',
  counter: 'ENTRIES_RECOGNISED',
  target: 't9',
  keep: '\n  sw t9, PT_R25(sp)',
  find: '\n  lw t9, PT_R25(sp)',
  epc: '\n  lw t0, PT_R25(sp)',
};

function callCode(way: Way): string {
  return `
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
  sw ra, PT_R31(sp)${way.keep}
  sw gp, PT_R28(sp)
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
  lw t2, %lo(SYS_CALL_TABLE)(t2)${count(way.counter)}${kernelStatus('on')}
  jalr t2
  nop
  li t0, -EMAXERRNO - 1
  sltu a3, t0, v0
  beqz a3, ${way.label}_done
  nop
  negu v0, v0
${way.label}_done:${kernelStatus('off')}
  lw t2, TI_FLAGS(gp)
  andi t2, t2, WORK_MASK
  bnez t2, ${way.label}_work
  lui t1, 0x1000
  xor t0, t0, t1
  lw a0, PT_R4(sp)
  lw a1, PT_R5(sp)
  lw a2, PT_R6(sp)
  lw ra, PT_R31(sp)${way.find}
  lw gp, PT_R28(sp)
  lw t2, PT_R29(sp)
  mtc0 t0, c0_status
  move sp, t2
  ori t0, t0, 1
  mtc0 t0, c0_status
  jr ${way.target}
  nop


# The frame is made whole: its number stays only where the call failed, for one that is executed again.
${way.label}_work:${count(`${way.counter}_FULL`)}
  sw v0, PT_R2(sp)
  bnez a3, ${way.label}_frame
  sw a3, PT_R7(sp)
  sw zero, PT_R0(sp)
${way.label}_frame:
  mfc0 t0, c0_status
  lui t1, 0x1000
  ori t1, t1, 3
  or t0, t0, t1
  lui t1, 0x1000
  xor t0, t0, t1
  sw t0, PT_STATUS(sp)
${way.epc}
  sw t0, PT_EPC(sp)
  sw zero, PT_CAUSE(sp)${SAVE_STATIC}
  b exit_work
  nop


# Counted as what it was, not as the trap it goes on by.
${way.label}_special:${count(way.counter)}${count(`${way.counter}_FULL`)}
  lui t1, %hi(ENTRIES_TRAP)
  lw t0, %lo(ENTRIES_TRAP)(t1)
  addiu t0, t0, -1
  sw t0, %lo(ENTRIES_TRAP)(t1)
  syscall
${way.label}_return:
  jr ${way.target}
  nop


${way.label}_bad:${count(way.counter)}
  li v0, ENOSYS
  jr ${way.target}
  li a3, 1
`;
}

/**
 * The direct call: a kernel-mode user process calls here (AT_SYSINFO), with the registers of `syscall`
 * and RA. As there, V0 and A3 are the result, and stack arguments lie from 16(SP) up; SP, GP, RA and
 * what C functions save come back as they were. No frame is made and no entry work done.
 *
 * Status.CU0 says that the kernel's stack is in use: interrupts are off while it and SP disagree.
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

# T0 is the offset in the table.
kml_fast:${callCode(DIRECT)}

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
  nop${callCode(RECOGNISED)}
`;
