import { defineLayout, type LayoutEntry, type Slot } from '@kml/core';

const word = (name: string): LayoutEntry => ({ name, type: 'i32' });
const double = (name: string): LayoutEntry => ({ name, type: 'f64' });

/** General registers by number. r0 is no slot: it reads as 0. */
export const GENERAL_NAMES: readonly string[] = Array.from({ length: 32 }, (_, n) => `r${n}`);

/** Floating point registers by number. */
export const FLOAT_NAMES: readonly string[] = Array.from({ length: 32 }, (_, n) => `f${n}`);

/** Coprocessor 0 registers that are kept as they are. MIPS32 vol. III, chapter 9. */
export const CP0_NAMES = [
  ...['index', 'entryLo0', 'entryLo1', 'context', 'pageMask', 'wired', 'hwrena', 'badVAddr', 'entryHi', 'compare'],
  ...['status', 'intCtl', 'srsCtl', 'cause', 'epc', 'ebase', 'config0', 'config3', 'config7', 'errorEpc'],
  ...['userLocal', 'tagLo', 'depc', 'desave', 'performance'],
] as const;

/**
 * The MIPS32 CPU state.
 *
 * Bit 0 of `pc`: the instruction lies in the delay slot of a branch, whose outcome is in
 * `delayTarget`. Bit 1: the CPU was sent to an address that is no multiple of 4, the raw one is in
 * `delayTarget`; fetching there is an address error.
 *
 * The FPU. `f0` to `f31` are 64-bit registers, of whatever format (host code copies their words, never
 * a number: NaNs have bits to keep). With Status.FR = 0 the odd 32-bit registers are the high halves of
 * the even ones (`f1` is bits 63:32 of slot `f0`), and only the even slots are used.
 * FCSR is kept in pieces, read and written as a whole by readFcsr and writeFcsr: the condition codes
 * in `fcc0` to `fcc7`, 0 or 1 each; everything else in place in `fcsr`, where the Cause field holds
 * only while `fpLast` is 0. Else the Cause field is what operation `fpLast` leaves (see fp/last-cause.ts)
 * on its operands: 64-bit ones in `fpA` to `fpC`, 32-bit ones in `fpWordA` to `fpWordC`.
 */
export const layout = defineLayout([
  word('pc'),
  word('mode'),
  ...GENERAL_NAMES.slice(1).map(word),
  ...['hi', 'lo', 'delayTarget'].map(word),
  // LL and SC: whether a reservation is held, and of which word (virtual address). Trap return and task switch clear llBit.
  ...['llBit', 'llAddr'].map(word),
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => word(`fcc${n}`)),
  ...['fcsr', 'fpLast', 'fpWordA', 'fpWordB', 'fpWordC'].map(word),
  ...['fpA', 'fpB', 'fpC'].map(double),
  ...FLOAT_NAMES.map(double),
  // Count is half the cycle counter plus this (see system/count.ts).
  word('countOffset'),
  // The address space's id in full; EntryHi.ASID shows its low 8 bits.
  word('spaceId'),
  ...CP0_NAMES.map(word),
  // Operands of helpers within one instruction; means nothing between instructions.
  { name: 'scratch', bytes: 48 },
]);

/** An i32 slot by name. */
export function reg(name: string): Slot & { readonly type: 'i32' } {
  return layout.slot(name, 'i32');
}

/** A 64-bit slot by name. */
export function reg64(name: string): Slot & { readonly type: 'f64' } {
  return layout.slot(name, 'f64');
}

/** General registers by number; number 0 stands in for none and must not be used. */
export const GENERAL: readonly (Slot & { readonly type: 'i32' })[] = GENERAL_NAMES.map((name, n) =>
  reg(n === 0 ? 'r1' : name),
);
/** Floating point registers by number. */
export const FLOAT: readonly (Slot & { readonly type: 'f64' })[] = FLOAT_NAMES.map(reg64);
/** Condition codes by number. */
export const FCC: readonly (Slot & { readonly type: 'i32' })[] = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => reg(`fcc${n}`));

/** Mode word: what the lift depends on beside the bytes. */
/** User mode: KSU = 2 and neither EXL nor ERL. */
export const MODE_USER = 0x1;
/** In user mode: Status.CU0, coprocessor 0 is usable. */
export const MODE_CU0 = 0x2;
/** Status.CU1: the FPU is usable. */
export const MODE_CU1 = 0x4;
/** Status.FR: 32 64-bit floating point registers. */
export const MODE_FR = 0x8;
/** Arithmetic goes to exact host code: not round to nearest, FS, or an enable of underflow or inexact is set. */
export const MODE_FP_EXACT = 0x10;
/** The sticky Inexact flag is set: results need no look at whether they are exact. */
export const MODE_FP_INEXACT = 0x20;
/** HWREna bits 0 to 3 (CPUNum, SYNCI_Step, CC, CCRes), and bit 29 (ULR). */
export const MODE_HWRENA_SHIFT = 8;
export const MODE_HWRENA_ULR = 0x1000;
