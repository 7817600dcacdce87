import { defineLayout, type LayoutEntry, type Slot } from '@kml/core';

const word = (name: string): LayoutEntry => ({ name, type: 'i32' });

/** General registers by number; r13 is SP, r14 LR. r15 is the slot `pc`. */
export const GENERAL = Array.from({ length: 15 }, (_, n) => `r${n}`);

/** Modes with r13, r14 and SPSR of their own, by the ending of the banked registers' slot names. ARM ARM DDI0406C B1.3.2. */
export const BANKS = ['Usr', 'Fiq', 'Irq', 'Svc', 'Abt', 'Und'] as const;
export type Bank = (typeof BANKS)[number];

/** CP15 registers that hold something. ARM ARM DDI0406C B4. */
export const CP15_REGISTERS = [
  ...['sctlr', 'actlr', 'cpacr', 'ttbr0', 'ttbr1', 'ttbcr', 'dacr'],
  ...['dfsr', 'ifsr', 'dfar', 'ifar', 'par', 'vbar', 'contextidr'],
  ...['tpidrurw', 'tpidruro', 'tpidrprw', 'csselr', 'pmuserenr'],
] as const;

/**
 * The ARM CPU state.
 *
 * `pc` is the address of the instruction with CPSR.T in bit 0. `mode` is the mode word (below); it
 * holds CPSR.M and CPSR.IT. The other parts of the CPSR are kept in pieces, so that an instruction
 * writes each as it has it and reads only what it needs:
 *
 *     nf  N is bit 31 of nf             zf  Z is set iff zf is 0
 *     cf  C as 0 or 1                   vf  V is bit 31 of vf
 *     qf  Q as 0 or 1                   ge  byte n is 0xff where GE[n] is set, else 0
 *     masks  A, I, F, E in place
 *
 * r8 to r14 are those of the current mode; `r13Svc` and its kin hold the banked registers of the
 * modes that are not current (those of the current mode are stale).
 */
export const layout = defineLayout([
  word('pc'),
  word('mode'),
  ...GENERAL.map(word),
  ...['nf', 'zf', 'cf', 'vf', 'qf', 'ge', 'masks'].map(word),
  // Exclusive monitor: the reserved address, or NOT_RESERVED.
  word('exclusive'),
  ...BANKS.flatMap((bank) => [word(`r13${bank}`), word(`r14${bank}`), word(`spsr${bank}`)]),
  ...[8, 9, 10, 11, 12].flatMap((n) => [word(`r${n}Usr`), word(`r${n}Fiq`)]),
  ...CP15_REGISTERS.map(word),
  ...['fpscr', 'fpexc'].map(word),
  ...Array.from({ length: 16 }, (_, n): LayoutEntry => ({ name: `q${n}`, type: 'v128' })),
  // Operands and results of helpers and assists within one instruction; means nothing between instructions.
  { name: 'scratch', bytes: 64 },
]);

/** An i32 slot by name. */
export function reg(name: string): Slot & { readonly type: 'i32' } {
  return layout.slot(name, 'i32');
}

/** A NEON quad register; d2n and d2n+1, s4n to s4n+3 (n < 8) are its lanes. */
export function quad(number: number): Slot & { readonly type: 'v128' } {
  return layout.slot(`q${number}`, 'v128');
}

/** `exclusive` where the monitor is open; no aligned address. */
export const NOT_RESERVED = -1;

/** CPSR bits. ARM ARM DDI0406C B1.3.3. */
export const PSR_N = 0x8000_0000 | 0;
export const PSR_Z = 0x4000_0000;
export const PSR_C = 0x2000_0000;
export const PSR_V = 0x1000_0000;
export const PSR_Q = 0x0800_0000;
export const PSR_J = 0x0100_0000;
export const PSR_GE = 0x000f_0000;
export const PSR_E = 0x200;
export const PSR_A = 0x100;
export const PSR_I = 0x80;
export const PSR_F = 0x40;
export const PSR_T = 0x20;
export const PSR_M = 0x1f;
/** IT[1:0] and IT[7:2]. */
export const PSR_IT = 0x0600_fc00;
/** Bits of the slot `masks`. */
export const PSR_MASKS = PSR_A | PSR_I | PSR_F | PSR_E;

/** CPSR.M. ARM ARM DDI0406C table B1-1. */
export const USR = 0x10;
export const FIQ = 0x11;
export const IRQ = 0x12;
export const SVC = 0x13;
export const ABT = 0x17;
export const UND = 0x1b;
export const SYS = 0x1f;

/** Mode word: what the lift depends on beside the bytes. CPSR.M in its place. */
export const MODE_M = 0x1f;
/** ITSTATE of the instruction to come; 0 outside an IT block and in A32. */
export const MODE_IT_SHIFT = 8;
export const MODE_IT = 0xff << MODE_IT_SHIFT;
/** Floating point is off: FPEXC.EN clear, or CPACR denies CP10 and CP11. */
export const MODE_FP_OFF = 0x1_0000;
/** Bits of the mode word that floating point may use as it needs (FPSCR's modes). */
export const MODE_FP = 0x0fff_0000;
