import { Random } from '@kml/core/testing';
import { describe, expect, test } from 'vitest';
import { MODE_FP_ASKED, MODE_FP_WIDE } from '../state.ts';
import { updateMode } from '../system/index.ts';
import type { FlatMachine } from '../testing/flat-machine.ts';
import { CODE, DATA, floatMachine } from '../testing/float-machine.ts';

/*
 * Chains of SSE operations, most of them unchecked, against the same instructions done by the
 * routines on unpacked numbers: operands of middling size, at its bounds and beyond.
 */

/** Bytes of a program's place. */
const PLACE = 64;
const OPERATIONS = 8;
const PROGRAMS = 40;

type Shape = 'ss' | 'sd' | 'ps' | 'pd';

const PREFIX = { ss: [0xf3], sd: [0xf2], ps: [], pd: [0x66] } as const;

const random = new Random(0x2f0a_6c31);
const pick = <T>(from: readonly T[]): T => random.pick(from);

/** LDMXCSR and three operands loaded; the first two and MXCSR stored. */
const BEFORE = [0x0f, 0xae, 0x53, 0x40, 0x0f, 0x10, 0x03, 0x0f, 0x10, 0x4b, 0x10, 0x0f, 0x10, 0x53, 0x20];
const AFTER = [0x0f, 0x11, 0x03, 0x0f, 0x11, 0x4b, 0x10, 0x0f, 0xae, 0x5b, 0x44];
const FRAME_INSTRUCTIONS = 7;

/** ADD and MUL mostly, SUB, DIV, SQRT, and of scalars a conversion to the other format and back, of xmm0 to xmm2. */
function randomOperation(shape: Shape): number[] {
  const other = shape === 'ss' ? 0xf2 : 0xf3;
  const to = random.below(2);
  const operands = 0xc0 | (to << 3) | random.below(3);
  const op = pick([0x58, 0x58, 0x59, 0x59, 0x59, 0x5c, 0x5e, 0x51, 0x5a]);
  if (op !== 0x5a) return [...PREFIX[shape], 0x0f, op, operands];
  if (shape === 'ps' || shape === 'pd') return randomOperation(shape);
  return [...PREFIX[shape], 0x0f, op, 0xf8 | to, other, 0x0f, op, 0xc7 | (to << 3)];
}

/** Beside 1, at the bounds of what is of middling size in scalars and in vectors, and far beyond. */
const SINGLE_EXPONENTS = [
  ...[0, 0, 0, 1, -3, 20, -25, 59, 60, 61, -38, -39, -40, 64, 65, 66, 68, 69, -62, -63, -64, -58, -59, -60],
  ...[100, -100, 127, -126, 128, -127],
];
const DOUBLE_EXPONENTS = [
  ...[0, 0, 0, 1, -3, 40, -60, 126, 127, 128, -125, -126, -127, 512, 513, 514, 516, 517, -510, -511, -512, -506, -507],
  ...[-508, 600, -600, 1023, -1022, 1024, -1023],
];

/** The words of a lane; `plain` of middling size, or zero now and then. */
function randomLane(isDouble: boolean, plain: boolean): number[] {
  const exponents = isDouble ? DOUBLE_EXPONENTS : SINGLE_EXPONENTS;
  if (random.below(12) === 0) return isDouble ? [0, pick([0, 0x8000_0000])] : [pick([0, 0x8000_0000])];
  const exponent = plain ? exponents[random.below(8)]! : pick(exponents);
  const sign = pick([0, 0, 0x8000_0000]);
  const fraction = pick([0, 0x7f_ffff, random.word() & 0x7f_ffff, random.word() & 0x70_0000, 0x40_0000]);
  if (!isDouble) return [sign | ((exponent + 127) << 23) | fraction];
  return [pick([0, 0, random.word()]), sign | ((exponent + 1023) << 20) | (fraction >>> 3)];
}

/** The four words of an operand. */
function randomOperand(shape: Shape, plain: boolean): number[] {
  const isDouble = shape === 'sd' || shape === 'pd';
  if (shape === 'ss' || shape === 'sd') return [...randomLane(isDouble, plain), 0, 0, 0].slice(0, 4);
  return Array.from({ length: isDouble ? 2 : 4 }, () => randomLane(isDouble, plain)).flat();
}

const INEXACT = 0x1fa0;
const UNROUNDED = 0x1f80;

