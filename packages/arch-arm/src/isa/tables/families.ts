import * as bits from '../lift/bits.ts';
import type { Insn } from '../lift/insn.ts';
import type { ParallelKind, ParallelOperation } from '../lift/parallel.ts';

/** Six numbers from `first` on. */
const six = (first: number): number[] => [0, 1, 2, 3, 4, 5].map((n) => first + n);

/**
 * Kinds of parallel addition and subtraction: the bits that choose them in A32 (21 to 20 with bit 22
 * for unsigned) and in T32 (bits 6 to 4), and the sections in the order of PARALLEL_OPERATIONS.
 */
export const PARALLEL_KINDS: readonly {
  readonly kind: ParallelKind;
  readonly a32: string;
  readonly t32: string;
  readonly sections: readonly number[];
}[] = [
  { kind: 'S', a32: '001', t32: '000', sections: [158, 159, 160, 195, 196, 197] },
  { kind: 'Q', a32: '010', t32: '001', sections: [135, 136, 137, 140, 142, 143] },
  { kind: 'SH', a32: '011', t32: '010', sections: six(169) },
  { kind: 'U', a32: '101', t32: '100', sections: [243, 244, 245, 268, 269, 270] },
  { kind: 'UQ', a32: '110', t32: '101', sections: six(258) },
  { kind: 'UH', a32: '111', t32: '110', sections: six(249) },
];

/** Their operations in alphabetical order: op2 in A32, op1 in T32. */
export const PARALLEL_OPERATIONS: readonly {
  readonly operation: ParallelOperation;
  readonly a32: string;
  readonly t32: string;
}[] = [
  { operation: 'ADD16', a32: '000', t32: '001' },
  { operation: 'ADD8', a32: '100', t32: '000' },
  { operation: 'ASX', a32: '001', t32: '010' },
  { operation: 'SAX', a32: '010', t32: '110' },
  { operation: 'SUB16', a32: '011', t32: '101' },
  { operation: 'SUB8', a32: '111', t32: '100' },
];

/** Extensions: bits 22 to 20 in A32, bits 22 to 20 in T32, sections with and without addition. */
export const EXTENDS: readonly {
  readonly name: string;
  readonly lift: (x: Insn) => void;
  readonly a32: string;
  readonly t32: string;
  readonly sections: readonly [string, string];
}[] = [
  { name: 'SXTB16', lift: bits.sxtb16, a32: '000', t32: '010', sections: ['A8.8.231', 'A8.8.234'] },
  { name: 'SXTB', lift: bits.sxtb, a32: '010', t32: '100', sections: ['A8.8.230', 'A8.8.233'] },
  { name: 'SXTH', lift: bits.sxth, a32: '011', t32: '000', sections: ['A8.8.232', 'A8.8.235'] },
  { name: 'UXTB16', lift: bits.uxtb16, a32: '100', t32: '011', sections: ['A8.8.272', 'A8.8.275'] },
  { name: 'UXTB', lift: bits.uxtb, a32: '110', t32: '101', sections: ['A8.8.271', 'A8.8.274'] },
  { name: 'UXTH', lift: bits.uxth, a32: '111', t32: '001', sections: ['A8.8.273', 'A8.8.276'] },
];
