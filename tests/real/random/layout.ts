import { ByteReader, ByteWriter } from './bytes.ts';

/**
 * Where the code and data of cases lie, the same under the oracle (driver.h) and on the machine under test.
 *
 * All of the code area that is not a case's is filled with an instruction that stops, so that a branch out of a
 * case ends it and its target shows as pc. Around the areas nothing is mapped: what leaves them faults.
 */
export const CODE = 0x20000000;
export const CODE_BYTES = 0x10000;
export const DATA = 0x20100000;
export const DATA_BYTES = 0x4000;
/** The part of the data that cases fill and that is compared; the rest is zeroed. */
export const SCRATCH = 0x20101000;
export const SCRATCH_BYTES = 512;

/** Cases whose code is there at once, and where: a case's code must fit the stride. */
export const BATCH = 256;
export const STRIDE = 128;
const FIRST = CODE + 0x4000;
export const codeAddress = (n: number): number => FIRST + (n % BATCH) * STRIDE;

/** One case: instructions with the state they run in. */
export interface RandomCase {
  /** What is tested: mnemonic and encoding of a row, or 'sequence'. */
  readonly name: string;
  /** Machine code, in the order of memory. */
  readonly code: readonly number[];
  /** Added to the code's address to make the pc: an ISA's state that pc carries, such as 1 for Thumb. */
  readonly pcBits?: number;
  /** Registers, in the words of the adaptor's fields, low word first. */
  readonly state: readonly number[];
  readonly scratch: Uint8Array;
  /** Bits of each word of the state to compare; all where absent. */
  readonly masks?: readonly number[];
  /** Edits results (copies) before they are compared: for what the architecture leaves open. */
  readonly adjust?: (expected: RandomResult, actual: RandomResult) => void;
}

export const SIGNALS = ['none', 'ill', 'trap', 'segv', 'bus', 'fpe', 'loop'] as const;
/** How a case ended: by a signal (the stop instruction's own one where it ran to its end), or not at all. */
export type Signal = (typeof SIGNALS)[number];

export interface RandomResult {
  signal: Signal;
  /** Where: with the bits that pc carries. */
  pc: number;
  /** Faulting address of 'segv' and 'bus'; 0 otherwise. */
  address: number;
  readonly state: number[];
  readonly scratch: Uint8Array;
}

const FILL = 1;
const PUT = 2;
const RUN = 3;

export type ByteOrder = 'little' | 'big';

/**
 * The cases as driver.h reads them: records of 32-bit words in guest order, each with its kind first.
 *
 *     1 fill  length, bytes: fills the code area with an instruction
 *     2 put   address, length, bytes: code
 *     3 run   pc, state, scratch
 *
 * Byte strings are padded to whole words.
 */
export function encodeCases(cases: readonly RandomCase[], stop: readonly number[], order: ByteOrder): Uint8Array {
  const out = new ByteWriter(order);
  for (let first = 0; first < cases.length; first += BATCH) {
    const batch = cases.slice(first, first + BATCH);
    out.words(FILL, stop.length).bytes(stop);
    for (const [n, one] of batch.entries()) out.words(PUT, codeAddress(n), one.code.length).bytes(one.code);
    for (const [n, one] of batch.entries()) {
      out.words(RUN, codeAddress(n) + (one.pcBits ?? 0), ...one.state).bytes(one.scratch);
    }
  }
  return out.finish();
}

/** The results of the driver (signal, pc, address, state, scratch), case by case. Throws where it died before the last. */
export function decodeResults(cases: readonly RandomCase[], bytes: Uint8Array, order: ByteOrder): RandomResult[] {
  const reader = new ByteReader(bytes, order);
  return cases.map((one, n) => {
    if (reader.left < 12 + 4 * one.state.length + SCRATCH_BYTES) {
      throw new RangeError(`the driver ended at case ${n}: ${one.name}`);
    }
    const signal = SIGNALS[reader.word()]!;
    const pc = reader.word();
    const address = reader.word();
    return { signal, pc, address, state: one.state.map(() => reader.word()), scratch: reader.bytes(SCRATCH_BYTES) };
  });
}
