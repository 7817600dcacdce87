/** Which operation a floating point instruction word is, and where its operands are. MIPS32 vol. II, tables A.12 to A.20. */
import { type Format, type FpOperation, operationNamed } from './operations.ts';

export interface FpInstruction {
  readonly operation: FpOperation;
  /** Registers of the operands, in order, and of the result (a comparison: the condition code). */
  readonly sources: readonly number[];
  readonly destination: number;
  /** A comparison: the condition, as the bits unordered 1, equal 2, less 4. */
  readonly condition: number | undefined;
}

const FORMATS: Readonly<Record<number, Format>> = { 16: 's', 17: 'd', 20: 'w', 21: 'l' };

/** COP1 functions that are the same for singles and doubles. */
const FUNCTIONS: Readonly<Record<number, string>> = {
  ...{ 0: 'add', 1: 'sub', 2: 'mul', 3: 'div', 4: 'sqrt', 21: 'recip', 22: 'rsqrt' },
  ...{ 8: 'round.l', 9: 'trunc.l', 10: 'ceil.l', 11: 'floor.l' },
  ...{ 12: 'round.w', 13: 'trunc.w', 14: 'ceil.w', 15: 'floor.w' },
  ...{ 32: 'cvt.s', 33: 'cvt.d', 36: 'cvt.w', 37: 'cvt.l' },
};

const COP1X_FUNCTIONS: Readonly<Record<number, string>> = { 4: 'madd', 5: 'msub', 6: 'nmadd', 7: 'nmsub' };

/** The operation of a word that was lifted with a way to the exact code. */
export function decodeFp(word: number): FpInstruction {
  const field = (shift: number) => (word >>> shift) & 31;
  if (word >>> 26 === 0x13) {
    const format = (word & 7) === 1 ? 'd' : 's';
    return {
      operation: operationNamed(`${COP1X_FUNCTIONS[(word >>> 3) & 7]}.${format}`),
      // fs * ft + fr
      sources: [field(11), field(16), field(21)],
      destination: field(6),
      condition: undefined,
    };
  }
  const format = FORMATS[field(21)]!;
  const sources = [field(11), field(16)];
  if ((word & 0x30) === 0x30) {
    const operation = operationNamed(`${word & 8 ? 'cs' : 'c'}.${format}`);
    return { operation, sources, destination: field(6) >> 2, condition: word & 7 };
  }
  const operation = operationNamed(`${FUNCTIONS[word & 63]}.${format}`);
  return { operation, sources, destination: field(6), condition: undefined };
}
