/** Runs of instructions that make and use each other's registers and flags. */
import { type FieldName, neonRows, type Row, rows, vfpRows } from '@kml/arch-arm/isa/testing';
import { type RandomCase, SCRATCH } from '../../random/layout.ts';
import type { Random } from '../../random/prng.ts';
import { isMemory, isMultiple, isUnpredictable, MASKS, newDraft, skipReason, stateOf } from './cases.ts';
import { makeInstruction, randomCpsr } from './common.ts';

/** Points into the scratch area all the time. */
const BASE = 10;

const EXCLUSIVE = /^(?:LDR|STR)EX/;
const ENDS = /^(?:B|BX|BLX?|CBZ|TBB|TBH|SVC|BKPT|UDF|IT|SUBS PC, LR)$/;

function isPlain(row: Row): boolean {
  if (skipReason(row) !== undefined || ENDS.test(row.mnemonic)) return false;
  // Pairs of them are made apart.
  if (EXCLUSIVE.test(row.mnemonic)) return false;
  if (isMultiple(row)) return /\{Rn\}/.test(row.syntax) && row.set !== 'T16' && !row.mnemonic.includes('system');
  if (isMemory(row)) return row.set !== 'T16' && !/T$|SWP/.test(row.mnemonic) && row.operand2 === undefined;
  return true;
}

const floating = new Set([...vfpRows, ...neonRows]);
const plain = rows.filter((row) => !floating.has(row) && isPlain(row));
const a32 = plain.filter((row) => row.set === 'A32');
const t16 = plain.filter((row) => row.set === 'T16');
const t32 = plain.filter((row) => row.set === 'T32');
const a32NoStore = a32.filter((row) => !isMemory(row) && !isMultiple(row));
const t16NoStore = t16.filter((row) => !isMemory(row));

/** Low registers mostly, so that instructions meet; r10 is only read. */
function fieldsFor(row: Row, random: Random): Partial<Record<FieldName, number>> {
  const fields: Partial<Record<FieldName, number>> = {};
  for (const name of ['Rn', 'Rd', 'Rm', 'Rs', 'Rt', 'Rt2', 'Ra', 'RdHi', 'RdLo'] as const)
    fields[name] = random.below(7);
  if (isMemory(row) || isMultiple(row)) {
    Object.assign(fields, { Rn: BASE, P: 1, W: 0, imm: 4 * random.below(12), list: random.below(128) });
  }
  // Not the bit that QEMU takes for big-endian data.
  if (row.mnemonic === 'MSR') fields.mask = random.pick([4, 8, 12]);
  if (random.chance(60) && row.syntax.includes('{s}')) fields.S = 1;
  return fields;
}

/** One instruction's bytes; a 16-bit one has two. */
function instruction(from: readonly Row[], random: Random, cond?: number): number[] {
  for (;;) {
    const row = random.pick(from);
    const fields = fieldsFor(row, random);
    const made = makeInstruction(row, random, cond === undefined ? fields : { ...fields, cond });
    if (made === undefined || isUnpredictable(made.x)) continue;
    const { x } = made;
    // The base stays, and nothing writes r13 or r15.
    if ([x.Rd, x.Rt, x.RdHi, x.RdLo].some((n) => n === BASE || n === 13 || n === 15)) continue;
    return made.bytes.slice(0, x.length);
  }
}

const exclusives = rows.filter((row) => EXCLUSIVE.test(row.mnemonic));

/** A load-exclusive, something else, and a store-exclusive of the same size, to the same address or not. */
function exclusivePair(set: 'A32' | 'T32', random: Random): number[] {
  const size = random.pick(['', 'B', 'H', 'D']);
  const [load, store] = ['LDREX', 'STREX'].map(
    (name) => exclusives.find((row) => row.set === set && row.mnemonic === name + size)!,
  );
  const cond = random.chance(70) ? 14 : random.below(14);
  const at = { Rn: BASE, cond };
  const between = set === 'A32' ? instruction(a32NoStore, random, 14) : instruction(t16NoStore, random);
  const offset = size === '' && set === 'T32' && random.chance(20) ? 8 : 0;
  const one = makeInstruction(load!, random, { ...at, Rt: 2, Rt2: 3, imm: 0 });
  const bytes = one!.bytes.slice();
  const other = makeInstruction(store!, random, { ...at, Rd: random.below(2), Rt: 4, Rt2: 5, imm: offset });
  return random.chance(85) ? [...bytes, ...between, ...other!.bytes] : [...between, ...other!.bytes];
}

const half = (word: number): number[] => [word & 255, (word >>> 8) & 255];

function a32Sequence(random: Random): number[] {
  const code: number[] = [];
  const length = 3 + random.below(14);
  for (let n = 0; n < length; n++) {
    if (random.chance(5)) code.push(...exclusivePair('A32', random));
    const next = instruction(a32, random, random.chance(60) ? 14 : random.below(14));
    // A conditional branch over the next instruction.
    if (random.chance(12)) code.push(...half(0), 0, (random.below(14) << 4) | 0xa);
    code.push(...next);
  }
  return code;
}

/** Of either width. */
const thumb = (random: Random): number[] => instruction(random.chance(50) ? t16 : t32, random);

/** An IT block of one to four instructions. */
function itBlock(random: Random): number[] {
  const cond = random.below(14);
  const count = 1 + random.below(4);
  const mask = ((random.below(8) << (5 - count)) | (1 << (4 - count))) & 15;
  const code = half(0xbf00 | (cond << 4) | mask);
  for (let n = 0; n < count; n++) code.push(...thumb(random));
  return code;
}

function t32Sequence(random: Random): number[] {
  const code: number[] = [];
  const length = 3 + random.below(10);
  for (let n = 0; n < length; n++) {
    if (random.chance(35)) {
      code.push(...itBlock(random));
      continue;
    }
    if (random.chance(7)) code.push(...exclusivePair('T32', random));
    const next = thumb(random);
    if (random.chance(12)) code.push(...half(0xd000 | (random.below(14) << 8) | (next.length / 2 - 1)));
    code.push(...next);
  }
  return code;
}

/** A run of A32 or of T32 instructions. */
export function sequenceCase(random: Random): RandomCase {
  const isThumb = random.chance(50);
  let code = isThumb ? t32Sequence(random) : a32Sequence(random);
  while (code.length > 120) code = isThumb ? t32Sequence(random) : a32Sequence(random);
  const draft = newDraft(random);
  draft.registers[BASE] = SCRATCH + 128;
  // To whole words, with an instruction that stops.
  while (code.length & 3) code.push(...half(0xdef0));
  return {
    name: isThumb ? 'T32 sequence' : 'A32 sequence',
    code,
    ...(isThumb ? { pcBits: 1 } : {}),
    state: stateOf(draft, randomCpsr(random, false)),
    scratch: draft.scratch,
    masks: MASKS,
  };
}
