import { rows as tableRows } from '@kml/arch-ppc/isa/testing';
import { CODE, DATA, DATA_BYTES, SCRATCH, SCRATCH_BYTES } from '../../random/layout.ts';
import type { Random } from '../../random/prng.ts';

/** The decode tables' rows, as the harness wants them. */
export const rows = tableRows.map((row) => ({ ...row, manual: row.section ?? row.mnemonic }));
export type Row = (typeof rows)[number];

/** Rows that can run in user mode; the reason why not otherwise. */
export function skip(row: Row): string | undefined {
  return row.test?.skip;
}

export const integerRows = rows.filter((row) => !row.cost.startsWith('fpu'));
export const floatingRows = rows.filter((row) => row.cost.startsWith('fpu'));

/** A word of the row: its opcode bits, reserved bits clear, fields random. */
export function randomWord(row: Row, random: Random): number {
  let word = 0;
  for (const bit of row.encoding.replaceAll(' ', '')) {
    const value = bit === '/' ? 0 : bit === '0' || bit === '1' ? Number(bit) : random.below(2);
    word = (word << 1) | value;
  }
  return word;
}

export const rt = (word: number): number => (word >>> 21) & 31;
export const ra = (word: number): number => (word >>> 16) & 31;
export const rb = (word: number): number => (word >>> 11) & 31;
const displacement = (word: number): number => (word << 16) >> 16;

/** How a row makes an address, by its operands. */
export function addressing(row: Row): 'displaced' | 'indexed' | 'register' | undefined {
  if (row.operands.includes('D(RA)')) return 'displaced';
  if (row.operands.endsWith('RA0,NB')) return 'register';
  const isIndexed = row.operands.endsWith('RA0,RB') || /^F?R[ST],RA,RB$/.test(row.operands);
  const isMemory = ['load', 'store', 'multiple', 'reserve', 'cache', 'cacheZero', 'fpuLoad', 'fpuStore'].includes(
    row.cost,
  );
  return isIndexed && isMemory ? 'indexed' : undefined;
}

/** Changes registers (words of the state) so that the instruction accesses `address`; false where that cannot be. */
export function pointTo(row: Row, word: number, state: number[], address: number): boolean {
  const base = ra(word);
  switch (addressing(row)) {
    case 'displaced':
      if (base === 0) return false;
      state[base] = (address - displacement(word)) >>> 0;
      return true;
    case 'register':
      if (base === 0) return false;
      state[base] = address;
      return true;
    case 'indexed':
      if (base === 0) state[rb(word)] = address;
      else if (base === rb(word)) return false;
      else state[rb(word)] = (address - state[base]!) >>> 0;
      return true;
    default:
      return false;
  }
}

/** An address: in the compared part mostly, near the ends of what is mapped, or nowhere. */
export function randomAddress(random: Random): number {
  switch (random.below(12)) {
    case 0:
      return (DATA + DATA_BYTES - random.below(16)) >>> 0;
    case 1:
      return (DATA - random.below(8)) >>> 0;
    case 2:
      return (0x68000000 + random.word() / 1024) >>> 0;
    case 3:
      return SCRATCH + random.below(SCRATCH_BYTES);
    default:
      return SCRATCH + 4 * random.below(SCRATCH_BYTES / 4 - 40);
  }
}

export function bytesOf(words: readonly number[]): number[] {
  return words.flatMap((word) => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff]);
}

/** A target for a branch through a register: where code stops, mostly. */
export function randomTarget(random: Random): number {
  return random.chance(80)
    ? (CODE + 4 * random.below(0x1000) + random.below(4)) >>> 0
    : (0x68000000 + random.below(4096)) >>> 0;
}
