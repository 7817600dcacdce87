import { describe, expect, test } from 'vitest';
import { encodeUnwindTable, sleb, uleb } from './unwind-table.ts';

describe('numbers of seven bits a byte', () => {
  test.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [300, [0xac, 2]],
  ])('unsigned %i', (value, bytes) => {
    expect(uleb(value)).toEqual(bytes);
  });

  test.each([
    [2, [2]],
    [-2, [0x7e]],
    [63, [0x3f]],
    [64, [0xc0, 0]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [256, [0x80, 2]],
    [-128, [0x80, 0x7f]],
  ])('signed %i', (value, bytes) => {
    expect(sleb(value)).toEqual(bytes);
  });
});

describe.each(['little', 'big'] as const)('the unwind table, %s-endian', (byteOrder) => {
  const AT = 0x900;
  const ranges = [
    { start: 0x820, size: 12, instructions: [0x0c, 1, 0] },
    { start: 0x800, size: 8, instructions: [0x0c, 2, 0, 0x0a] },
  ];
  const { bytes, headerBytes } = encodeUnwindTable(
    { codeAlign: 4, dataAlign: -4, returnColumn: 67, signalFrames: true, ranges },
    AT,
    byteOrder,
  );
  const view = new DataView(bytes.buffer);
  const word = (at: number) => view.getInt32(at, byteOrder === 'little');

  test('its header leads to every range, in the order of their addresses', () => {
    expect([...bytes.subarray(0, 4)]).toEqual([1, 0x1b, 0x03, 0x3b]);
    expect([4 + word(4), word(8), headerBytes]).toEqual([headerBytes, 2, 28]);
    const found = [0, 1].map((i) => {
      const record = word(16 + 8 * i);
      return {
        start: AT + word(12 + 8 * i),
        begins: AT + record + 8 + word(record + 8),
        size: word(record + 12),
        common: record + 4 - word(record + 4),
        instructions: [...bytes.subarray(record + 17, record + 20)],
      };
    });
    expect(found).toEqual([
      { start: 0x800, begins: 0x800, size: 8, common: headerBytes, instructions: [0x0c, 2, 0] },
      { start: 0x820, begins: 0x820, size: 12, common: headerBytes, instructions: [0x0c, 1, 0] },
    ]);
  });

  test('the common record says that these are signal frames', () => {
    expect(word(headerBytes + 4)).toBe(0);
    const expected = [1, 0x7a, 0x52, 0x53, 0, 4, 0x7c, 67, 1, 0x1b];
    expect([...bytes.subarray(headerBytes + 8, headerBytes + 18)]).toEqual(expected);
    expect(word(bytes.length - 4)).toBe(0);
  });
});
