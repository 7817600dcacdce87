import { type RandomCase, type RandomResult, SCRATCH, SCRATCH_BYTES } from '../../random/layout.ts';
import type { Random } from '../../random/prng.ts';
import { randomSuite } from '../../random/suite.ts';
import { machine, STATE } from '../random/machine.ts';
import * as w from '../random/words.ts';
import { randomDouble } from './values.ts';

/** Floating-point instructions against QEMU's, with the whole of FPSCR. Narrowed by KML_ROWS, repeated by KML_SEED. */
type Row = w.Row;

const XX = 0x02000000;
const FX = 0x80000000;
const VX = 0x20000000;
const VXSNAN = 0x01000000;
const ALL_VX = 0x01f80700;
const STICKY = 0x1ff80700;
/** All exception bits, FX, and FPRF, FR, FI. */
const STATUS = 0x9fffff00 & ~0x800;

/** FPSCR: mostly as programs have it, so that inline code is what is tested. */
function randomFpscr(random: Random): number {
  let word = 0;
  if (random.chance(30)) word |= random.word() & random.word() & STATUS;
  if (random.chance(70)) word |= XX;
  if (random.chance(25)) word |= random.below(4);
  if (random.chance(15)) word |= 0x80 >> random.below(5);
  // PEM 2.1, FPSCR[FX]: set where an exception bit goes from 0 to 1; QEMU sets it where the bit was 1 before, too.
  if (word & STICKY) word |= FX;
  if (word & ALL_VX) word |= VX;
  // No exception may be pending: the interrupt would be due before the case.
  word &= ~((word >>> 22) & 0xf8);
  return word >>> 0;
}

function randomState(random: Random): number[] {
  const state = Array.from({ length: STATE.words }, () => random.value());
  state[STATE.xer] = random.word() & 0xe0000000;
  for (let n = 0; n < 32; n++) {
    const [high, low] = randomDouble(random);
    state[STATE.fpr + 2 * n] = low;
    state[STATE.fpr + 2 * n + 1] = high;
  }
  state[STATE.fpscr] = randomFpscr(random);
  return state.map((word) => word >>> 0);
}

function makeCase(row: Row, random: Random): RandomCase | undefined {
  const word = w.randomWord(row, random);
  const state = randomState(random);
  if (w.addressing(row) !== undefined && !w.pointTo(row, word, state, w.randomAddress(random))) return undefined;
  if (!isDefined(row, word, state)) return undefined;
  const scratch = Uint8Array.from({ length: SCRATCH_BYTES }, () => random.word());
  return { name: row.mnemonic, code: w.bytesOf([word]), state, scratch, masks: masksOf(row), adjust: signalling };
}

const view = new DataView(new ArrayBuffer(8));

function fprOf(state: readonly number[], register: number): number {
  view.setUint32(0, state[STATE.fpr + 2 * register + 1]!);
  view.setUint32(4, state[STATE.fpr + 2 * register]!);
  return view.getFloat64(0);
}

/**
 * Single-precision operations want singles (Power ISA Book I: with an operand that single format cannot represent, the
 * result and the status bits are undefined), and FRSP and FRES what an adapted exponent can hold, where a trapped
 * overflow or underflow changes the exponent. FRES of 0 is 0.5 in QEMU; in the PEM, infinity.
 */
function isDefined(row: Row, word: number, state: readonly number[]): boolean {
  if (row.mnemonic === 'fres' && fprOf(state, w.rb(word)) === 0) return false;
  if (row.mnemonic === 'fres' || row.mnemonic === 'frsp') {
    if ((state[STATE.fpscr]! & 0x60) === 0) return true;
    const magnitude = Math.abs(fprOf(state, w.rb(word)));
    return !(magnitude > 2 ** 318) && !(magnitude < 2 ** -316);
  }
  return word >>> 26 !== 59 || [w.ra(word), w.rb(word), (word >>> 6) & 31].every((n) => isSingle(fprOf(state, n)));
}

/** Makes a register's value a single. */
function makeSingle(state: number[], register: number): void {
  view.setFloat64(0, Math.fround(fprOf(state, register)));
  state[STATE.fpr + 2 * register + 1] = view.getUint32(0);
  state[STATE.fpr + 2 * register] = view.getUint32(4);
}

function isSingle(value: number): boolean {
  return Number.isNaN(value) || Math.fround(value) === value;
}

/**
 * QEMU's MTFSB1 does not set NI (PEM 8.2, MTFSB1: only FEX and VX cannot be set explicitly); its negated operations
 * negate before they round, which shows where rounding is upwards or downwards (PEM, FNMADD: FMADD's result, negated).
 */
function isOtherwise(one: RandomCase): boolean {
  if (one.name.startsWith('sequence')) return /fnm.*mtfsfi|mtfsfi.*fnm/.test(one.name);
  if (one.name === 'mtfsb1' && one.code[0] === 0xff && one.code[1]! >>> 5 === 5) return true;
  return one.name.startsWith('fnm') && (one.state[STATE.fpscr]! & 2) !== 0;
}

