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
 * Finds the stack, makes room for a frame on it and stores what a system call must find again. GP becomes the address
 * of thread_info. Destroys K0, K1, V1. Beside it goes `stackInUse` of the same label.
 */
export function saveSome(label: string): string {
  return `
  lui k1, %hi(STACK_TOP)
  lw k1, %lo(STACK_TOP)(k1)
  bltz sp, ${label}_high
  mfc0 k0, c0_status
${label}_stack:
  sw sp, NEW_R29(k1)
  addiu sp, k1, -PT_SIZE
  sw v1, PT_R3(sp)
  sw zero, PT_R0(sp)
  sw v0, PT_R2(sp)
  sw k0, PT_STATUS(sp)
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
  ori gp, sp, 0x1fff
  xori gp, gp, 0x1fff`;
}

/**
 * Of `saveSome`, where SP is not below the kernel: the kernel's stack is in use only if the CPU was at its privilege and
 * SP lies in it. A kernel-mode user process has the privilege too, and its SP is its own. (Linux tells by Status.CU0.)
 */
export function stackInUse(label: string): string {
  return `
${label}_high:
  andi k0, k0, STATUS_USER
  bnez k0, ${label}_other
  subu k0, k1, sp
  sltiu k0, k0, STACK_BYTES
  beqz k0, ${label}_other
  nop
  move k1, sp
${label}_other:
  b ${label}_stack
  mfc0 k0, c0_status`;
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

/** Sets Status to kernel mode, with interrupts on or off. Destroys T0. */
export function kernelStatus(interrupts: 'on' | 'off'): string {
  return `
  mfc0 t0, c0_status
  ori t0, t0, 0x1f
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
