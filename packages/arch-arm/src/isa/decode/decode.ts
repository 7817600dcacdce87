import type { CodeReader } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { DecodeTable, type EntryFields } from './decode-table.ts';
import { clearFields, extractFields } from './extraction.ts';
import type { Row } from './row.ts';

/** What the decoder says: decoded, no such instruction, or bytes that cannot be fetched. */
export type DecodeStatus = 'ok' | 'undefined' | 'fetch';

const A32_KEY = 0x0ff0_00f0;
const T16_KEY = 0xffc0;
const T32_KEY = 0x1ff0_80f0;

/** Finds the row of an instruction and takes its fields. */
export class Decoder {
  /** Address of the byte that could not be fetched, after status 'fetch'. */
  fetchFault = 0;
  private readonly a32: DecodeTable;
  private readonly a32Unconditional: DecodeTable;
  private readonly t16: DecodeTable;
  private readonly t32: DecodeTable;

  constructor(rows: readonly Row[]) {
    const unconditional = (row: Row) => row.encoding.trim().startsWith('1111');
    const of = (set: Row['set']) => rows.filter((row) => row.set === set);
    this.a32 = new DecodeTable(
      of('A32').filter((row) => !unconditional(row)),
      A32_KEY,
    );
    this.a32Unconditional = new DecodeTable(of('A32').filter(unconditional), A32_KEY);
    this.t16 = new DecodeTable(of('T16'), T16_KEY);
    this.t32 = new DecodeTable(of('T32'), T32_KEY);
  }

  /**
   * Decodes the instruction at `pc` (bit 0: T32) into `x`: row, fields, length, word. `it` is
   * ITSTATE. With status 'undefined' word and length are set.
   */
  decode(x: Insn, code: CodeReader, pc: number, it: number): DecodeStatus {
    x.thumb = (pc & 1) !== 0;
    x.address = pc & ~1;
    x.it = it;
    const first = this.fetch16(code, x.address);
    if (first < 0) return 'fetch';
    if (x.thumb && !isWide(first)) {
      x.word = first;
      x.length = 2;
      return this.match(x, this.t16);
    }
    const second = this.fetch16(code, x.address + 2);
    if (second < 0) return 'fetch';
    x.length = 4;
    if (x.thumb) {
      x.word = (first << 16) | second;
      return this.match(x, this.t32);
    }
    x.word = first | (second << 16);
    return this.match(x, x.word >>> 28 === 15 ? this.a32Unconditional : this.a32);
  }

  private fetch16(code: CodeReader, address: number): number {
    const low = code.byte(address | 0);
    const high = low < 0 ? -1 : code.byte((address + 1) | 0);
    if (high >= 0) return low | (high << 8);
    this.fetchFault = (low < 0 ? address : address + 1) | 0;
    return -1;
  }

  private match(x: Insn, table: DecodeTable): DecodeStatus {
    const { word } = x;
    // What is undefined has a condition too.
    x.cond = x.thumb ? (x.it !== 0 ? x.it >> 4 : 14) : Math.min(word >>> 28, 14);
    for (const entry of table.candidates(word)) {
      if (((word ^ entry.value) & entry.mask) !== 0) continue;
      const { parsed } = entry;
      extract(x, entry.row, parsed);
      if (entry.row.when === undefined || entry.row.when(x)) {
        x.row = entry.row;
        x.pcRule = parsed.pcRule;
        return 'ok';
      }
    }
    return 'undefined';
  }
}

/** Whether a half-word is the first of a 32-bit T32 instruction. ARM ARM DDI0406C A6.1. */
function isWide(half: number): boolean {
  return half >= 0xe800;
}

/** Sets the fields of `x`. */
function extract(x: Insn, row: Row, { extractions, hasCond }: EntryFields): void {
  clearFields(x, x.extractions);
  x.extractions = extractions;
  x.S = 0;
  if (!hasCond) x.cond = x.it !== 0 ? x.it >> 4 : 14;
  extractFields(x, x.word, extractions);
  if (row.flagsOutsideIt) x.S = x.it === 0 ? 1 : 0;
}
