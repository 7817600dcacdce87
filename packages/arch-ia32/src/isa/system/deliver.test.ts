import { describe, expect, test } from 'vitest';
import { FlatMachine } from '../testing/flat-machine.ts';
import { AC, DB, DE, GP, MF, NM, NP, PF, SS, TS, UD } from '../vectors.ts';
import { makesDoubleFault } from './deliver.ts';
import { readEflags, writableFlags, writeEflags } from './eflags.ts';

const CONTRIBUTORY = [DE, TS, NP, SS, GP];
const BENIGN = [DB, UD, NM, MF, AC];

describe('double faults', () => {
  test('SDM vol. 3, table 6-5', () => {
    for (const first of CONTRIBUTORY) {
      for (const second of CONTRIBUTORY) expect(makesDoubleFault(first, second)).toBe(true);
      expect(makesDoubleFault(first, PF)).toBe(false);
      expect(makesDoubleFault(PF, first)).toBe(true);
    }
    expect(makesDoubleFault(PF, PF)).toBe(true);
    for (const first of BENIGN) {
      for (const other of [...CONTRIBUTORY, PF]) {
        expect(makesDoubleFault(first, other)).toBe(false);
        expect(makesDoubleFault(other, first)).toBe(false);
      }
    }
  });
});

describe('EFLAGS', () => {
  test('every combination of the bits comes back as written', () => {
    const m = new FlatMachine();
    const bits = [0x1, 0x4, 0x10, 0x40, 0x80, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000, 0x40000, 0x200000];
    for (let n = 0; n < 1 << bits.length; n += 7) {
      let flags = 2;
      bits.forEach((bit, i) => {
        if ((n >> i) & 1) flags |= bit;
      });
      writeEflags(m.cpu, flags);
      expect(readEflags(m.cpu)).toBe(flags);
    }
  });

  test('what may be written depends on CPL and IOPL', () => {
    expect(writableFlags(3, 0) & 0x3200).toBe(0);
    expect(writableFlags(3, 3) & 0x3200).toBe(0x200);
    expect(writableFlags(0, 0) & 0x3200).toBe(0x3200);
  });
});
