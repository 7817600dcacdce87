/** What the random tests of all ARM instructions share: state, oracle, and instructions made from rows. */
import {
  ALIGNMENT_READ,
  ALIGNMENT_WRITE,
  arm,
  BREAKPOINT,
  layout,
  PSR_T,
  readCpsr,
  UNDEFINED,
  USR,
  writeCpsr,
} from '@kml/arch-arm/isa';
import {
  Decoder,
  type Encoding,
  type FieldName,
  Insn,
  parseEncoding,
  type Row,
  readFpscr,
  rows,
  writeFpscr,
} from '@kml/arch-arm/isa/testing';
import type { Cpu } from '@kml/core';
import type { TrapSeen } from '../../random/flat-machine.ts';
import { type RandomCase, SCRATCH_BYTES } from '../../random/layout.ts';
import type { OracleOptions } from '../../random/oracle.ts';
import type { Random } from '../../random/prng.ts';
import { slotFields, wordField } from '../../random/state.ts';
import type { SubjectOptions } from '../../random/subject.ts';

/** Places in the state's words. */
export const CPSR_AT = 15;
export const FPSCR_AT = 16;
export const VECTORS_AT = 17;
export const STATE_WORDS = VECTORS_AT + 64;

/** UDF in A32; in T32 its first half is one, and its second branches to the next word. T32 cases are padded with 0xdef0. */
export const STOP = [0xff, 0xde, 0xff, 0xe7];

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

function signalOf({ access, vector, error, address }: TrapSeen): ReturnType<SubjectOptions['signalOf']> {
  if (access) return { signal: 'segv', address: access === 'execute' ? address & ~1 : address };
  if (vector === ALIGNMENT_READ || vector === ALIGNMENT_WRITE) return { signal: 'bus', address: error >>> 0 };
  if (vector === BREAKPOINT) return { signal: 'trap' };
  return { signal: vector === UNDEFINED ? 'ill' : 'none' };
}

/** User mode with floating point on. */
function enterUser(cpu: Cpu): void {
  cpu.set(layout.slot('fpexc', 'i32'), 1 << 30);
  cpu.mode = USR;
}

/** Bits of ITSTATE, which there is in T32 only; the cases' CPSR leaves T to pc. */
const PSR_IT = 0x0600_fc00;

function setCpsr(cpu: Cpu, psr: number): void {
  writeCpsr(cpu, psr & PSR_IT ? psr | PSR_T : psr);
}

export const SUBJECT = {
  isa: arm,
  kernelBase: 0xc000_0000,
  enterUser,
  fields: [
    ...slotFields(layout, names('r', 15)),
    wordField('cpsr', (cpu) => readCpsr(cpu) & ~0x3e0, setCpsr),
    wordField('fpscr', readFpscr, writeFpscr),
    ...slotFields(layout, names('q', 16)),
  ],
  stop: STOP,
  signalOf,
} satisfies SubjectOptions;

/** QEMU as a processor with VFPv4 and Advanced SIMD. */
export const QEMU: OracleOptions = {
  name: 'QEMU',
  driver: new URL('driver.c', import.meta.url),
  compile: ['arm-linux-gnueabihf-gcc', '-marm', '-mfpu=vfpv3-d16'],
  run: ['qemu-arm-static', '-cpu', 'cortex-a15'],
};

/** A row of the tables in the shape the harness counts. */
export interface TestRow {
  readonly row: Row;
  readonly mnemonic: string;
  readonly manual: string;
  readonly encoding: string;
}

export const testRow = (row: Row): TestRow => ({
  row,
  mnemonic: row.mnemonic,
  manual: row.section,
  encoding: `${row.set} ${row.encoding}`,
});

const encodings = new Map<Row, Encoding>();
function encodingOf(row: Row): Encoding {
  let encoding = encodings.get(row);
  if (!encoding) encodings.set(row, (encoding = parseEncoding(row.encoding)));
  return encoding;
}

const decoder = new Decoder(rows);
const insn = new Insn();

/** An instruction made of a row. */
export interface Made {
  readonly bytes: readonly number[];
  /** Decoded; valid until the next one is made. */
  readonly x: Insn;
}

/**
 * A random instruction of a row: fields are as `given`, or random (the condition mostly "always");
 * undefined where the outcome is an instruction of another row or none.
 */
export function makeInstruction(
  row: Row,
  random: Random,
  given: Partial<Record<FieldName, number>> = {},
): Made | undefined {
  const encoding = encodingOf(row);
  const anything = encoding.bits === 32 ? ~(encoding.mask | encoding.shouldMask) : 0;
  let word = encoding.value | encoding.shouldBe | (random.word() & anything);
  const chosen: Partial<Record<FieldName, number>> = { ...given };
  if (encoding.fields.has('cond')) chosen.cond ??= random.chance(80) ? 14 : random.below(14);
  for (const { name, from, to, width } of encoding.parts) {
    const mask = 2 ** width - 1;
    const value = chosen[name];
    const bits = value === undefined ? random.word() & mask : (value >>> to) & mask;
    word = (word & ~(mask << from)) | (bits << from);
  }
  const bytes = bytesOf(row, word);
  const at = row.set === 'A32' ? 0 : 1;
  const status = decoder.decode(insn, { byte: (address) => bytes[address] ?? -1 }, at, 0);
  return status === 'ok' && insn.row === row ? { bytes, x: insn } : undefined;
}

function bytesOf(row: Row, word: number): number[] {
  const half = (value: number): number[] => [value & 255, (value >>> 8) & 255];
  if (row.set === 'T16') return [...half(word), 0xf0, 0xde];
  return row.set === 'T32' ? [...half(word >>> 16), ...half(word)] : [...half(word), ...half(word >>> 16)];
}

/** CPSR of a case: random flags; in T32 sometimes within an IT block of one instruction. */
export function randomCpsr(random: Random, thumb: boolean): number {
  const flags = USR | (random.word() & 0xf80f_0000);
  if (!thumb || random.chance(80)) return flags >>> 0;
  const it = (random.below(14) << 4) | 8;
  return (flags | ((it & 3) << 25) | ((it >> 2) << 10)) >>> 0;
}

/** Instructions of rows of one set in a row, in one state; the rows' own needs (addresses) are not met. */
export function sequenceOf(
  rows: readonly Row[],
  random: Random,
  vectors: readonly number[],
  fpscr: number,
): RandomCase {
  const thumb = random.chance(50);
  const possible = rows.filter((row) => row.set === (thumb ? 'T32' : 'A32'));
  const code: number[] = [];
  for (let left = 2 + random.below(12); left > 0; ) {
    const made = makeInstruction(random.pick(possible), random);
    if (!made) continue;
    code.push(...made.bytes);
    left--;
  }
  const registers = Array.from({ length: 15 }, () => random.value());
  return {
    name: 'sequence',
    code,
    pcBits: thumb ? 1 : 0,
    state: [...registers, USR | (random.word() & 0xf80f_0000), fpscr, ...vectors].map((word) => word >>> 0),
    scratch: Uint8Array.from({ length: SCRATCH_BYTES }, () => random.word()),
  };
}
