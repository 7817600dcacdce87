/** Random cases of the floating point instructions, for either byte order and width of registers. */
import {
  FCSR_ABS2008,
  FCSR_NAN2008,
  FLOAT_NAMES,
  GENERAL_NAMES,
  type MipsRow,
  mips,
  mipsel,
  readFcsr,
  reg,
  rows,
  STATUS_CU1,
  STATUS_FR,
  STATUS_USER,
  updateMode,
  writeFcsr,
} from '@kml/arch-mips/isa';
import type { Cpu, InstructionRow } from '@kml/core';
import { type RandomCase, SCRATCH, SCRATCH_BYTES } from '../../random/layout.ts';
import type { Random } from '../../random/prng.ts';
import { type StateField, slotFields, wordField } from '../../random/state.ts';
import { randomSuite } from '../../random/suite.ts';
import { bytesOf, encode } from '../encode.ts';
import { signalOf } from '../signal.ts';
import { doubleBits, fcsrBits, singleBits } from './values.ts';

type TestRow = MipsRow & InstructionRow;

const isFloat = (row: MipsRow): boolean =>
  /^0100(01|11)|^11.[01]01/.test(row.encoding) || /^mov[ft]$/.test(row.mnemonic);
const floatRows: readonly TestRow[] = rows
  .filter(isFloat)
  .map((row) => ({ ...row, manual: row.section ?? row.mnemonic }));
const straight = floatRows.filter((row) => !row.branch && row.test?.skip === undefined);

const BASE = 24;
const INDEX = 25;
const CONTROLS = [25, 26, 28, 31, 31, 31];

interface Draft {
  readonly words: readonly number[];
  readonly wanted: ReadonlyMap<number, number>;
}

/**
 * Even register numbers where FR = 0 has pairs. MIPS32 vol. II, each instruction of these formats: fields that name no
 * FPR valid for the format make the result UNPREDICTABLE.
 */
function floatFields(row: MipsRow, random: Random, wide: boolean): Record<string, number> {
  const pairs = !wide && /(\.[dl]\b|^[ls]d?x?[ud]x?c1)/.test(row.mnemonic);
  const fields: Record<string, number> = {};
  for (const letter of 'stdrf') {
    const n = random.below(random.chance(50) ? 8 : 32);
    fields[letter] = pairs ? n & ~1 : n;
  }
  return fields;
}

function draft(row: MipsRow, random: Random, wide: boolean): Draft {
  const fields = floatFields(row, random, wide);
  const wanted = new Map<number, number>();
  if (/(^|,)o$/.test(row.operands)) {
    const aligned = random.chance(90) ? 8 : 1;
    Object.assign(fields, { s: BASE, i: aligned * (random.below(20) - 10) });
    wanted.set(BASE, SCRATCH + aligned * random.below(30));
  } else if (/(^|,)x$/.test(row.operands)) {
    const aligned = random.chance(90) ? 8 : 1;
    Object.assign(fields, { s: BASE, t: INDEX });
    wanted.set(BASE, SCRATCH + aligned * random.below(20));
    wanted.set(INDEX, aligned * random.below(20));
  } else if (row.operands === 't,fc') {
    const number = random.pick(CONTROLS);
    fields.s = number;
    fields.t = random.below(24);
    if (row.mnemonic === 'ctc1' && fields.t > 0) wanted.set(fields.t, controlValue(random, number));
  }
  const words = [encode(row, random, fields)];
  if (row.branch) words.push(0);
  return { words, wanted };
}

function controlValue(random: Random, number: number): number {
  if (number === 31 && random.chance(80)) return fcsrBits(random);
  return random.word() & random.pick([-1, 0xff, 0x83ffff]);
}

function floatState(random: Random, wide: boolean): number[] {
  const words: number[] = [];
  while (words.length < (wide ? 64 : 32)) {
    if (random.chance(60)) {
      const [high, low] = doubleBits(random);
      words.push(low, high);
    } else words.push(singleBits(random), random.chance(50) ? singleBits(random) : random.value());
  }
  return words;
}

