import { type RandomCase, type RandomResult, SCRATCH, SCRATCH_BYTES } from '../../random/layout.ts';
import type { Random } from '../../random/prng.ts';
import { randomSuite } from '../../random/suite.ts';
import { machine, STATE } from './machine.ts';
import * as w from './words.ts';

/** User-mode fixed-point instructions against QEMU's. Cases are narrowed by KML_ROWS, repeated by KML_SEED. */
type Row = w.Row;

const sprNumber = (word: number): number => w.ra(word) | (w.rb(word) << 5);

/** Special registers of user mode, and numbers that are none. */
const SPRS = [1, 8, 9, 1, 8, 9, 1, 8, 9, 272, 26, 5];

/** QEMU keeps the reserved bits of XER; PEM 2.1, XER: bits 3 to 24 are reserved. */
const masks = Array.from({ length: STATE.words }, (_, word) => (word === STATE.xer ? 0xe000007f : -1));

function randomState(random: Random): number[] {
  const state = Array.from({ length: STATE.words }, () => random.value());
  state[STATE.lr] = w.randomTarget(random);
  state[STATE.ctr] = random.chance(40) ? random.below(3) : w.randomTarget(random);
  state[STATE.xer] = (random.word() & 0xe0000000) | random.below(40);
  state[STATE.cr] = random.word();
  state.fill(0, STATE.fpr);
  return state.map((word) => word >>> 0);
}

function scratch(random: Random): Uint8Array {
  return Uint8Array.from({ length: SCRATCH_BYTES }, () => random.word());
}

function makeCase(row: Row, random: Random): RandomCase | undefined {
  let word = w.randomWord(row, random);
  const state = randomState(random);
  if (row.operands.includes('SPR')) {
    const number = random.pick(SPRS);
    word = (word & ~0x1ff800) | ((number & 31) << 16) | ((number >> 5) << 11);
    // QEMU's user mode knows more registers than the hardware's.
    if (sprNumber(word) !== number) return undefined;
  }
  if (w.addressing(row) !== undefined && !w.pointTo(row, word, state, w.randomAddress(random))) return undefined;
  // PEM 8.2, BCCTR: with "decrement and test CTR" (BO[2] = 0) the form is invalid. QEMU writes LR before it says so.
  if (row.mnemonic === 'bcctr' && (w.rt(word) & 4) === 0) return undefined;
  if (!isDefined(row, word)) return undefined;
  if (row.cost === 'branch' && !reaches(row, word)) return undefined;
  return {
    name: row.mnemonic,
    code: w.bytesOf([word]),
    state,
    scratch: scratch(random),
    masks,
    adjust: row.mnemonic === 'icbi' ? lineAddress : fetchAddress,
  };
}

/** QEMU says nothing of the address of a fault that is a fetch's. */
function fetchAddress(expected: RandomResult, actual: RandomResult): void {
  if (expected.pc === actual.pc && actual.address === actual.pc) expected.address = actual.address;
}

/** ICBI: QEMU reports the start of the line. */
function lineAddress(expected: RandomResult, actual: RandomResult): void {
  expected.address &= ~31;
  actual.address &= ~31;
}

/** Branches that stay within the code, or go where nothing is: far ones may meet the driver. */
function reaches(row: Row, word: number): boolean {
  if (row.mnemonic !== 'b') return true;
  const offset = (word << 6) >> 6;
  return (word & 2) !== 0 ? offset >= 0x1000 : Math.abs(offset) < 0x2000000;
}

/** Power ISA Book I, MFOCRF and MTOCRF: unless exactly one bit of FXM is set, RT or CR is undefined. */
function isDefined(row: Row, word: number): boolean {
  const fields = (word >>> 12) & 0xff;
  return !row.mnemonic.includes('ocrf') || (fields !== 0 && (fields & (fields - 1)) === 0);
}

const BASE = 28;
const sequenceRows = w.integerRows.filter(
  (row) =>
    w.skip(row) === undefined &&
    !['multiple', 'trapIf', 'branchRegister', 'timeBase', 'cache'].includes(row.cost) &&
    row.mnemonic !== 'b' &&
    !row.operands.includes('SPR'),
);

/** A word of a sequence: r28 is the base of accesses and stays so, branches go forward by a few instructions. */
function sequenceWord(row: Row, left: number, random: Random): number | undefined {
  let word = w.randomWord(row, random);
  if (!isDefined(row, word)) return undefined;
  const form = w.addressing(row);
  if (form === 'displaced') word = (word & 0xffe00000) | (BASE << 16) | (4 * random.below(32));
  else if (form !== undefined) word = (word & 0xffe007ff) | (BASE << 11);
  if (row.cost === 'branch') return (word & 0xffff0000 & ~0) | (4 * (1 + random.below(left))) | (word & 1);
  if (form !== undefined && row.mnemonic.includes('u')) return undefined;
  return w.rt(word) === BASE || (form === undefined && w.ra(word) === BASE) ? undefined : word;
}

function makeSequence(random: Random): RandomCase {
  const length = 3 + random.below(8);
  const words: number[] = [];
  // QEMU takes a reservation for lost where the word has another value, even by this CPU's own stores; in the PEM, of
  // stores only another processor's (or mechanism's) to the granule lose it, beside the CPU's own STWCX.
  const without = random.pick(['store', 'reserve']);
  const rows = sequenceRows.filter((row) => row.cost !== without);
  while (words.length < length) {
    const word = sequenceWord(random.pick(rows), length - words.length, random);
    if (word !== undefined) words.push(word);
  }
  const state = randomState(random);
  state[BASE] = SCRATCH + 64;
  return { name: 'sequence', code: w.bytesOf(words), state, scratch: scratch(random), masks, adjust: fetchAddress };
}

randomSuite({
  ...machine,
  rows: w.integerRows,
  skip: w.skip,
  makeCase,
  makeSequence,
  casesPerRow: 160,
  sequences: 4000,
  minimum: 20_000,
  // QEMU looks at the alignment of a store conditional only where the reservation holds. PEM 8.2, STWCX.: of an address
  // that is no multiple of 4 comes an alignment interrupt, or a boundedly undefined result.
  ignore: (one, _oracle, ours) => one.name === 'stwcx.' && ours.signal === 'bus',
});
