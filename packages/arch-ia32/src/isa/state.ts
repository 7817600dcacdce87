import { defineLayout, type LayoutEntry, type Slot } from '@kml/core';

const word = (name: string): LayoutEntry => ({ name, type: 'i32' });

/** Segment registers in the order of their instruction encoding. */
export const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;
export type SegmentName = (typeof SEGMENTS)[number];

/** General registers in the order of their instruction encoding. */
export const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;

/**
 * The IA-32 CPU state. EFLAGS is kept in pieces, so that an instruction writes each flag as it has
 * it and reads only what it needs:
 *
 *     cf  CF as 0 or 1             zr  ZF is set iff zr is 0
 *     sr  SF is set iff sr < 0      pr  PF is the even parity of pr's low byte
 *     of  OF is bit 31 of `of`      af  AF is bit 4 of `af`
 *     df  1 or -1 (DF clear, set)   efl all other bits, in place (TF IF IOPL NT RF VM AC VIF VIP ID)
 */
export const layout = defineLayout([
  word('pc'),
  word('mode'),
  ...GENERAL.map(word),
  ...['cf', 'pr', 'af', 'zr', 'sr', 'of', 'df', 'efl'].map(word),
  // Segment registers: selector, and what the descriptor cache holds (base, byte limit, attributes as in descriptor bits 40-55).
  ...SEGMENTS.flatMap((name) => [word(name), word(`${name}Base`), word(`${name}Limit`), word(`${name}Attr`)]),
  ...['ldtr', 'ldtrBase', 'ldtrLimit', 'ldtrAttr', 'tr', 'trBase', 'trLimit', 'trAttr'].map(word),
  ...['gdtrBase', 'gdtrLimit', 'idtrBase', 'idtrLimit'].map(word),
  ...['cr0', 'cr2', 'cr3', 'cr4'].map(word),
  ...['dr0', 'dr1', 'dr2', 'dr3', 'dr6', 'dr7'].map(word),
  ...['sysenterCs', 'sysenterEsp', 'sysenterEip'].map(word),
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n): LayoutEntry => ({ name: `xmm${n}`, type: 'v128' })),
  // x87 data registers by physical number (not relative to TOP), 16 bytes each: 64-bit significand
  // (which is also MMX register n), then sign and exponent in the low 16 bits of the next word.
  { name: 'st', bytes: 128 },
  // x87 control, see FPU; and MXCSR, see SSE_STATE.
  { name: 'fpu', bytes: 48 },
  { name: 'sse', bytes: 16 },
  // Operands and results of helpers within one instruction; means nothing between instructions.
  { name: 'scratch', bytes: 64 },
]);

/** Word offsets within the `fpu` array. */
export const FPU = {
  control: 0,
  /** Status word without TOP. */
  status: 4,
  /** TOP, 0 to 7. */
  top: 8,
  /** Bit n set: physical register n is empty. */
  empty: 12,
  instructionPointer: 16,
  /** The 11 bits of FOP. Beside the instruction pointer, so that one 64-bit store writes both. */
  opcode: 20,
  dataPointer: 24,
  /** FCS and FDS: only what FRSTOR and its kin loaded; instructions leave them as they are (deprecated FPU CS and DS, SDM vol. 1, 8.1.8). */
  codeSelector: 28,
  dataSelector: 32,
} as const;

/** Word offsets within the `sse` array. */
export const SSE_STATE = { mxcsr: 0 } as const;

/** An i32 slot by name. */
export function reg(name: string): Slot & { readonly type: 'i32' } {
  return layout.slot(name, 'i32');
}

/** An XMM register. */
export function xmm(number: number): Slot & { readonly type: 'v128' } {
  return XMM[number]!;
}

const XMM = [0, 1, 2, 3, 4, 5, 6, 7].map((number) => layout.slot(`xmm${number}`, 'v128'));

/** Mode word: what the lift depends on beside the bytes. */
export const MODE_CPL = 0x3;
/** CS.D: 32-bit code. */
export const MODE_CODE32 = 0x4;
/** SS.B: 32-bit stack pointer. */
export const MODE_STACK32 = 0x8;
/** DS, ES or SS is not flat (base 0, limit 4 GiB, writable data): accesses add bases and check limits. */
export const MODE_SEGMENTED = 0x10;
/** CS has a base or limit. */
export const MODE_CODE_SEGMENTED = 0x20;
/** EFLAGS.TF: every instruction ends its block and raises #DB. */
export const MODE_STEP = 0x40;
/** CR0.EM or CR0.TS: floating point raises #NM. */
export const MODE_NO_FPU = 0x80;
/** IOPL >= CPL does not hold for I/O-sensitive instructions. */
export const MODE_IO_DENIED = 0x100;
/** CR4.TSD: RDTSC needs CPL 0. */
export const MODE_TSC_DENIED = 0x200;
/** EFLAGS.AC and CR0.AM at CPL 3: alignment checks. */
export const MODE_ALIGN_CHECK = 0x400;
/** FS, GS: not present writable data with a limit of 4 GiB: accesses through it are checked. */
export const MODE_FS_CHECKED = 0x800;
export const MODE_GS_CHECKED = 0x1000;
/** Floating point is lifted to the exact code, not to native arithmetic (lift/fp-mode.ts): for this one instruction, or for all. */
export const MODE_FP_ONCE = 0x2000;
export const MODE_FP_EXACT = 0x4000;
/** The same of x87 instructions that round, while the control word is not the usual one. */
export const MODE_X87_EXACT = 0x8000;
/** SSE operations are checked one by one, for some operand was no number of middling size (lift/float-range.ts). */
export const MODE_FP_WIDE = 0x10000;
/** What of these lasts until the next trap or return at most. */
export const MODE_FP_PASSING = MODE_FP_ONCE | MODE_FP_WIDE;
/** Nothing was inexact yet, all else is usual: sums and products are asked whether they are exact (lift/asked.ts). */
export const MODE_FP_ASKED = 0x20000;
