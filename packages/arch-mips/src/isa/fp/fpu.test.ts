import { PTE_EXEC, PTE_USER } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { MODE_FP_EXACT, MODE_FP_INEXACT, reg64, STATUS_FR } from '../index.ts';
import { STATUS_CU1, STATUS_USER } from '../system/status.ts';
import { asm, BareMachine } from '../testing/index.ts';
import { FPE, RI } from '../vectors.ts';
import { readFcsr, writeFcsr } from './fcsr.ts';

const CODE = 0x1000;
const USER = STATUS_USER | STATUS_CU1;

function machine(code: readonly number[], fcsr = 0, status = USER): BareMachine {
  const m = new BareMachine();
  m.map(CODE, 0x1000, PTE_USER | PTE_EXEC);
  m.words(CODE, code);
  m.set({ status });
  writeFcsr(m.cpu, fcsr);
  return m;
}

const at = (m: BareMachine, n: number): number => (m.cpu.base + reg64(`f${n}`).offset) >> 3;
const setDouble = (m: BareMachine, n: number, value: number): void => {
  m.cpu.f64[at(m, n)] = value;
};
const double = (m: BareMachine, n: number): number => m.cpu.f64[at(m, n)]!;
const words = (m: BareMachine, n: number): [number, number] => {
  const low = at(m, n) * 2;
  return [m.cpu.i32[low + 1]! >>> 0, m.cpu.i32[low]! >>> 0];
};
const code = (m: BareMachine): number => (m.get('cause') >>> 2) & 31;

/** f4 = f0 + f2 and the like. */
const OPERANDS = { s: 0, t: 2, d: 4 };
/** Flags and Cause of Inexact. */
const INEXACT = 0x1004;

describe('Inexact', () => {
  test('exact arithmetic raises nothing', () => {
    const m = machine([asm('mul.d', OPERANDS), asm('add.d', { s: 4, t: 2, d: 6 }), asm('div.d', { s: 6, t: 2, d: 8 })]);
    setDouble(m, 0, 6);
    setDouble(m, 2, 7);
    m.run(3, CODE);
    expect([double(m, 4), double(m, 6), double(m, 8), readFcsr(m.cpu)]).toEqual([42, 49, 7, 0]);
  });

  test('the first inexact result sets the sticky flag, and with it the mode', () => {
    const m = machine([asm('div.d', OPERANDS)]);
    setDouble(m, 0, 1);
    setDouble(m, 2, 3);
    m.run(1, CODE);
    expect([double(m, 4), readFcsr(m.cpu), m.cpu.mode & MODE_FP_INEXACT]).toEqual([1 / 3, INEXACT, MODE_FP_INEXACT]);
  });

  test('the Cause field is that of the last operation, though it ran inline', () => {
    const m = machine([asm('div.d', OPERANDS), asm('add.d', OPERANDS), asm('c.lt.d', { s: 0, t: 2 })], 0x4);
    setDouble(m, 0, 1);
    setDouble(m, 2, 3);
    m.run(1, CODE);
    expect(readFcsr(m.cpu)).toBe(INEXACT);
    m.run(1);
    expect([double(m, 4), readFcsr(m.cpu)]).toEqual([4, 0x4]);
    m.run(1);
    expect(readFcsr(m.cpu) >>> 0).toBe(0x80_0004);
  });
});

describe('exceptions', () => {
  test('an enabled one traps and leaves the destination as it was', () => {
    const m = machine([asm('div.d', OPERANDS)], 0x400);
    setDouble(m, 0, 1);
    setDouble(m, 4, 5);
    m.run(1, CODE);
    expect([code(m), m.get('epc'), double(m, 4)]).toEqual([FPE, CODE, 5]);
    // Cause Z; no flag.
    expect(readFcsr(m.cpu)).toBe(0x8400);
  });

  test('CTC1 with a Cause bit that is enabled traps at once, with FCSR written', () => {
    const m = machine([asm('ctc1', { t: 4, s: 31 })]);
    m.set({ r4: 0x1_0800 });
    m.run(1, CODE);
    expect([code(m), m.get('epc'), readFcsr(m.cpu)]).toEqual([FPE, CODE, 0x1_0800]);
  });

  test('another rounding mode goes by the exact code', () => {
    const m = machine([asm('div.d', OPERANDS)], 2);
    setDouble(m, 0, 1);
    setDouble(m, 2, 3);
    expect(m.cpu.mode & MODE_FP_EXACT).toBe(MODE_FP_EXACT);
    m.run(1, CODE);
    expect(double(m, 4)).toBe(1 / 3 + 2 ** -54);
  });
});

describe('NaNs', () => {
  test('before 2008 a NaN result is the default NaN', () => {
    const m = machine([asm('div.d', OPERANDS)]);
    m.run(1, CODE);
    expect([...words(m, 4), readFcsr(m.cpu)]).toEqual([0x7ff7_ffff, 0xffff_ffff, 0x1_0040]);
  });

  test('with NAN2008 operands are handed on, quiet', () => {
    const m = machine([asm('add.d', OPERANDS)], 0x4_0000);
    m.cpu.i32[at(m, 0) * 2 + 1] = 0x7ff0_1234;
    m.run(1, CODE);
    expect([...words(m, 4), readFcsr(m.cpu)]).toEqual([0x7ff8_1234, 0, 0x5_0040]);
  });

  test('NEG changes the sign of a NaN and nothing else', () => {
    const m = machine([asm('neg.d', { s: 0, d: 4 })], 0x4_0000);
    m.cpu.i32[at(m, 0) * 2 + 1] = 0x7ff0_1234;
    m.run(1, CODE);
    expect([...words(m, 4), readFcsr(m.cpu)]).toEqual([0xfff0_1234, 0, 0x4_0000]);
  });
});

describe('registers', () => {
  test('with FR = 0 the odd ones are the high halves, and no doubles', () => {
    const m = machine([asm('mtc1', { t: 4, s: 1 }), asm('mtc1', { t: 0, s: 0 }), asm('add.d', { s: 1, t: 2, d: 4 })]);
    m.set({ r4: 0x3ff0_0000 });
    m.run(2, CODE);
    expect(double(m, 0)).toBe(1);
    m.run(1);
    expect(code(m)).toBe(RI);
  });

  test('with FR = 1 they are registers of their own', () => {
    const m = machine(
      [asm('mtc1', { t: 4, s: 1 }), asm('mthc1', { t: 5, s: 1 }), asm('mov.d', { s: 1, d: 3 })],
      0,
      USER | STATUS_FR,
    );
    m.set({ r4: 1, r5: 2 });
    m.run(3, CODE);
    expect([words(m, 1), words(m, 3), words(m, 0)]).toEqual([
      [2, 1],
      [2, 1],
      [0, 0],
    ]);
  });

  test('CFC1 shows parts of FCSR', () => {
    const parts = [25, 26, 28, 31].map((s, n) => asm('cfc1', { s, t: 2 + n }));
    const m = machine(parts, 0x0380_1f83 & ~0xf80);
    m.run(4, CODE);
    const seen = [2, 3, 4, 5].map((n) => m.get(`r${n}`));
    expect(seen).toEqual([0x3, 0x1000, 0x7, 0x0380_1003]);
  });
});
