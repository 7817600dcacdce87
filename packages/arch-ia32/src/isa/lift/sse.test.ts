import { describe, expect, test } from 'vitest';
import { FlatMachine } from '../testing/flat-machine.ts';
import { GP, NM, PF, XM } from '../vectors.ts';

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

function words(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setUint32(i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}

/** Four words of memory, in hex. */
function result(m: FlatMachine, at: number, count = 4): string[] {
  return Array.from({ length: count }, (_, i) => m.read32(at + i * 4).toString(16));
}

describe('moves', () => {
  test('MOVAPS needs alignment, MOVUPS crosses pages', () => {
    const m = machine();
    run(m, '0f 28 43 08');
    expect(m.trap).toMatchObject({ vector: GP });
    m.map(DATA + 0x1000, 0x1000);
    m.write(DATA + 0xff8, words(1, 2, 3, 4));
    run(m, '0f 10 83 f8 0f 00 00, 0f 11 03');
    expect(result(m, DATA)).toEqual(['1', '2', '3', '4']);
  });

  test('a MOVUPS store across an unmapped page writes nothing', () => {
    const m = machine();
    m.write(DATA, words(1, 2, 3, 4));
    run(m, '0f 10 03, 0f 11 83 f8 0f 00 00');
    expect(m.trap).toMatchObject({ vector: PF, address: DATA + 0x1000 });
    expect(result(m, DATA + 0xff8, 2)).toEqual(['0', '0']);
  });

  test('MOVSS from memory clears the rest, from a register keeps it', () => {
    const m = machine();
    m.write(DATA, words(1, 2, 3, 4, 5, 6, 7, 8));
    run(m, '0f 28 03, f3 0f 10 4b 10, f3 0f 10 c1, 0f 29 43 20, 0f 29 4b 30');
    expect(result(m, DATA + 0x20)).toEqual(['5', '2', '3', '4']);
    expect(result(m, DATA + 0x30)).toEqual(['5', '0', '0', '0']);
  });

  test('PCMPEQB and PMOVMSKB find a byte, as strlen does', () => {
    const m = machine();
    m.write(DATA, [65, 66, 67, 0, 68, 0, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78]);
    run(m, '66 0f ef c0, 66 0f 74 03, 66 0f d7 c0');
    expect(m.get('eax')).toBe(0b101000);
  });
});

describe('arithmetic', () => {
  test('ADDPS: the first operand NaN wins and becomes quiet; infinities of both signs give the default NaN', () => {
    const m = machine();
    m.write(DATA, words(0x7f800001, 0x3f800000, 0x7f800000, 0x3f800000));
    m.write(DATA + 16, words(0x7fc00002, 0xffa00003, 0xff800000, 0x40000000));
    run(m, '0f 28 03, 0f 58 43 10, 0f 29 43 20, 0f ae 5b 30');
    expect(result(m, DATA + 0x20)).toEqual(['7fc00001', 'ffe00003', 'ffc00000', '40400000']);
    expect(m.read32(DATA + 0x30)).toBe(0x1f81);
  });

  test('DIVSD raises PE and rounds as MXCSR says', () => {
    const m = machine();
    m.write(DATA, words(0, 0x3ff00000, 0, 0x40080000, 0x5f80));
    run(m, '0f ae 53 10, f2 0f 10 03, f2 0f 5e 43 08, f2 0f 11 43 20, 0f ae 5b 28');
    expect(result(m, DATA + 0x20, 2)).toEqual(['55555556', '3fd55555']);
    expect(m.read32(DATA + 0x28)).toBe(0x5fa0);
  });

  test('an unmasked exception is #XM at the instruction, which leaves its destination', () => {
    const m = machine();
    m.write(DATA, words(0x3f800000, 0, 0, 0, 0, 0, 0, 0, 0x1d80));
    run(m, '0f ae 53 20, f3 0f 10 03, f3 0f 5e 43 10');
    expect(m.trap).toMatchObject({ vector: XM, pc: CODE + 8 });
    run(m, 'f3 0f 11 43 30, 0f ae 5b 34');
    expect(result(m, DATA + 0x30, 2)).toEqual(['3f800000', '1d84']);
  });

  test('DAZ and FTZ', () => {
    const m = machine();
    // Least normal times one half with FTZ; denormal plus 0 with DAZ.
    m.write(DATA, words(0x800000, 0x3f000000, 1, 0, 0x9f80, 0x1fc0));
    run(m, '0f ae 53 10, f3 0f 10 03, f3 0f 59 43 04, f3 0f 11 43 20, 0f ae 5b 24');
    expect(result(m, DATA + 0x20, 2)).toEqual(['0', '9fb0']);
    run(m, '0f ae 53 14, f3 0f 10 43 08, f3 0f 58 43 0c, f3 0f 11 43 20, 0f ae 5b 24');
    expect(result(m, DATA + 0x20, 2)).toEqual(['0', '1fc0']);
  });

  test('MINSD gives the second operand for NaNs and zeros', () => {
    const m = machine();
    m.write(DATA, words(0, 0x80000000, 0, 0, 1, 0x7ff00000));
    run(m, 'f2 0f 10 03, f2 0f 5d 43 08, f2 0f 11 43 20, f2 0f 5d 43 10, f2 0f 11 43 28');
    expect(result(m, DATA + 0x20, 4)).toEqual(['0', '0', '1', '7ff00000']);
  });

  test('UCOMISD sets ZF, PF, CF for unordered and clears the rest', () => {
    const m = machine();
    m.write(DATA, words(0, 0x7ff80000));
    m.set({ eflags: 0x8d5 });
    run(m, '66 0f 2e 03');
    expect(m.get('eflags') & 0x8d5).toBe(0x45);
  });
});

describe('conversions', () => {
  test('CVTTSD2SI truncates; out of range gives the integer indefinite with IE', () => {
    const m = machine();
    m.write(DATA, words(0, 0xbff80000, 0, 0x41e00000));
    run(m, 'f2 0f 2c 03, f2 0f 2d 4b 08, 0f ae 5b 20');
    expect(m.get('eax')).toBe(0xffffffff);
    expect(m.get('ecx')).toBe(0x80000000);
    expect(m.read32(DATA + 0x20)).toBe(0x1fa1);
  });

  test('CVTSD2SI rounds to even by default', () => {
    const m = machine();
    m.write(DATA, words(0, 0xbff80000));
    run(m, 'f2 0f 2d 03');
    expect(m.get('eax') | 0).toBe(-2);
  });
});

test('LDMXCSR refuses reserved bits; CR0.TS makes SSE #NM', () => {
  const m = machine();
  m.write(DATA, words(0x11f80));
  run(m, '0f ae 13');
  expect(m.trap).toMatchObject({ vector: GP });
  m.set({ cr0: 8 });
  run(m, '0f 28 c1');
  expect(m.trap).toMatchObject({ vector: NM });
});
