/** Random cases of the integer instructions, for either byte order. */
import {
  GENERAL_NAMES,
  type MipsRow,
  mips,
  mipsel,
  reg,
  rows,
  STATUS_CU1,
  STATUS_USER,
  updateMode,
} from '@kml/arch-mips/isa';
import type { InstructionRow } from '@kml/core';
import { CODE, type RandomCase, type RandomResult, SCRATCH, SCRATCH_BYTES } from '../../random/layout.ts';
import type { Random } from '../../random/prng.ts';
import { slotFields } from '../../random/state.ts';
import { type RandomAdaptor, randomSuite } from '../../random/suite.ts';
import { bytesOf, encode } from '../encode.ts';
import { signalOf } from '../signal.ts';

const isMemory = (row: MipsRow): boolean => /(^|,)o$/.test(row.operands);
const isFloat = (row: MipsRow): boolean =>
  /^0100(01|11)|^11.[01]01/.test(row.encoding) || /^mov[ft]$/.test(row.mnemonic);
const integerRows = rows.filter((row) => !isFloat(row));
/**
 * Rows that can stand anywhere in a sequence, and in a delay slot: neither branches nor known to trap. MIPS32 vol. II,
 * each branch: operation is UNPREDICTABLE with a branch, jump, ERET, DERET or WAIT in the delay slot.
 */
const straight = integerRows.filter((row) => !row.branch && row.test?.skip === undefined);

/** Branches that can end a sequence: not by a register that it may have changed. */
const behind = integerRows.filter((row) => row.branch && !/^j(al)?r/.test(row.mnemonic));

type TestRow = MipsRow & InstructionRow;

/** One instruction and the general registers it wants set. */
interface Draft {
  readonly words: readonly number[];
  readonly wanted: ReadonlyMap<number, number>;
}

const BASE = 24;
const OTHER = 25;

function memoryDraft(row: MipsRow, random: Random): Draft {
  const size = { lb: 1, lbu: 1, sb: 1, lh: 2, lhu: 2, sh: 2 }[row.mnemonic] ?? 4;
  const left = /^[ls]w[lr]$/.test(row.mnemonic);
  const aligned = left || random.chance(10) ? 1 : size;
  const base = SCRATCH + aligned * random.below(100);
  const offset = aligned * (random.below(40) - 20);
  const fields = { s: random.chance(90) ? BASE : 0, i: offset };
  const words = [encode(row, random, fields)];
  // A reservation to be had or not.
  if (row.mnemonic === 'sc') {
    const ll = rows.find(({ mnemonic }) => mnemonic === 'll')!;
    words.unshift(encode(ll, random, { ...fields, i: random.chance(70) ? offset : offset + 4, t: 1 }));
  }
  return {
    words,
    wanted: new Map([[BASE, random.chance(97) ? base : random.pick([random.below(4096), 0x7000_0000, 0xffff_0000])]]),
  };
}

function plainDraft(row: MipsRow, random: Random): Draft {
  if (isMemory(row)) return memoryDraft(row, random);
  const wanted = new Map<number, number>();
  if (row.mnemonic === 'ext' || row.mnemonic === 'ins') {
    // MIPS32 vol. II: EXT is UNPREDICTABLE if lsb + msbd > 31, INS if lsb > msb.
    const position = random.below(32);
    const last = position + random.below(32 - position);
    const m = row.mnemonic === 'ins' ? last : last - position;
    return { words: [encode(row, random, { l: position, m })], wanted };
  }
  return { words: [encode(row, random, { c: 0 })], wanted };
}

