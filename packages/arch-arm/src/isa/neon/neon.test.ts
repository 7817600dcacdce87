import { beforeEach, describe, expect, test } from 'vitest';
import { quad } from '../state.ts';
import { updateFloatingPointMode } from '../system/cp15.ts';
import { DATA, TestMachine, VECTORS } from '../testing/machine.ts';
import { IDC, QC, UFC } from '../vfp/fpscr.ts';
import { expandImmediate } from './immediate.ts';

let machine: TestMachine;

beforeEach(() => {
  machine = new TestMachine();
  machine.set('cpacr', 0xf << 20);
  machine.set('fpexc', 1 << 30);
  updateFloatingPointMode(machine.cpu);
});

/** Bytes of double register n and those behind it. */
const bytesOf = (n: number, count: number): Uint8Array => {
  const start = machine.cpu.base + quad(0).offset + 8 * n;
  return machine.cpu.u8.subarray(start, start + count);
};
const fill = (n: number, bytes: readonly number[]): void => bytesOf(n, bytes.length).set(bytes);
const counting = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Puts bytes at DATA. */
function store(bytes: readonly number[]): void {
  for (let i = 0; i < bytes.length; i += 4) {
    machine.put(DATA + i, bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
  }
}

test('saturation sets QC, and nothing else does', () => {
  fill(2, [100, 1, 2, 3, ...counting(4, 12)]);
  fill(4, [20, 1, 1, 1, ...counting(0, 12)]);
  machine.run([0xf202_0054]);
  expect([...bytesOf(0, 4)]).toEqual([120, 2, 3, 4]);
  expect(machine.get('fpscr')).toBe(0);
  fill(4, [100, 1, 1, 1]);
  machine.run([0xf202_0054]);
  expect(bytesOf(0, 1)[0]).toBe(127);
  expect(machine.get('fpscr')).toBe(QC);
});

test('table look-ups beyond the table give 0, or leave the byte', () => {
  fill(2, counting(100, 24));
  fill(8, [0, 15, 16, 23, 24, 31, 32, 255]);
  fill(0, Array(8).fill(7));
  machine.run([0xf3b2_0a48]);
  expect([...bytesOf(0, 8)]).toEqual([100, 115, 116, 123, 7, 7, 7, 7]);
  machine.run([0xf3b2_0a08]);
  expect([...bytesOf(0, 8)]).toEqual([100, 115, 116, 123, 0, 0, 0, 0]);
});

describe('structures in memory', () => {
  test('three elements are taken apart and put together', () => {
    store(counting(0, 24));
    machine.set('r0', DATA);
    machine.run([0xf420_040d]);
    expect([...bytesOf(0, 8)]).toEqual([0, 3, 6, 9, 12, 15, 18, 21]);
    expect([...bytesOf(2, 8)]).toEqual([2, 5, 8, 11, 14, 17, 20, 23]);
    expect(machine.get('r0')).toBe(DATA + 24);
    machine.set('r0', DATA + 64);
    machine.run([0xf400_040f]);
    expect(machine.word(DATA + 64 + 20)).toBe(0x1716_1514);
  });

  test('an alignment that the instruction names is checked', () => {
    machine.set('r0', DATA + 8);
    machine.run([0xf420_0a2f]);
    expect(machine.cpu.pc >>> 0).toBe(VECTORS + 0x10);
    expect(machine.get('dfar')).toBe(DATA + 8);
  });
});

test('floating point has its own FPSCR value: denormals are 0', () => {
  const view = machine.cpu.view;
  const at = machine.cpu.base + quad(0).offset;
  for (let lane = 0; lane < 4; lane++) {
    view.setInt32(at + 16 + 4 * lane, 1, true);
    view.setFloat32(at + 32 + 4 * lane, 0, true);
  }
  machine.run([0xf202_0d44]);
  expect(view.getInt32(at, true)).toBe(0);
  expect(machine.get('fpscr')).toBe(IDC);
  view.setFloat32(at + 16, 1.5 * 2 ** -126, true);
  view.setFloat32(at + 32, -(2 ** -126), true);
  machine.run([0xf202_0d44]);
  expect(view.getInt32(at, true)).toBe(0);
  expect(machine.get('fpscr')).toBe(IDC | UFC);
});

test('modified immediates', () => {
  const expand = (imm: number, cmode: number, op: number): number[] =>
    expandImmediate(imm, cmode, op).map((w) => w >>> 0);
  expect(expand(0xab, 0b0100, 0)).toEqual([0x00ab_0000, 0x00ab_0000]);
  expect(expand(0xab, 0b1010, 0)).toEqual([0xab00_ab00, 0xab00_ab00]);
  expect(expand(0xab, 0b1101, 0)).toEqual([0x00ab_ffff, 0x00ab_ffff]);
  expect(expand(0xab, 0b1110, 0)).toEqual([0xabab_abab, 0xabab_abab]);
  expect(expand(0x81, 0b1110, 1)).toEqual([0x0000_00ff, 0xff00_0000]);
  expect(expand(0x70, 0b1111, 0)).toEqual([0x3f80_0000, 0x3f80_0000]);
});
