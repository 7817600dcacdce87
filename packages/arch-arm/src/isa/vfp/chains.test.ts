import { type TranslatorFactory, wasmTranslatorWith } from '@kml/core';
import { Random } from '@kml/core/testing';
import { describe, expect, test } from 'vitest';
import { quad, USR } from '../state.ts';
import { updateFloatingPointMode } from '../system/cp15.ts';
import { CODE, DATA, NOWHERE, TestMachine } from '../testing/machine.ts';
import { IXC, writeFpscr } from './fpscr.ts';

/*
 * Loops of random VFP instructions with loads and stores between, whose results are asked for together where they
 * are translated: as the interpreter executes them one by one, of ordinary numbers and of those at the bounds.
 */

const LENGTH = 14;
const TURNS = 12;
const PROGRAMS = 30;

/** VADD, VSUB, VMUL, VMLA, VMLS, VNMLS, VNMLA, VNMUL, VDIV on d0 to d7, in singles s0, s2 to s14. */
const OPERATIONS = [
  0xee30_0b00, 0xee30_0b40, 0xee20_0b00, 0xee20_0b00, 0xee00_0b00, 0xee00_0b40, 0xee10_0b00, 0xee10_0b40, 0xee20_0b40,
  0xee80_0b00,
];
const ROOT = 0xeeb1_0bc0;
/** VLDR and VSTR off r0, VLDR off r1, which may lead nowhere. */
const LOAD = 0xed90_0b00;
const STORE = 0xed80_0b00;
const LOAD_OTHER = 0xed91_0b00;
/** ADD r0, r0, #0 stands for what is no floating-point instruction. */
const NOTHING = 0xe280_0000;
const SINGLE = 0x100;

const EXPONENTS = [0, 0, 0, 1, -1, 5, -20, 300, -300, 537, -537, -540, 700, -1022, -1023, 1023, 1024];
const SINGLE_EXPONENTS = [0, 0, 0, 1, -1, 5, -20, 37, -37, 74, -75, -80, 90, -126, -127, 127, 128];

function instruction(random: Random, single: boolean): number {
  const [d, n, m] = [random.below(8), random.below(8), random.below(8)];
  const registers = (d << 12) | (n << 16) | m;
  const precision = single ? SINGLE : 0;
  switch (random.below(12)) {
    case 0:
      return (LOAD | (d << 12) | (2 * random.below(16))) - precision;
    case 1:
      return (STORE | (d << 12) | (2 * random.below(16))) - precision;
    case 2:
      return (LOAD_OTHER | (d << 12) | (2 * random.below(4))) - precision;
    case 3:
      return NOTHING;
    case 4:
      return (ROOT | (d << 12) | m) - precision;
    default:
      return (random.pick(OPERATIONS) | registers) - precision;
  }
}

/** The words of a number, lower first; `plain`: ordinary. */
function number(random: Random, single: boolean, plain: boolean): [number, number] {
  if (random.below(plain ? 30 : 12) === 0) return [0, random.pick([0, 0x8000_0000 | 0])];
  const exponent = random.pick((single ? SINGLE_EXPONENTS : EXPONENTS).slice(0, plain ? 7 : undefined));
  const sign = random.pick([0, 0x8000_0000]);
  const fraction = random.pick([0, random.word() & 0x7f_ffff, 0x7f_ffff, 0x40_0000]);
  if (single) {
    const word = sign | ((exponent + 127) << 23) | fraction;
    return [word, word];
  }
  return [random.word(), sign | ((exponent + 1023) << 20) | (fraction >>> 3)];
}

/** Where r1 points: all mapped, its last words not, and nothing. */
const PLACES = [DATA + 0x100, NOWHERE - 8, NOWHERE];

/** Programs' places: of the loop, and of one without end behind it. */
const PLACE = 4 * (LENGTH + 3);

function machineWith(translator?: TranslatorFactory): TestMachine {
  const machine = new TestMachine(translator);
  machine.set('cpacr', 0xf << 20);
  machine.set('fpexc', 1 << 30);
  return machine;
}

interface Program {
  readonly at: number;
  readonly words: readonly number[];
  /** What registers and memory begin with. */
  readonly numbers: readonly number[];
  readonly other: number;
}

function outcome(machine: TestMachine, { at, words, numbers, other }: Program, piece: number) {
  const { cpu, engine } = machine;
  const registers = (cpu.base + quad(0).offset) >> 2;
  machine.psr = USR;
  updateFloatingPointMode(cpu);
  writeFpscr(cpu, IXC);
  for (const [n, word] of numbers.entries()) {
    machine.put(DATA + 4 * n, word);
    cpu.i32[registers + n] = word;
  }
  for (const [n, word] of words.entries()) machine.put(at + 4 * n, word);
  machine.set('r0', DATA);
  machine.set('r1', other);
  machine.set('r2', TURNS);
  cpu.pc = at;
  const [instructions, cycles] = [engine.instructions(), engine.cycles()];
  const done = () => engine.instructions() - instructions;
  const wanted = TURNS * (LENGTH + 2);
  while (done() < wanted) engine.run(Math.min(piece, wanted - done()));
  return {
    registers: [...cpu.i32.subarray(registers, registers + 16)],
    memory: Array.from({ length: 64 }, (_, n) => machine.word(DATA + 4 * n)),
    state: ['fpscr', 'r0', 'r1', 'r2', 'r14'].map((name) => machine.get(name)),
    counts: [done(), engine.cycles() - cycles, cpu.pc],
  };
}

describe.each([
  { precision: 'doubles', single: false },
  { precision: 'singles', single: true },
])('chains of $precision', ({ single }) => {
  test.each([{ plain: true }, { plain: false }])('translated as interpreted, ordinary numbers: $plain', ({ plain }) => {
    const random = new Random(single ? 0x51c3 : 0x77d1);
    const plainly = machineWith();
    const translated = machineWith(wasmTranslatorWith({ batch: 1, maxWait: 1 }));
    for (let n = 0; n < PROGRAMS; n++) {
      const body = Array.from({ length: LENGTH }, () => instruction(random, single));
      // SUBS r2, r2, #1; BNE to the first; B to itself.
      const words = [...body, 0xe252_2001, 0x1a00_0000 | ((-LENGTH - 3) & 0xff_ffff), 0xeaff_fffe];
      const numbers = Array.from({ length: 16 }, () => number(random, single, plain)).flat();
      const other = plain ? PLACES[0]! : random.pick(PLACES);
      const program = { at: CODE + n * PLACE, words, numbers, other };
      const said = words.map((word) => (word >>> 0).toString(16)).join(' ');
      const result = outcome(translated, program, random.pick([7, 64, 1000]));
      expect({ said, ...result }).toEqual({ said, ...outcome(plainly, program, 1000) });
    }
    const { counters } = translated.engine;
    expect(counters.interpretedInstructions).toBeLessThan(0.9 * translated.engine.instructions());
  });
});