/**
 * FR is what QEMU does not have; FPRF is undefined after a conversion to an integer (PEM 8.2, FCTIW and FCTIWZ).
 * Compares leave FI and C alone (PEM, FCMPU: of FPSCR they alter FPCC, FX and VXSNAN, FCMPO VXVC too), but QEMU's
 * clear FI, and set C where the operands are unordered. MTFSB1 of an exception sets FX, but not QEMU's (PEM 2.1: but
 * for MTFSFI and MTFSF, every instruction that raises an exception bit sets it).
 */
function masksOf(row: Row): number[] {
  const conversion = row.mnemonic.startsWith('fcti') ? 0x0001f000 : 0;
  const compare = row.mnemonic.startsWith('fcmp') ? 0x00030000 : 0;
  const setsFx = row.mnemonic === 'mtfsb1' ? FX : 0;
  const fpscr = ~(0x00040000 | conversion | compare | setsFx);
  const masks = new Array<number>(STATE.words).fill(-1);
  masks[STATE.fpscr] = fpscr;
  // FX in CR1.
  if (setsFx) masks[STATE.cr] = ~0x08000000;
  return masks;
}

/**
 * An enabled invalid operation with a signalling operand clears FR and FI, and is no VXVC (PEM 3.3; FCMPO sets VXVC
 * only where VE = 0); not so in QEMU.
 */
function signalling(expected: RandomResult, actual: RandomResult): void {
  const status = actual.state[STATE.fpscr]!;
  if (actual.signal !== 'fpe' || (status & VXSNAN) === 0) return;
  const other = 0x00040000 | 0x00020000 | 0x00080000;
  expected.state[STATE.fpscr] = ((expected.state[STATE.fpscr]! & ~other) | (status & other)) >>> 0;
}

const BASE = 28;
const sequenceRows = w.floatingRows.filter((row) => row.cost !== 'fpuControl' && row.mnemonic !== 'fres');
const singleRows = sequenceRows.filter(
  (row) => row.encoding.startsWith('111011') || /^(?:lfs|stfs|fmr|fneg|fabs|fcmp|frsp)/.test(row.mnemonic),
);
const doubleRows = sequenceRows.filter((row) => !row.encoding.startsWith('111011'));
const [branch] = w.rows.filter((row) => row.mnemonic === 'bc');
const [control] = w.rows.filter((row) => row.mnemonic === 'mtfsfi');

/** Fields that name registers, to be narrowed to f0 to f7: the two high bits of FRT, FRA, FRB and FRC. */
const HIGH_RT = 0x03000000;
const HIGH_RA_RB = 0x0018c000;
const HIGH_RC = 0x00000600;

/** BC over at most `left` instructions, if a bit of CR is set or clear. */
function branchForward(left: number, random: Random): number {
  return 0x40800000 | (random.below(2) << 24) | (random.below(32) << 16) | (4 * (1 + random.below(left)));
}

/** MTFSFI 7: another rounding mode, NI or XE. */
function otherControl(random: Random): number {
  return 0xff80010c | (random.below(16) << 12);
}

/** A word of a sequence: its registers are f0 to f7, r28 is the base of accesses, branches go forward. */
function sequenceWord(rows: readonly Row[], left: number, random: Random): { row: Row; word: number } {
  if (random.chance(8)) return { row: branch!, word: branchForward(left, random) };
  if (random.chance(4)) return { row: control!, word: otherControl(random) };
  const row = random.pick(rows);
  let word = w.randomWord(row, random);
  if (row.cost !== 'fpuCompare') word &= ~HIGH_RT;
  const form = w.addressing(row);
  if (form === 'displaced') word = (word & 0xffe00000) | (BASE << 16) | (4 * random.below(32));
  else if (form !== undefined) word = (word & 0xffe007ff) | (BASE << 11);
  else word &= ~(HIGH_RA_RB | (row.encoding.includes('c') ? HIGH_RC : 0));
  return { row, word };
}

function makeSequence(random: Random): RandomCase {
  const length = 3 + random.below(9);
  const ofSingles = random.chance(40);
  const words: number[] = [];
  const mnemonics: string[] = [];
  while (words.length < length) {
    const { row, word } = sequenceWord(ofSingles ? singleRows : doubleRows, length - words.length, random);
    if (w.addressing(row) && row.mnemonic.includes('u')) continue;
    words.push(word);
    mnemonics.push(row.mnemonic);
  }
  const state = randomState(random);
  if (ofSingles) for (let n = 0; n < 32; n++) makeSingle(state, n);
  state[BASE] = SCRATCH + 64;
  // What the tests of single instructions leave out is left out here, too.
  state[STATE.fpscr] = state[STATE.fpscr]! & ~(0x60 | (mnemonics.some((name) => name.startsWith('fnm')) ? 2 : 0));
  const masks = new Array<number>(STATE.words).fill(-1);
  const hasOthers = mnemonics.some((name) => name.startsWith('fct') || name.startsWith('fcm'));
  masks[STATE.fpscr] = hasOthers ? ~0x0007f000 : ~0x00040000;
  const scratch = Uint8Array.from({ length: SCRATCH_BYTES }, () => random.word());
  return { name: `sequence ${mnemonics.join(' ')}`, code: w.bytesOf(words), state, scratch, masks, adjust: signalling };
}

randomSuite({
  ...machine,
  rows: w.floatingRows,
  skip: w.skip,
  makeCase,
  casesPerRow: 400,
  makeSequence,
  sequences: 6000,
  minimum: 20_000,
  ignore: isOtherwise,
});
