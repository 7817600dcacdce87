import type { Cpu } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { loadFxsaveWords, saveFxsaveWords } from '../fp/x87-words.ts';
import { FlatMachine } from '../testing/flat-machine.ts';
import { GP, MF, NM, PF } from '../vectors.ts';

const CODE = 0x08048000;
const DATA = 0x10000000;

function machine(): FlatMachine {
  const m = new FlatMachine();
  m.map(CODE, 0x1000);
  m.map(DATA, 0x1000);
  m.set({ ebx: DATA });
  return m;
}

/** Runs instructions given in hex, as many as there are (separated by commas). */
function run(m: FlatMachine, hex: string): void {
  const instructions = hex.split(',');
  const bytes = instructions.flatMap((text) =>
    text
      .trim()
      .split(' ')
      .map((byte) => Number.parseInt(byte, 16)),
  );
  m.write(CODE, bytes);
  m.run(CODE, instructions.length);
}

function fx(cpu: Cpu): DataView {
  const view = new DataView(new ArrayBuffer(512));
  saveFxsaveWords(cpu, new Int32Array(view.buffer), 0);
  return view;
}

function status(m: FlatMachine): number {
  return fx(m.cpu).getUint16(2, true);
}

function st(m: FlatMachine, i: number): [exponent: number, significand: bigint] {
  const view = fx(m.cpu);
  return [view.getUint16(40 + i * 16, true), view.getBigUint64(32 + i * 16, true)];
}

function double(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return [...new Uint8Array(view.buffer)];
}

const TOP = (word: number) => (word >> 11) & 7;

