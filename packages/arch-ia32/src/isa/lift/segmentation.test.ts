import { describe, expect, test } from 'vitest';
import { MODE_CODE_SEGMENTED, MODE_CODE32, MODE_SEGMENTED, MODE_STACK32, reg } from '../state.ts';
import { FlatMachine } from '../testing/flat-machine.ts';
import { AC, GP, SS as STACK_FAULT } from '../vectors.ts';

const CODE = 0x08048000;
const DATA = 0x10000000;

function machine(): FlatMachine {
  const m = new FlatMachine();
  m.map(CODE, 0x1000);
  m.map(DATA, 0x2000);
  m.set({ esp: DATA + 0x1000 });
  return m;
}

function run(m: FlatMachine, hex: string, count = 1, at = CODE): number {
  m.write(at, Uint8Array.from(hex.split(' ').map((byte) => Number.parseInt(byte, 16))));
  return m.run(at, count);
}

const has = (m: FlatMachine, bit: number): boolean => (m.cpu.mode & bit) !== 0;

describe('segments', () => {
  test('FS and GS add their base under flat segments', () => {
    const m = machine();
    m.set({ gsBase: DATA });
    m.write(DATA + 0x14, [0x78, 0x56, 0x34, 0x12]);
    run(m, '65 a1 14 00 00 00');
    expect(has(m, MODE_SEGMENTED)).toBe(false);
    expect(m.get('eax')).toBe(0x12345678);
  });

  test('a data segment with base and limit: the last byte is reached, the next is #GP(0)', () => {
    const m = machine();
    m.set({ dsBase: DATA, dsLimit: 0xff });
    m.write(DATA + 0xfc, [1, 2, 3, 4]);
    expect(has(m, MODE_SEGMENTED)).toBe(true);
    run(m, 'a1 fc 00 00 00');
    expect(m.get('eax')).toBe(0x04030201);
    run(m, 'a1 fd 00 00 00');
    expect(m.trap).toMatchObject({ vector: GP, error: 0 });
  });

  test('a stack segment raises #SS(0), for EBP operands and pushes', () => {
    const m = machine();
    m.set({ ssBase: DATA, ssLimit: 0xfff, esp: 2, ebp: 0xffe });
    run(m, '8b 45 00');
    expect(m.trap?.vector).toBe(STACK_FAULT);
    run(m, '50');
    expect(m.trap?.vector).toBe(STACK_FAULT);
    expect(m.get('esp')).toBe(2);
  });

  test('an expand-down segment holds what lies above its limit', () => {
    const m = machine();
    const attr = (m.cpu.get(reg('dsAttr')) | 4) & 0xffff;
    m.set({ dsAttr: attr, dsLimit: DATA - 1 });
    run(m, `a1 00 00 00 10`);
    expect(m.trap).toBeUndefined();
    run(m, `a1 ff ff ff 0f`);
    expect(m.trap?.vector).toBe(GP);
  });

  test('a read-only segment refuses writes, a null one everything', () => {
    const m = machine();
    m.set({ esAttr: m.cpu.get(reg('esAttr')) & ~2 });
    run(m, '26 a1 00 00 00 10');
    expect(m.trap).toBeUndefined();
    run(m, '26 a3 00 00 00 10');
    expect(m.trap?.vector).toBe(GP);
    m.set({ esAttr: 0 });
    run(m, '26 a1 00 00 00 10');
    expect(m.trap?.vector).toBe(GP);
  });

  test('a write through CS is #GP(0) even where segments are flat', () => {
    const m = machine();
    run(m, '2e a3 00 00 00 10');
    expect(m.trap?.vector).toBe(GP);
    run(m, '2e a1 00 00 00 10');
    expect(m.trap).toBeUndefined();
  });
});

describe('code segments with a base', () => {
  function based(): FlatMachine {
    const m = machine();
    m.set({ csBase: CODE, csLimit: 0xff });
    return m;
  }

  test('CALL pushes EIP, not the linear address, and RET comes back', () => {
    const m = based();
    expect(has(m, MODE_CODE_SEGMENTED)).toBe(true);
    // call +1; hlt-less nop; ret
    expect(run(m, 'e8 01 00 00 00 90 c3', 1)).toBe(1);
    expect(m.read32(DATA + 0xffc)).toBe(5);
    m.run(CODE + 6, 1);
    expect(m.get('pc')).toBe(CODE + 5);
  });

  test('a jump beyond the limit, and running beyond it, are #GP(0)', () => {
    const m = based();
    run(m, 'e9 00 01 00 00');
    expect(m.trap).toMatchObject({ vector: GP, pc: CODE });
    run(m, '90', 1, CODE + 0xff);
    expect(m.trap).toBeUndefined();
    run(m, '66 90', 1, CODE + 0xff);
    expect(m.trap?.vector).toBe(GP);
  });
});

describe('16-bit segments', () => {
  test('a 16-bit stack wraps SP and keeps the upper half of ESP', () => {
    const m = machine();
    m.set({ ssAttr: m.cpu.get(reg('ssAttr')) & ~0x4000, ssBase: DATA, esp: 0xabcd0000, eax: 0x11223344 });
    m.map(DATA + 0xf000, 0x1000);
    expect(has(m, MODE_STACK32)).toBe(false);
    run(m, '50');
    expect(m.get('esp')).toBe(0xabcdfffc);
    run(m, '58');
    expect(m.get('esp')).toBe(0xabcd0000);
  });

  test('16-bit code: sizes turn round, jumps wrap in 64 KiB', () => {
    const m = machine();
    m.set({ csAttr: m.cpu.get(reg('csAttr')) & ~0x4000, csBase: CODE, csLimit: 0xffff, eax: 0xffffffff });
    expect(has(m, MODE_CODE32)).toBe(false);
    // mov ax,0x1234; jmp -8 (wraps to 0xfffe)
    expect(run(m, 'b8 34 12 eb f9', 2)).toBe(2);
    expect(m.get('eax')).toBe(0xffff1234);
    expect(m.get('pc')).toBe(CODE + 0xfffe);
  });

  test('an operand-size prefix on a near return truncates EIP', () => {
    const m = machine();
    m.write(DATA + 0x1000, [0x34, 0x12]);
    run(m, '66 c3');
    expect(m.get('pc')).toBe(0x1234);
    expect(m.get('esp')).toBe(DATA + 0x1002);
  });
});

describe('alignment checking', () => {
  test('an unaligned access at CPL 3 with AC and CR0.AM is #AC', () => {
    const m = machine();
    m.set({ eflags: 0x40202 });
    run(m, 'a1 01 00 00 10');
    expect(m.trap).toMatchObject({ vector: AC, error: 0 });
    run(m, 'a1 04 00 00 10');
    expect(m.trap).toBeUndefined();
  });
});