/** Registers of FR = 0: the odd ones are the high halves. */
function halfFields(): StateField[] {
  return FLOAT_NAMES.map((name, n) => {
    const [slot] = slotFields(mips.layout, [`f${n & ~1}`]);
    const half = n & 1;
    const set = (cpu: Cpu, word: number): void => {
      const words = slot!.get(cpu);
      words[half] = word;
      slot!.set(cpu, words);
    };
    return wordField(name, (cpu) => slot!.get(cpu)[half]!, set);
  });
}

/** FCSR's bits for IEEE 754-2008 NaNs. */
const MODERN = FCSR_NAN2008 | FCSR_ABS2008;

/** How QEMU runs the driver: on a P5600, told by the ELF header's EF_MIPS_NAN2008, where NaNs are to be those of 2008. */
function command(order: 'big' | 'little', modern: boolean): string[] {
  const qemu = order === 'big' ? 'qemu-mips-static' : 'qemu-mipsel-static';
  if (!modern) return [qemu, '-cpu', '24Kf'];
  const mark = `printf '\\024' | dd of="$1" bs=1 seek=${order === 'big' ? 38 : 37} conv=notrunc status=none`;
  return ['sh', '-c', `${mark} && exec ${qemu} -cpu P5600 "$@"`, 'sh'];
}

/** Declares the tests. `wide`: Status.FR = 1; `modern`: NaNs of IEEE 754-2008. */
export function floatSuite(order: 'big' | 'little', wide: boolean, modern = false): void {
  const isa = order === 'big' ? mips : mipsel;
  const target = order === 'big' ? 'mips' : 'mipsel';
  const finish = (name: string, drafts: readonly Draft[], random: Random): RandomCase => {
    const state = Array.from({ length: 33 }, () => random.value());
    for (const { wanted } of drafts) for (const [n, value] of wanted) state[n - 1] = value >>> 0;
    const code = bytesOf(
      drafts.flatMap(({ words }) => words),
      order,
    );
    return {
      name,
      code,
      state: [...state, fcsrBits(random), ...floatState(random, wide)],
      scratch: Uint8Array.from({ length: SCRATCH_BYTES }, () => random.word()),
    };
  };
  randomSuite<TestRow>({
    isa,
    kernelBase: 0x80000000,
    enterUser: (cpu) => {
      cpu.set(reg('status'), STATUS_USER | STATUS_CU1 | (wide ? STATUS_FR : 0));
      updateMode(cpu);
    },
    fields: [
      ...slotFields(isa.layout, [...GENERAL_NAMES.slice(1), 'hi', 'lo']),
      wordField('fcsr', readFcsr, (cpu, word) => writeFcsr(cpu, modern ? word | MODERN : word)),
      ...(wide ? slotFields(isa.layout, FLOAT_NAMES) : halfFields()),
    ],
    // BREAK
    stop: bytesOf([0x0000_000d], order),
    signalOf,
    oracles: [
      {
        name: 'QEMU',
        driver: new URL('driver.c', import.meta.url),
        compile: [`${target}-linux-gnu-gcc`, '-fno-pie', '-no-pie', ...(wide ? ['-DFR'] : [])],
        run: command(order, modern),
      },
    ],
    rows: floatRows,
    skip: (row) => (row.test?.skip === 'control transfer' ? undefined : row.test?.skip),
    makeCase: (row, random) => finish(row.mnemonic, [draft(row, random, wide)], random),
    makeSequence(random) {
      const drafts = Array.from({ length: 2 + random.below(8) }, () => draft(random.pick(straight), random, wide));
      return finish('sequence', drafts, random);
    },
    casesPerRow: 90,
    sequences: 2000,
    minimum: 10_000,
  });
}