describe('loads and stores', () => {
  test('FLD m64, FADD m64, FSTP m64 compute a sum and leave the stack as it was', () => {
    const m = machine();
    m.write(DATA, [...double(1.5), ...double(0.1)]);
    run(m, 'dd 03, dc 43 08, dd 5b 10');
    const sum = new DataView(m.read(DATA + 16, 8).buffer).getFloat64(0, true);
    expect(sum).toBe(1.6);
    expect(TOP(status(m))).toBe(0);
  });

  test('a store that faults changes neither stack nor flags', () => {
    const m = machine();
    run(m, 'd9 eb, dd 9b 00 10 00 00');
    expect(m.trap).toMatchObject({ vector: PF, address: DATA + 0x1000 });
    expect(TOP(status(m))).toBe(7);
    expect(status(m) & 0x3f).toBe(0);
  });

  test('a store across the end of a mapping writes nothing', () => {
    const m = machine();
    run(m, 'd9 eb, db bb f8 0f 00 00');
    expect(m.trap).toMatchObject({ vector: PF, address: DATA + 0x1000 });
    expect([...m.read(DATA + 0xff8, 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(TOP(status(m))).toBe(7);
  });

  test('an unmasked overflow forbids the store and the pop', () => {
    const m = machine();
    // FLDCW with OE unmasked; FLD m80 of 2^1000; FSTP m32.
    m.write(DATA, [0x77, 0x03, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xe7, 0x43]);
    run(m, 'd9 2b, db 6b 08, d9 5b 04');
    expect([...m.read(DATA + 4, 4)]).toEqual([1, 2, 3, 4]);
    expect(TOP(status(m))).toBe(7);
    expect(status(m) & 0x80bf).toBe(0x8088);
  });

  test('FBSTP stores decimal digits, FISTP rounds to even', () => {
    const m = machine();
    m.write(DATA, double(-1234567890.5));
    run(m, 'dd 03, df 73 10, dd 03, df 7b 20');
    expect([...m.read(DATA + 16, 10)]).toEqual([0x90, 0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0, 0x80]);
    expect(new DataView(m.read(DATA + 32, 8).buffer).getBigInt64(0, true)).toBe(-1234567890n);
  });
});

describe('the register stack', () => {
  test('a ninth push is a stack overflow: the default NaN, C1 set', () => {
    const m = machine();
    run(m, 'd9 e8, d9 e8, d9 e8, d9 e8, d9 e8, d9 e8, d9 e8, d9 e8, d9 eb');
    expect(st(m, 0)).toEqual([0xffff, 0xc000000000000000n]);
    expect(status(m) & 0x0241).toBe(0x0241);
  });

  test('an operation on an empty register is a stack underflow: C1 clear', () => {
    const m = machine();
    run(m, 'd9 e8, d8 c1');
    expect(st(m, 0)).toEqual([0xffff, 0xc000000000000000n]);
    expect(status(m) & 0x0241).toBe(0x0041);
  });

  test('FLDPI follows the rounding control', () => {
    const m = machine();
    run(m, 'd9 eb');
    expect(st(m, 0)).toEqual([0x4000, 0xc90fdaa22168c235n]);
    m.write(DATA, [0x7f, 0x0f]);
    run(m, 'db e3, d9 2b, d9 eb');
    expect(st(m, 0)).toEqual([0x4000, 0xc90fdaa22168c234n]);
  });
});

describe('exceptions', () => {
  test('an unmasked exception is raised by the next waiting instruction, not by FNSTSW', () => {
    const m = machine();
    // ZE unmasked; 1 / 0; FNSTSW AX; FLD1.
    m.write(DATA, [0x7b, 0x03]);
    run(m, 'd9 2b, d9 e8, d9 ee, de f9, df e0, d9 e8');
    expect(m.trap).toMatchObject({ vector: MF, pc: CODE + 10 });
    expect(m.get('eax') & 0x8084).toBe(0x8084);
    expect(TOP(status(m))).toBe(6);
  });

  test('masking a pending exception takes it back', () => {
    const m = machine();
    m.write(DATA, [0x7b, 0x03, 0x7f, 0x03]);
    run(m, 'd9 2b, d9 e8, d9 ee, de f9, db e2, d9 6b 02, d9 e8');
    expect(m.trap).toBeUndefined();
  });

  test('without a usable FPU every x87 instruction is #NM', () => {
    const m = machine();
    m.set({ cr0: 8 });
    run(m, 'd9 e8');
    expect(m.trap).toMatchObject({ vector: NM, pc: CODE });
  });
});

describe('compares', () => {
  test('FUCOMI of a quiet NaN is unordered without IE, FCOMI with it', () => {
    const m = machine();
    m.write(DATA, double(Number.NaN));
    run(m, 'dd 03, d9 e8, db e9');
    expect(m.get('eflags') & 0x8d5).toBe(0x45);
    expect(status(m) & 1).toBe(0);
    run(m, 'db f1');
    expect(status(m) & 1).toBe(1);
  });

  test('FXAM tells the classes apart', () => {
    const m = machine();
    const classes: Record<string, number> = {};
    for (const [name, exponent, significand] of [
      ['unsupported', 0x3fff, 1n],
      ['nan', 0x7fff, 0xc000000000000000n],
      ['normal', 0x3fff, 1n << 63n],
      ['infinity', 0x7fff, 1n << 63n],
      ['zero', 0, 0n],
      ['denormal', 0, 1n],
    ] as const) {
      const view = new DataView(new ArrayBuffer(16));
      view.setBigUint64(0, significand, true);
      view.setUint16(8, exponent, true);
      m.write(DATA, new Uint8Array(view.buffer));
      run(m, 'db e3, db 2b, d9 e5');
      classes[name] = status(m) & 0x4500;
    }
    expect(classes).toEqual({
      unsupported: 0,
      nan: 0x100,
      normal: 0x400,
      infinity: 0x500,
      zero: 0x4000,
      denormal: 0x4400,
    });
  });
});

describe('state in memory', () => {
  test('FNSAVE then FRSTOR gives everything back', () => {
    const m = machine();
    run(m, 'd9 e8, d9 eb, d9 ee, dd 33');
    expect(status(m)).toBe(0);
    expect(fx(m.cpu).getUint8(4)).toBe(0);
    expect([...m.read(DATA, 12)]).toEqual([0x7f, 3, 0xff, 0xff, 0, 0x28, 0xff, 0xff, 0xff, 0x07, 0xff, 0xff]);
    run(m, 'dd 23');
    expect(st(m, 1)).toEqual([0x4000, 0xc90fdaa22168c235n]);
    expect(TOP(status(m))).toBe(5);
  });

  test('FNSTENV points at the last instruction and its operand', () => {
    const m = machine();
    run(m, 'd9 e8, dc 43 40, d9 33');
    expect(m.read32(DATA + 12)).toBe(CODE + 2);
    expect(m.read32(DATA + 16) >>> 16).toBe(0x443);
    expect(m.read32(DATA + 20)).toBe(DATA + 0x40);
  });

  test('FXSAVE needs 16-byte alignment, FXRSTOR refuses reserved MXCSR bits', () => {
    const m = machine();
    run(m, '0f ae 43 08');
    expect(m.trap).toMatchObject({ vector: GP });
    m.write(DATA + 24, [0x80, 0x1f, 1, 0]);
    run(m, '0f ae 0b');
    expect(m.trap).toMatchObject({ vector: GP });
    expect(loadFxsaveWords(m.cpu, new Int32Array(fx(m.cpu).buffer), 0)).toBe(true);
  });
});

describe('MMX', () => {
  test('a write to MM0 is a NaN-like ST register, all tags valid, TOP 0; EMMS empties', () => {
    const m = machine();
    m.set({ eax: 0x12345678 });
    run(m, 'd9 e8, 0f 6e c0');
    expect(st(m, 0)).toEqual([0xffff, 0x12345678n]);
    expect(TOP(status(m))).toBe(0);
    expect(fx(m.cpu).getUint8(4)).toBe(0xff);
    run(m, '0f 77');
    expect(fx(m.cpu).getUint8(4)).toBe(0);
  });

  test('MASKMOVQ writes the selected bytes alone', () => {
    const m = machine();
    m.write(DATA, [1, 2, 3, 4, 5, 6, 7, 8, 0x80, 0, 0xff, 0, 0, 0, 0, 0x80]);
    m.set({ edi: DATA + 0x20 });
    run(m, '0f 6f 03, 0f 6f 4b 08, 0f f7 c1');
    expect([...m.read(DATA + 0x20, 8)]).toEqual([1, 0, 3, 0, 0, 0, 0, 8]);
  });
});
