import type { Cpu } from '@kml/core';
import {
  ADD,
  arithmetic,
  CHOP,
  compareNumbers,
  DOUBLE,
  FINITE,
  MUL,
  NEAREST,
  newUnpacked,
  packDouble,
  packed,
  packSingle,
  rounding,
  roundTo,
  SINGLE,
  SUB,
  SUBR,
} from '@kml/core/softfloat';
import { Random } from '@kml/core/testing';
import { expect, test } from 'vitest';
import { FPU, layout } from '../state.ts';
import { pack80, unpack80 } from './formats.ts';
import { toInteger } from './integers.ts';
import { EXTENDED } from './number.ts';
import { fastOperateRegisters } from './x87-fast.ts';
import { fastCompareRegister, fastDouble, fastInteger, fastSingle } from './x87-fast-moves.ts';
import { C1 } from './x87-state.ts';

// Enough of a CPU: the state words.
const cpu = { base: 0, i32: new Int32Array(layout.size / 4) } as Cpu;
const ST = layout.array('st').offset >> 2;
const FPU_AT = layout.array('fpu').offset >> 2;
const SCRATCH = layout.array('scratch').offset >> 2;
const STATUS = FPU_AT + (FPU.status >> 2);
cpu.i32[FPU_AT] = 0x37f;

const random = new Random(0x1234567);
const word = (): number => random.word();

const EDGES = [0, -1, 0x80000000 | 0, 1, 0x400, 0x7ff];

/** A random normal number into register n; exponents near enough for sums to matter. */
function randomRegister(n: number, spread: number): void {
  const edge = word() & 3;
  cpu.i32[ST + n * 4] = edge === 0 ? EDGES[(word() >>> 0) % 6]! : word();
  cpu.i32[ST + n * 4 + 1] = (edge === 1 ? EDGES[(word() >>> 0) % 6]! : word()) | 0x80000000;
  cpu.i32[ST + n * 4 + 2] = (word() & 0x8000) | (16383 - spread + ((word() >>> 0) % (2 * spread)));
}

function registerWords(n: number): number[] {
  return [...cpu.i32.subarray(ST + n * 4, ST + n * 4 + 3)];
}

const a = newUnpacked();
const b = newUnpacked();
const r = newUnpacked();

function unpackRegister(u: typeof a, n: number): void {
  const [low, high, top] = registerWords(n) as [number, number, number];
  unpack80(u, top, high, low);
}

test('the short way of sums and products gives what the general one gives, flags included', () => {
  let taken = 0;
  for (let i = 0; i < 40_000; i++) {
    const op = [ADD, MUL, SUB, SUBR][i & 3]!;
    randomRegister(0, i % 5 === 0 ? 16000 : 40);
    randomRegister(1, i % 5 === 0 ? 16000 : 40);
    if (i % 7 === 0) cpu.i32.copyWithin(ST + 6, ST + 2, ST + 3);
    unpackRegister(a, 0);
    unpackRegister(b, 1);
    arithmetic(op, r, a, b, NEAREST);
    cpu.i32[STATUS] = C1;
    if (!fastOperateRegisters(cpu, op, 0, 1)) continue;
    taken++;
    expect(r.kind).toBe(FINITE);
    roundTo(r, EXTENDED, NEAREST, 0);
    pack80(r);
    expect(registerWords(0)).toEqual([packed.low, packed.high, packed.signExponent]);
    expect(cpu.i32[STATUS]).toBe(rounding.flags | (rounding.up ? C1 : 0));
  }
  expect(taken).toBeGreaterThan(20_000);
});

test('so do the short ways of stores and compares', () => {
  let taken = 0;
  for (let i = 0; i < 20_000; i++) {
    randomRegister(0, i % 3 === 0 ? 1100 : 35);
    randomRegister(1, 2);
    unpackRegister(a, 0);
    unpackRegister(b, 1);
    const raised = () => rounding.flags | (rounding.up ? C1 : 0);
    const asDouble = fastDouble(cpu, SCRATCH);
    if (asDouble >= 0) {
      unpackRegister(r, 0);
      roundTo(r, DOUBLE, NEAREST, 0);
      packDouble(r);
      expect([asDouble, cpu.i32[SCRATCH], cpu.i32[SCRATCH + 1]]).toEqual([raised(), packed.low, packed.high]);
      taken++;
    }
    const asSingle = fastSingle(cpu, SCRATCH);
    if (asSingle >= 0) {
      unpackRegister(r, 0);
      roundTo(r, SINGLE, NEAREST, 0);
      expect([asSingle, cpu.i32[SCRATCH]]).toEqual([raised(), packSingle(r)]);
    }
    const asInteger = fastInteger(cpu, SCRATCH, i & 1);
    if (asInteger >= 0) {
      rounding.flags = toInteger(a, 32, i & 1 ? CHOP : NEAREST);
      expect([asInteger, cpu.i32[SCRATCH]]).toEqual([raised(), packed.low]);
    }
    expect(fastCompareRegister(cpu, 1)).toBe(compareNumbers(a, b));
  }
  expect(taken).toBeGreaterThan(10_000);
});
