/** Pieces of assembly text that several entry paths share. Linux 6.1 arch/mips/include/asm/stackframe.h */

const NAMES = new Map<number, string>(
  ['zero', 'at', 'v0', 'v1', 'a0', 'a1', 'a2', 'a3', 't0', 't1', 't2', 't3', 't4', 't5', 't6', 't7']
    .concat(['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 't8', 't9', 'k0', 'k1', 'gp', 'sp', 'fp', 'ra'])
    .map((name, number) => [number, name]),
);

/** Stores or loads registers of the frame at SP. */
function transfer(operation: 'lw' | 'sw', numbers: readonly number[]): string {
  return numbers.map((number) => `\n  ${operation} ${NAMES.get(number)}, PT_R${number}(sp)`).join('');
}

const TEMPORARIES = [8, 9, 10, 11, 12, 13, 14, 15, 24];
const SAVED = [16, 17, 18, 19, 20, 21, 22, 23, 30];

export const SAVE_STATIC = transfer('sw', SAVED);
export const RESTORE_STATIC = transfer('lw', SAVED);

/**
 * Switches to the kernel stack unless Status.CU0 says that it is in use, makes room for a frame and
 * stores what a system call must find again. GP becomes the address of thread_info. Destroys K0, K1, V1.
 */
export function saveSome(label: string): string {
  return `
  mfc0 k0, c0_status
  sll k0, k0, 3
  bltz k0, ${label}_kernel
  move k1, sp
  lui k1, %hi(STACK_TOP)
  lw k1, %lo(STACK_TOP)(k1)
${label}_kernel:
  move k0, sp
  addiu sp, k1, -PT_SIZE
  sw k0, PT_R29(sp)
  sw v1, PT_R3(sp)
  sw zero, PT_R0(sp)
  mfc0 v1, c0_status
  sw v0, PT_R2(sp)
  sw v1, PT_STATUS(sp)
  sw a0, PT_R4(sp)
  mfc0 v1, c0_cause
  sw a1, PT_R5(sp)
  sw v1, PT_CAUSE(sp)
  sw a2, PT_R6(sp)
  mfc0 v1, c0_epc
  sw a3, PT_R7(sp)
  sw v1, PT_EPC(sp)
  sw t9, PT_R25(sp)
  sw gp, PT_R28(sp)
  sw ra, PT_R31(sp)
  mfc0 k0, c0_status
  sll k0, k0, 3
  bltz k0, ${label}_saved
  nop
  ori gp, sp, 0x1fff
  xori gp, gp, 0x1fff
${label}_saved:`;
}

/** All registers, and BadVAddr while it is still this trap's. */
export function saveAll(label: string): string {
  return `${saveSome(label)}
  sw at, PT_R1(sp)${transfer('sw', TEMPORARIES)}
  mfhi v1
  sw v1, PT_HI(sp)
  mflo v1
  sw v1, PT_LO(sp)
  mfc0 v1, c0_badvaddr
  sw v1, PT_BADVADDR(sp)${SAVE_STATIC}`;
}

/** Sets Status to kernel mode on the kernel's stack, with interrupts on or off. Destroys T0 and T1. */
export function kernelStatus(interrupts: 'on' | 'off'): string {
  return `
  mfc0 t0, c0_status
  lui t1, 0x1000
  ori t1, t1, 0x1f
  or t0, t0, t1
  xori t0, t0, ${interrupts === 'on' ? '0x1e' : '0x1f'}
  mtc0 t0, c0_status`;
}

/** Counts an entry. Destroys T0 and T1. */
export function count(counter: string): string {
  return `
  lui t1, %hi(${counter})
  lw t0, %lo(${counter})(t1)
  addiu t0, t0, 1
  sw t0, %lo(${counter})(t1)`;
}

/** What restore_some leaves out. */
export const RESTORE_REST = `
  lw v1, PT_LO(sp)
  mtlo v1
  lw v1, PT_HI(sp)
  mthi v1${transfer('lw', TEMPORARIES)}
  lw at, PT_R1(sp)${transfer('lw', SAVED)}`;

/**
 * Status as the frame has it, but for the FPU's bits and the interrupt mask, which are the CPU's;
 * then the registers of saveSome, and back. Linux: RESTORE_SOME, RESTORE_SP_AND_RET
 */
export const RESTORE_SOME = `
  mfc0 a0, c0_status
  ori a0, a0, 0x1f
  xori a0, a0, 0x1f
  mtc0 a0, c0_status
  lui v1, 0x2400
  ori v1, v1, 0xff00
  and a0, a0, v1
  lw v0, PT_STATUS(sp)
  nor v1, zero, v1
  and v0, v0, v1
  or v0, v0, a0
  mtc0 v0, c0_status
  lw v1, PT_EPC(sp)
  mtc0 v1, c0_epc${transfer('lw', [31, 28, 25, 7, 6, 5, 4, 3, 2])}
  lw sp, PT_R29(sp)
  eret`;