/** A branch and its delay slot. It goes where no code of a case is; `alone`: not behind other instructions of its case. */
function branchDraft(row: MipsRow, random: Random, alone: boolean): Draft {
  const slot = random.chance(20) ? undefined : plainDraft(random.pick(straight), random);
  if (slot !== undefined && slot.words.length > 1) return branchDraft(row, random, alone);
  const wanted = new Map(slot?.wanted ?? []);
  const fields: Record<string, number> = { i: random.pick(alone ? [-1, 1, 1] : [1]) * (2 + random.below(8)) };
  if (row.operands === 'j') fields.j = (CODE >>> 2) + random.below(0x1000);
  else if (/^j(al)?r/.test(row.mnemonic)) {
    // MIPS32 vol. II, JALR: rs and rd must not be equal, or the result is UNPREDICTABLE.
    fields.s = OTHER;
    fields.h = 0;
    wanted.set(OTHER, CODE + 4 * random.below(0x1000));
    if (row.encoding.includes('d')) fields.d = random.pick([0, 31, 7]);
    // MIPS32 vol. II, BGEZAL and its like: GPR 31 must not be rs, or the result is UNPREDICTABLE.
  } else if (/al/.test(row.mnemonic)) fields.s = random.below(24);
  else if (random.chance(40)) fields.t = random.below(32);
  if (random.chance(20) && row.encoding.includes('ttttt')) fields.t = fields.s = random.below(24);
  // QEMU takes a branch that never is taken for no branch: its slot is an instruction like others. In the manual it has
  // a delay slot as any branch.
  if (/^(bne|bgtz|bltz)/.test(row.mnemonic)) fields.s = 1 + random.below(23);
  if (/^bne/.test(row.mnemonic) && (fields.t ?? 0) <= 24) fields.t = random.pick([0, 26, fields.s! + 1]);
  return { words: [encode(row, random, fields), ...(slot?.words ?? [0])], wanted };
}

const draft = (row: MipsRow, random: Random, alone = false): Draft =>
  row.branch ? branchDraft(row, random, alone) : plainDraft(row, random);

function finish(name: string, drafts: readonly Draft[], random: Random, order: 'big' | 'little'): RandomCase {
  const state = Array.from({ length: 33 }, () => random.value());
  for (const { wanted } of drafts) for (const [n, value] of wanted) state[n - 1] = value >>> 0;
  return {
    name,
    code: bytesOf(
      drafts.flatMap(({ words }) => words),
      order,
    ),
    state,
    scratch: Uint8Array.from({ length: SCRATCH_BYTES }, () => random.word()),
    adjust: wordAddress,
  };
}

/** LWL and its like fault with the address they were given, which is found out only as the fault is delivered. */
function wordAddress(expected: RandomResult, actual: RandomResult): void {
  if (expected.signal !== 'segv') return;
  expected.address &= ~3;
  actual.address &= ~3;
}

/** The driver's program and stack. */
function inDriver(address: number): boolean {
  return (address >= 0x40_0000 && address < 0x60_0000) || (address >= 0x3f00_0000 && address < 0x4200_0000);
}

/** What the tests of both byte orders are made from. */
export function integerAdaptor(order: 'big' | 'little'): RandomAdaptor<TestRow> {
  const isa = order === 'big' ? mips : mipsel;
  const target = order === 'big' ? 'mips' : 'mipsel';
  return {
    isa,
    kernelBase: 0x80000000,
    enterUser: (cpu) => {
      cpu.set(reg('status'), STATUS_USER | STATUS_CU1);
      updateMode(cpu);
    },
    fields: slotFields(isa.layout, [...GENERAL_NAMES.slice(1), 'hi', 'lo']),
    // BREAK
    stop: bytesOf([0x0000_000d], order),
    signalOf,
    oracles: [
      {
        name: 'QEMU',
        driver: new URL('driver.c', import.meta.url),
        compile: [`${target}-linux-gnu-gcc`, '-fno-pie', '-no-pie'],
        run: [`qemu-${target}-static`, '-cpu', '24Kf'],
      },
    ],
    rows: integerRows.map((row) => ({ ...row, manual: row.section ?? row.mnemonic })),
    skip: (row) => (row.branch ? undefined : row.test?.skip),
    makeCase: (row, random) => finish(row.mnemonic, [draft(row, random, true)], random, order),
    makeSequence(random) {
      const drafts = Array.from({ length: 2 + random.below(8) }, () => draft(random.pick(straight), random));
      if (random.chance(50)) drafts.push(draft(random.pick(behind), random));
      return finish('sequence', drafts, random, order);
    },
    // Jumps to odd addresses, where QEMU's 24Kf goes on as MIPS16, as hardware does (here: address error); accesses to
    // what the driver has there.
    ignore: (_one, _oracle, { pc, signal, address }) => (pc & 3) !== 0 || (signal === 'segv' && inDriver(address)),
    casesPerRow: 170,
    sequences: 4000,
    minimum: 20_000,
  };
}

/** Declares the tests of one byte order. */
export function integerSuite(order: 'big' | 'little'): void {
  randomSuite(integerAdaptor(order));
}
