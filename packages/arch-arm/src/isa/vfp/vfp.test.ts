import { beforeEach, describe, expect, test, vi } from 'vitest';
import { arm } from '../backend.ts';
import { MODE_FP_OFF, quad, SVC, SYS, USR } from '../state.ts';
import { updateFloatingPointMode } from '../system/cp15.ts';
import { DATA, NOWHERE, TestMachine, VECTORS } from '../testing/machine.ts';
import { FP_ASSIST } from '../vectors.ts';
import { expandDouble, expandSingle } from './arithmetic.ts';
import { DZC, FZ, IOC, IXC, MODE_FP_INEXACT, MODE_FP_ROUND, OFC, UFC, writeFpscr } from './fpscr.ts';

const ADD = 0xee31_0b02;
const MULTIPLY = 0xee21_0b02;
const DIVIDE = 0xee81_0b02;
const FUSED = 0xeea1_0b02;
const ACCUMULATE = { add: 0xee01_0b02, subtract: 0xee01_0b42, negatedAdd: 0xee11_0b42, negatedSubtract: 0xee11_0b02 };
const ROOT = 0xeeb1_0bc1;
const ADD_IF_NOT_EQUAL = 0x1e31_0b02;

let machine: TestMachine;
let assists = 0;
const deliverTrap = arm.deliverTrap;

beforeEach(() => {
  machine = new TestMachine();
  machine.set('cpacr', 0xf << 20);
  machine.set('fpexc', 1 << 30);
  updateFloatingPointMode(machine.cpu);
  assists = 0;
  vi.spyOn(arm, 'deliverTrap').mockImplementation((cpu, vector, error, next) => {
    if (vector === FP_ASSIST) assists++;
    deliverTrap(cpu, vector, error, next);
  });
});

const at = (n: number): number => machine.cpu.base + quad(0).offset + 8 * n;
const get = (n: number): number => machine.cpu.view.getFloat64(at(n), true);
const put = (n: number, value: number): void => machine.cpu.view.setFloat64(at(n), value, true);
const fpscr = (): number => machine.get('fpscr');

/** d0 ← d1 op d2. */
function compute(word: number, a: number, b: number, d = 0): number {
  put(0, d);
  put(1, a);
  put(2, b);
  machine.run([word]);
  return get(0);
}