function place(m: FlatMachine, operands: readonly number[], control = INEXACT): void {
  const view = new DataView(new ArrayBuffer(72));
  [...operands, 0, 0, 0, 0, control].forEach((value, i) => {
    view.setInt32(i * 4, value, true);
  });
  m.write(DATA, new Uint8Array(view.buffer));
  m.set({ ebx: DATA, eflags: 0x202 });
  // As a trap does.
  updateMode(m.cpu);
}

function outcome(
  m: FlatMachine,
  at: number,
  operands: readonly number[],
  instructions: number,
  control: number,
): string {
  place(m, operands, control);
  m.run(at, FRAME_INSTRUCTIONS + instructions);
  const words = [0, 4, 8, 12, 16, 20, 24, 28, 0x44].map((offset) => m.read32(DATA + offset).toString(16));
  return `${words} ${m.trap === undefined ? 'done' : m.trap.vector}`;
}

describe.each(['ss', 'sd', 'ps', 'pd'] as const)('%s', (shape) => {
  test.each(['interpreted', 'translated'])('chains end as exact ones, %s', (how) => {
    const native = floatMachine(true, how === 'translated');
    const exact = floatMachine(false, false);
    let unchecked = 0;
    for (let n = 0; n < PROGRAMS; n++) {
      const at = CODE + n * PLACE;
      const operations = [];
      while (operations.flat().length <= PLACE - BEFORE.length - AFTER.length - 8 && operations.length < OPERATIONS) {
        operations.push(randomOperation(shape));
      }
      const count = operations.reduce((sum, bytes) => sum + (bytes.length > 4 ? 2 : 1), 0);
      const program = [...BEFORE, ...operations.flat(), ...AFTER];
      for (const m of [native, exact]) m.write(at, program);
      for (let round = 0; round < 12; round++) {
        const operands = [0, 1, 2].flatMap(() => randomOperand(shape, round % 4 !== 0));
        const control = round % 3 === 0 ? UNROUNDED : INEXACT;
        const said = `${operations.map((bytes) => bytes.map((byte) => byte.toString(16)))} of ${operands.map((value) => (value >>> 0).toString(16))} under ${control.toString(16)}`;
        const want = `${said}: ${outcome(exact, at, operands, count, control)}`;
        expect(`${said}: ${outcome(native, at, operands, count, control)}`).toBe(want);
        if ((native.cpu.mode & MODE_FP_WIDE) === 0) unchecked++;
      }
    }
    expect(unchecked).toBeGreaterThan(20);
  });
});

/** MULSD xmm0, xmm1, as many times. */
function powers(count: number): number[] {
  return [...BEFORE, ...Array.from({ length: count }, () => [0xf2, 0x0f, 0x59, 0xc1]).flat(), ...AFTER];
}

test.each([
  { base: 0x3ff0_0000, wide: false, why: '1' },
  { base: 0, wide: false, why: '0' },
  { base: 0x4000_0000, wide: false, why: '2' },
  { base: 0x7fe0_0000, wide: true, why: '2^1023' },
  { base: 0x0000_0001, wide: true, why: 'a denormal' },
  { base: 0x7ff0_0000, wide: true, why: 'infinity' },
  { base: 0x7ff8_0000, wide: true, why: 'a NaN' },
  { base: 0x4750_0000, wide: true, why: '2^118, whose eighth power is too large for another factor' },
])('products of $why: checked one by one is $wide', ({ base, wide }) => {
  const m = floatMachine(true, false);
  m.write(CODE, powers(9));
  place(m, [0, 0x3ff0_0000, 0, 0, 0, base, 0, 0, 0, 0, 0, 0]);
  m.run(CODE, FRAME_INSTRUCTIONS + 9);
  expect((m.cpu.mode & MODE_FP_WIDE) !== 0).toBe(wide);
});

test.each([
  { other: 0x4008_0000, asked: true, why: '3' },
  { other: 0x3fd5_5555, asked: false, why: 'a third, whose powers soon have too many bits' },
])('before anything was inexact, products with $why are native: $asked', ({ other, asked }) => {
  const m = floatMachine(true, false);
  m.write(CODE, powers(9));
  place(
    m,
    [0, 0x3ff0_0000, 0, 0, 0x5555_5555, other, 0, 0, 0, 0, 0, 0].map((word, n) => (asked && n === 4 ? 0 : word)),
    UNROUNDED,
  );
  m.run(CODE, FRAME_INSTRUCTIONS + 9);
  expect((m.cpu.mode & MODE_FP_ASKED) !== 0).toBe(asked);
  expect(m.read32(DATA + 0x44)).toBe(asked ? UNROUNDED : INEXACT);
});
