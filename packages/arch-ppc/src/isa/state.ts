import { defineLayout, type LayoutEntry, type Slot } from '@kml/core';

const word = (name: string): LayoutEntry => ({ name, type: 'i32' });
const double = (name: string): LayoutEntry => ({ name, type: 'f64' });
const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, number) => `${prefix}${number}`);

/** General registers. */
export const GENERAL = numbered('r', 32);
/** Floating-point registers. */
export const FLOATING = numbered('f', 32);
/** Condition register fields. */
export const CR_FIELDS = numbered('cr', 8);

/**
 * The PowerPC CPU state. Registers that instructions write and read in parts are kept in parts:
 *
 *     cr0 … cr7  the fields of CR, four bits each: LT 8, GT 4, EQ 2, SO 1
 *     so ov ca   XER's flags as 0 or 1; xerCount: its byte count (bits 25-31)
 *     fpscr      FPSCR but for what the last operation leaves behind (fpOp, fpcc)
 *
 * What a floating-point operation leaves in FPSCR[FR FI FPRF] is computed when someone looks:
 *
 *     fpOp       0: those bits are in `fpscr`. Else the operation that was last (fp/operations.ts),
 *                with its operands in fpA, fpB, fpC
 *     fpcc       where FPSCR[FPCC] is: FPCC_FPSCR in `fpscr`, FPCC_RESULT with the result of fpOp,
 *                FPCC_COMPARE in a comparison of fpCompareA with fpCompareB
 */
export const layout = defineLayout([
  word('pc'),
  word('mode'),
  ...GENERAL.map(word),
  ...CR_FIELDS.map(word),
  ...['lr', 'ctr', 'so', 'ov', 'ca', 'xerCount'].map(word),
  // The reservation of lwarx: a store conditional succeeds if `reserved` is not 0 and the address is this.
  ...['reserved', 'reservedAddress'].map(word),
  ...FLOATING.map(double),
  ...['fpA', 'fpB', 'fpC', 'fpCompareA', 'fpCompareB'].map(double),
  ...['fpscr', 'fpOp', 'fpcc'].map(word),
  // Supervisor registers. sdr1 holds the id of the address space, as the kernel issued it.
  ...['msr', 'srr0', 'srr1', 'dar', 'dsisr', 'sdr1', 'dec', 'pvr', 'ear', 'dabr', 'iabr'].map(word),
  ...numbered('sprg', 8).map(word),
  ...['hid0', 'hid1', 'hid2'].map(word),
  // What the time base read when `cycles` was 0, lower word first.
  ...['tbOffsetLow', 'tbOffsetHigh'].map(word),
  ...numbered('sr', 16).map(word),
  // BATs in the order of their SPR numbers: IBAT0U IBAT0L … IBAT3L DBAT0U … DBAT3L. Kept, not interpreted.
  { name: 'bats', bytes: 64 },
  // Any other supervisor register of the model (performance monitor, L2 control, …), by number; kept, not interpreted.
  { name: 'otherSprs', bytes: 256 },
  // Operands of helpers within one instruction; means nothing between instructions.
  { name: 'scratch', bytes: 64 },
]);

/** Values of the slot `fpcc`. */
export const FPCC_FPSCR = 0;
export const FPCC_RESULT = 1;
export const FPCC_COMPARE = 2;

/** An i32 slot by name. */
export function reg(name: string): Slot & { readonly type: 'i32' } {
  return layout.slot(name, 'i32');
}

/** An f64 slot by name. */
export function fpr(name: string): Slot & { readonly type: 'f64' } {
  return layout.slot(name, 'f64');
}

/** Machine state register bits. PEM, 2.3.1. */
export const MSR_EE = 0x8000;
export const MSR_PR = 0x4000;
export const MSR_FP = 0x2000;
export const MSR_ME = 0x1000;
export const MSR_FE0 = 0x0800;
export const MSR_SE = 0x0400;
export const MSR_BE = 0x0200;
export const MSR_FE1 = 0x0100;
export const MSR_IP = 0x0040;
export const MSR_IR = 0x0020;
export const MSR_DR = 0x0010;
export const MSR_RI = 0x0002;
export const MSR_LE = 0x0001;

/** Mode word: what the lift depends on beside the bytes. */
/** MSR.PR: user mode. */
export const MODE_USER = 0x1;
/** MSR.FP is 0: floating point raises an FP unavailable interrupt. */
export const MODE_NO_FP = 0x2;
/** FPSCR.XX is 0: an inexact result is an event. */
export const MODE_FP_EXACT = 0x4;
/** FPSCR has an enabled exception: every operation is done by host code. */
export const MODE_FP_SLOW = 0x8;
/** MSR.SE: a trace interrupt follows every instruction. */
export const MODE_STEP = 0x10;

/** FPSCR[RN], in place of these bits. */
export const MODE_RN_SHIFT = 5;

/** The time base counts once in 2^TIMEBASE_SHIFT CPU cycles (a quarter of the bus clock, the bus at a quarter of the CPU's). */
export const TIMEBASE_SHIFT = 4;
