import type { Cpu } from '@kml/core';
import { ADD, arithmetic, DIV, MUL, newUnpacked, PE, QUIET, SUB, squareRoot } from '@kml/core/softfloat';
import { Random } from '@kml/core/testing';
import { expect, test } from 'vitest';
import { layout, SSE_STATE } from '../state.ts';
import { sseNan } from './nan.ts';
import { compareLane } from './sse-arithmetic.ts';
import { SQRT } from './sse-operations.ts';
import { comparePlain, isPlainControl, plainLane } from './sse-plain.ts';
import { beginLanes, endLanes, mxcsr, raised, readLane, roundLane, scratch, writeLane } from './sse-state.ts';

// Enough of a CPU: the state words.
const words = new Int32Array(layout.size / 4 + 16);
const cpu = { base: 0, i32: words, view: new DataView(words.buffer) } as Cpu;
const MXCSR = (layout.array('sse').offset + SSE_STATE.mxcsr) >> 2;
const AT = scratch(cpu);
const OPERATIONS = [ADD, SUB, MUL, DIV, SQRT];

const random = new Random(0x2545f49);
const word = (): number => random.word();
const pick = <T>(from: readonly T[]): T => random.pick(from);

const DOUBLES = [
  0,
  -0,
  1,
  -1,
  3,
  0.1,
  1 + 2 ** -52,
  1 - 2 ** -53,
  2 ** -53,
  2 ** 53 + 2,
  2 ** -1022,
  -(2 ** -1022),
  2 ** -1021,
  2 ** -1074,
  2 ** -500,
  2 ** -511,
  2 ** 500,
  2 ** 511,
  2 ** 512,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  1 + 2 ** -26,
  2 ** 27 + 1,
  9,
  2 ** -1022 * (2 - 2 ** -52),
];

/** A random operand of a width: edges, small integers (exact results), few significant bits, any bits. */
function putOperand(at: number, bytes: 4 | 8): void {
  const set = (value: number): void =>
    bytes === 8 ? cpu.view.setFloat64(at, value, true) : cpu.view.setFloat32(at, value, true);
  const kind = word() & 7;
  if (kind < 2) set(pick(DOUBLES) * (bytes === 8 ? 1 : pick([1, 2 ** 896, 2 ** 895])));
  else if (kind < 4) set((word() >> 24) * 2 ** (word() >> 28));
  else if (kind < 6) set((word() | 1) * 2 ** (word() >> 27));
  else {
    cpu.view.setInt32(at, word(), true);
    if (bytes === 8) cpu.view.setInt32(at + 4, word(), true);
  }
}

const x = newUnpacked();
const y = newUnpacked();
const r = newUnpacked();

/** The general way, lane by lane as the instruction is defined. */
function generally(op: number, bytes: 4 | 8, control: number): void {
  readLane(cpu, y, AT + 16, bytes, control);
  if (op === SQRT) raised.before |= y.kind >= QUIET ? sseNan(r, y, y) : squareRoot(r, y);
  else {
    readLane(cpu, x, AT, bytes, control);
    raised.before |= x.kind >= QUIET || y.kind >= QUIET ? sseNan(r, x, y) : arithmetic(op, r, x, y, 0);
  }
  roundLane(r, bytes, control);
  writeLane(cpu, r, AT, bytes);
}

const state16 = (): string => [...words.subarray(AT >> 2, (AT >> 2) + 4), words[MXCSR]].join(' ');

test.each([8, 4] as const)('plain lanes of %i bytes are as the general way has them, flags too', (bytes) => {
  let plain = 0;
  let exact = 0;
  for (let n = 0; n < 60_000; n++) {
    const op = pick(OPERATIONS);
    words.fill(0, AT >> 2, (AT >> 2) + 8);
    putOperand(AT, bytes);
    putOperand(AT + 16, bytes);
    const before = words.slice(AT >> 2, (AT >> 2) + 8);
    const control = pick([0x1f80, 0x1fa0, 0x1f80, 0x1f92]);
    words[MXCSR] = control;
    beginLanes();
    const done = plainLane(cpu, op, AT, bytes, control);
    if (!done) {
      expect([...words.subarray(AT >> 2, (AT >> 2) + 8)]).toEqual([...before]);
      expect(raised).toEqual({ before: 0, after: 0 });
      continue;
    }
    endLanes(cpu);
    const got = state16();
    plain++;
    if ((mxcsr(cpu) & PE) === 0) exact++;
    words.set(before, AT >> 2);
    words[MXCSR] = control;
    beginLanes();
    generally(op, bytes, control);
    endLanes(cpu);
    const operands = `${op} ${[...before].map((bits) => (bits >>> 0).toString(16))} ${control.toString(16)}`;
    expect(`${operands}: ${got}`).toBe(`${operands}: ${state16()}`);
  }
  // The test would say nothing if few got so far.
  expect(plain).toBeGreaterThan(20_000);
  expect(exact).toBeGreaterThan(2_000);
});

test('what is not plain is left alone', () => {
  const refused = (op: number, a: number, b: number): boolean => {
    cpu.view.setFloat64(AT, a, true);
    cpu.view.setFloat64(AT + 16, b, true);
    return !plainLane(cpu, op, AT, 8, 0x1f80);
  };
  expect(refused(ADD, Number.MAX_VALUE, Number.MAX_VALUE)).toBe(true);
  expect(refused(ADD, 2 ** -1074, 1)).toBe(true);
  expect(refused(ADD, Number.NaN, 1)).toBe(true);
  expect(refused(MUL, 2 ** -600, 2 ** -600)).toBe(true);
  // Rounds up to the least normal number: tiny before.
  expect(refused(MUL, 2 ** -1022, 1 - 2 ** -53)).toBe(true);
  expect(refused(DIV, 1, 0)).toBe(true);
  expect(refused(SQRT, 0, -1)).toBe(true);
  expect(refused(ADD, 1, 2)).toBe(false);
  for (const control of [0x9f80, 0x1fc0, 0x3f80, 0x1f00, 0x0f80]) expect(isPlainControl(control)).toBe(false);
  expect([0x1f80, 0x1fa0, 0x1fbf].map(isPlainControl)).toEqual([true, true, true]);
});

test.each([8, 4] as const)('comparisons of plain lanes of %i bytes are as the general way has them', (bytes) => {
  let plain = 0;
  for (let n = 0; n < 20_000; n++) {
    putOperand(AT, bytes);
    putOperand(AT + 16, bytes);
    const got = comparePlain(cpu, AT, bytes);
    if (got < 0) continue;
    plain++;
    readLane(cpu, x, AT, bytes, 0x1f80);
    readLane(cpu, y, AT + 16, bytes, 0x1f80);
    beginLanes();
    expect(got).toBe(compareLane(x, y, true));
    expect(raised).toEqual({ before: 0, after: 0 });
  }
  expect(plain).toBeGreaterThan(5_000);
});
