import { Random } from '@kml/core/testing';
import { expect, test } from 'vitest';
import { updateMode } from '../system/index.ts';
import type { FlatMachine } from '../testing/flat-machine.ts';
import { CODE, DATA, floatMachine } from '../testing/float-machine.ts';

/*
 * SSE arithmetic as lifted to the host's against the same instructions done by the routines on unpacked
 * numbers, on the edges: denormals, NaNs of both kinds, overflow, underflow exact and not, zeros of both
 * signs, infinities, flags set before or not, exceptions unmasked, rounding modes, FTZ and DAZ.
 */

/** Bytes of a program's place. */
const PLACE = 64;

const random = new Random(0x6d2b79f5);
const word = (): number => random.word();
const pick = <T>(from: readonly T[]): T => random.pick(from);

/** Operations on xmm0 and xmm1 (or eax and xmm0), without their prefix: ADD, MUL, SUB, DIV, SQRT, MIN, MAX, CMP by predicate. */
const OPERATIONS = [
  [0x0f, 0x58, 0xc1],
  [0x0f, 0x59, 0xc1],
  [0x0f, 0x5c, 0xc1],
  [0x0f, 0x5e, 0xc1],
  [0x0f, 0x51, 0xc1],
  [0x0f, 0x5d, 0xc1],
  [0x0f, 0x5f, 0xc1],
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((predicate) => [0x0f, 0xc2, 0xc1, predicate]),
];
const PREFIXES = { ps: [], pd: [0x66], ss: [0xf3], sd: [0xf2] } as const;
/** COMISS and its kin, and conversions. */
const OTHERS = {
  ps: [
    [0x0f, 0x5a, 0xc1],
    [0x0f, 0x5b, 0xc1],
    [0xf3, 0x0f, 0x5b, 0xc1],
  ],
  pd: [
    [0x66, 0x0f, 0x5a, 0xc1],
    [0xf3, 0x0f, 0xe6, 0xc1],
  ],
  ss: [
    [0x0f, 0x2f, 0xc1],
    [0x0f, 0x2e, 0xc1],
    [0xf3, 0x0f, 0x5a, 0xc1],
    [0xf3, 0x0f, 0x2d, 0xc1],
    [0xf3, 0x0f, 0x2c, 0xc1],
    [0xf3, 0x0f, 0x2a, 0xc1],
  ],
  sd: [
    [0x66, 0x0f, 0x2f, 0xc1],
    [0x66, 0x0f, 0x2e, 0xc1],
    [0xf2, 0x0f, 0x5a, 0xc1],
    [0xf2, 0x0f, 0x2d, 0xc1],
    [0xf2, 0x0f, 0x2c, 0xc1],
    [0xf2, 0x0f, 0x2a, 0xc1],
  ],
} as const;

type Shape = keyof typeof PREFIXES;

/** LDMXCSR, both operands loaded; what is to be tested; the result and MXCSR stored. */
const BEFORE = [0x0f, 0xae, 0x53, 0x40, 0x0f, 0x10, 0x03, 0x0f, 0x10, 0x4b, 0x10];
const AFTER = [0x0f, 0x11, 0x43, 0x20, 0x0f, 0xae, 0x5b, 0x44];
const FRAME_INSTRUCTIONS = 5;

/** Two instructions, the second of which knows what the first has looked at. */
function randomProgram(shape: Shape): number[] {
  const one = (): number[] =>
    (word() & 3) === 0 ? [...pick<readonly number[]>(OTHERS[shape])] : [...PREFIXES[shape], ...pick(OPERATIONS)];
  return [...BEFORE, ...one(), ...one(), ...AFTER];
}

const SINGLES = [
  0, 0x8000_0000, 1, 0x8000_0001, 0x7f_ffff, 0x80_0000, 0x8080_0000, 0x80_0001, 0x100_0000, 0x3f80_0000, 0xbf80_0000,
  0x3f7f_ffff, 0x4f00_0000, 0xcf00_0000, 0x7f7f_ffff, 0xff7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0001, 0x7f80_0001,
  0xffc0_0000, 0x3f00_0000, 0x1a00_0000, 0x5f00_0000,
];

/** An operand of two or four lanes: edges mostly, of doubles by way of their upper words. */
function randomOperand(isDouble: boolean): number[] {
  const lane = (): number[] => {
    if ((word() & 3) === 0) return isDouble ? [word(), word()] : [word()];
    const single = pick(SINGLES);
    if (!isDouble) return [single];
    // The exponent is three bits longer: its edges stay edges.
    const sign = single & 0x8000_0000;
    const exponent = (single >>> 23) & 0xff;
    const wide = exponent === 0 ? 0 : exponent === 0xff ? 0x7ff : exponent < 3 ? exponent : exponent - 127 + 1023;
    const high = sign | (wide << 20) | ((single & 0x7f_ffff) >>> 3);
    const low = pick([0, 0, 1, -1]);
    return [(single & 0x7f_ffff) === 0 && exponent !== 0 ? 0 : low, high];
  };
  return isDouble ? [...lane(), ...lane()] : [...lane(), ...lane(), ...lane(), ...lane()];
}

/** Ordinary with flags or without, and now and then anything. */
function randomControl(): number {
  const kind = word() & 15;
  if (kind === 0) return word() & 0xffff;
  if (kind === 1) return 0x1f80;
  return 0x1fa0 | (kind & 2 ? 0 : pick([0x02, 0x12, 0x1f]));
}

function outcome(m: FlatMachine, at: number, operands: number[], control: number): string {
  const view = new DataView(new ArrayBuffer(72));
  operands.forEach((value, i) => {
    view.setInt32(i * 4, value, true);
  });
  view.setInt32(64, control, true);
  m.write(DATA, new Uint8Array(view.buffer));
  m.set({ ebx: DATA, eax: 1, eflags: 0x202 });
  // As a trap does: under a mode word that says nothing of operands yet.
  updateMode(m.cpu);
  m.run(at, FRAME_INSTRUCTIONS + 2);
  const words = Array.from({ length: 10 }, (_, i) => m.read32(DATA + 32 + i * 4).toString(16));
  const seen = m.trap === undefined ? 'done' : `${m.trap.vector} at ${m.trap.pc - at}`;
  return `${words} ${m.get('eax')} ${m.get('eflags').toString(16)} ${seen}`;
}

test.each(
  (['ss', 'sd', 'ps', 'pd'] as const).flatMap((shape) => [
    [shape, 'interpreted'],
    [shape, 'translated'],
  ]) as [Shape, string][],
)('%s, %s: native instructions end as exact ones', (shape, how) => {
  const native = floatMachine(true, how === 'translated');
  const exact = floatMachine(false, false);
  for (let n = 0; n < 0x1000 / PLACE; n++) {
    const at = CODE + n * PLACE;
    const program = randomProgram(shape);
    for (const m of [native, exact]) m.write(at, program);
    for (let round = 0; round < 24; round++) {
      const isDouble = shape === 'pd' || shape === 'sd';
      const operands = [...randomOperand(isDouble), ...randomOperand(isDouble)];
      const control = randomControl();
      const said = `${program.slice(BEFORE.length, -AFTER.length).map((byte) => byte.toString(16))} of ${operands.map((value) => (value >>> 0).toString(16))} under ${control.toString(16)}`;
      expect(`${said}: ${outcome(native, at, operands, control)}`).toBe(
        `${said}: ${outcome(exact, at, operands, control)}`,
      );
    }
  }
});