describe('arithmetic inline', () => {
  test('exact results raise nothing, and take no host code though inexact is not set yet', () => {
    expect(compute(ADD, 0.5, 1024)).toBe(1024.5);
    expect(compute(MULTIPLY, 1.5, -3)).toBe(-4.5);
    expect(compute(DIVIDE, 42, 8)).toBe(5.25);
    expect(compute(ROOT, 6.25, 0)).toBe(2.5);
    expect(compute(FUSED, 3, 5, 0.25)).toBe(15.25);
    expect(compute(MULTIPLY, 0, -7)).toBe(-0);
    expect([fpscr(), assists]).toEqual([0, 0]);
  });

  test('the first inexact result is host code’s; then it is known', () => {
    expect(compute(DIVIDE, 1, 3)).toBe(1 / 3);
    expect([fpscr(), assists]).toEqual([IXC, 1]);
    expect(machine.cpu.mode & MODE_FP_INEXACT).toBe(MODE_FP_INEXACT);
    expect(compute(ADD, 0.1, 0.2)).toBe(0.1 + 0.2);
    expect(compute(MULTIPLY, 0.1, 0.3)).toBe(0.1 * 0.3);
    expect(compute(FUSED, 0.1, 10, -1)).toBe(5.551115123125783e-17);
    expect(assists).toBe(1);
  });

  test('what is not ordinary raises its flags', () => {
    expect(compute(DIVIDE, 1, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(fpscr()).toBe(DZC);
    expect(compute(DIVIDE, 0, 0)).toBeNaN();
    expect(fpscr()).toBe(DZC | IOC);
    expect(compute(MULTIPLY, 1e-200, 1e-200)).toBe(0);
    expect(fpscr()).toBe(DZC | IOC | UFC | IXC);
    expect(assists).toBe(3);
  });

  test('a product that goes into a sum is asked for what the sum does not show', () => {
    writeFpscr(machine.cpu, IXC);
    const { add, subtract, negatedAdd, negatedSubtract } = ACCUMULATE;
    expect([add, subtract, negatedAdd, negatedSubtract].map((word) => compute(word, 0.1, 0.3, 7))).toEqual([
      7 + 0.1 * 0.3,
      7 - 0.1 * 0.3,
      -7 - 0.1 * 0.3,
      0.1 * 0.3 - 7,
    ]);
    // Its square is nothing, but it is an ordinary number; and a zero that an operand makes.
    expect(compute(add, 1e-150, 1e-150, 1)).toBe(1);
    expect(compute(add, 0, 1e-300, 1)).toBe(1);
    expect(compute(add, 1e200, 1e100, -1)).toBe(1e300);
    expect([fpscr(), assists]).toEqual([IXC, 0]);
    expect(compute(add, 1e-200, 1e-200, 1)).toBe(1);
    expect([fpscr(), assists]).toEqual([IXC | UFC, 1]);
    expect(compute(subtract, 1e300, 1e300, 1)).toBe(Number.NEGATIVE_INFINITY);
    expect([fpscr(), assists]).toEqual([IXC | UFC | OFC, 2]);
    expect(compute(add, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY)).toBeNaN();
    expect([fpscr(), assists]).toEqual([IXC | UFC | OFC | IOC, 3]);
  });

  test('under FZ a sum of denormal size is noticed, however ordinary the product', () => {
    writeFpscr(machine.cpu, IXC | FZ);
    expect(compute(ACCUMULATE.add, 2 ** -1021, 1, -1.25 * 2 ** -1021)).toBe(-0);
    expect([fpscr(), assists]).toEqual([IXC | FZ | UFC, 1]);
  });

  test('the first signalling NaN goes before quiet ones, its bits kept', () => {
    machine.cpu.view.setBigUint64(at(1), 0x7ff8_0000_0000_0001n, true);
    machine.cpu.view.setBigUint64(at(2), 0xfff0_0000_0000_0002n, true);
    machine.run([ADD]);
    expect(machine.cpu.view.getBigUint64(at(0), true)).toBe(0xfff8_0000_0000_0002n);
    expect(fpscr()).toBe(IOC);
  });

  test('nothing happens where the condition fails', () => {
    machine.psr = (1 << 30) | USR;
    expect(compute(ADD_IF_NOT_EQUAL, Number.NaN, 1, 5)).toBe(5);
    expect([fpscr(), assists]).toEqual([0, 0]);
  });

  test('an assist within an IT block goes on with the next condition', () => {
    // ite ne; vaddne.f64 d0, d1, d2; moveq r1, #1
    put(1, 1);
    put(2, 1e-30);
    machine.set('r1', 7);
    machine.runThumb([0xbf14, 0xee31, 0x0b02, 0x2101], 3);
    expect([get(0), assists, machine.get('r1')]).toEqual([1, 1, 7]);
  });
});

describe('FPSCR', () => {
  test('VMSR changes how code after it is done', () => {
    machine.set('r0', 1 << 22);
    put(1, 1);
    put(2, 3);
    machine.run([0xeee1_0a10, DIVIDE, 0xeef1_1a10]);
    expect(get(0)).toBe(0.33333333333333337);
    expect(machine.get('r1')).toBe((1 << 22) | IXC);
    expect(machine.cpu.mode & MODE_FP_ROUND).toBe(MODE_FP_ROUND);
    machine.set('r0', 0);
    machine.run([0xeee1_0a10, DIVIDE]);
    expect(get(0)).toBe(1 / 3);
  });

  test('flush to zero: tiny results and denormal operands', () => {
    writeFpscr(machine.cpu, FZ | IXC);
    expect(compute(MULTIPLY, 1e-160, 1e-160)).toBe(0);
    expect(fpscr()).toBe((FZ | IXC | UFC) >>> 0);
    expect(compute(ADD, 5e-324, 1)).toBe(1);
    expect(fpscr()).toBe((FZ | IXC | UFC | 0x80) >>> 0);
  });

  test('Len and Stride make data processing undefined', () => {
    writeFpscr(machine.cpu, 1 << 16);
    machine.run([ADD]);
    expect(machine.cpu.pc >>> 0).toBe(VECTORS + 4);
  });

  test('comparisons reach the APSR', () => {
    put(1, 1);
    put(2, 2);
    machine.run([0xeeb4_1b42, 0xeef1_fa10]);
    expect(machine.psr >>> 28).toBe(0x8);
    put(2, Number.NaN);
    machine.run([0xeeb4_1b42, 0xeef1_fa10]);
    expect(machine.psr >>> 28).toBe(0x3);
    expect(fpscr() & IOC).toBe(0);
  });
});

describe('access', () => {
  test('undefined while FPEXC.EN is clear, which a privileged VMSR sets', () => {
    machine.psr = SYS;
    machine.set('r0', 0);
    machine.run([0xeee8_0a10, ADD]);
    expect(machine.cpu.pc >>> 0).toBe(VECTORS + 4);
    machine.set('r0', 1 << 30);
    machine.run([0xeee8_0a10, 0xeef8_1a10]);
    expect(machine.get('r1')).toBe(1 << 30);
    expect(machine.cpu.mode & MODE_FP_OFF).toBe(0);
    expect(compute(ADD, 1, 2)).toBe(3);
  });

  test('FPEXC is not for programs', () => {
    machine.psr = USR;
    machine.run([0xeef8_1a10]);
    expect(machine.cpu.pc >>> 0).toBe(VECTORS + 4);
    expect(machine.psr & 0x1f).not.toBe(SVC);
  });
});

describe('memory', () => {
  test('a load of several registers that faults changes none', () => {
    put(0, 1);
    put(3, 4);
    machine.set('r0', NOWHERE - 16);
    machine.run([0xecb0_0b08]);
    expect([get(0), get(3), machine.get('r0')]).toEqual([1, 4, NOWHERE - 16]);
    expect(machine.cpu.pc >>> 0).toBe(VECTORS + 0x10);
  });

  test('words are aligned, whatever SCTLR.A says', () => {
    machine.set('r0', DATA + 2);
    machine.run([0xed90_0b02]);
    expect(machine.cpu.pc >>> 0).toBe(VECTORS + 0x10);
    expect(machine.get('dfar')).toBe(DATA + 10);
  });
});

test('immediates', () => {
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, expandSingle(0x70));
  expect(view.getFloat32(0)).toBe(1);
  view.setInt32(0, expandDouble(0x80 | 0x08));
  expect(view.getFloat64(0)).toBe(-3);
});
