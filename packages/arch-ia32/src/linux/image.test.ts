import { describe, expect, test } from 'vitest';
import { i386 } from './abi.ts';
import { buildImage } from './image.ts';
import { DOUBLE_FAULT_SELECTOR, GDT, IDT, KERNEL_DATA, KML_CALL_TABLE, SYS_CALL_TABLE } from './layout.ts';

const image = buildImage();
const data = image.segments.find(({ address }) => address === KERNEL_DATA)!;
const view = new DataView(data.bytes.buffer);
const word = (address: number) => view.getUint32(address - KERNEL_DATA, true);

describe('the kernel image', () => {
  test('text is executable and not writable, data the reverse', () => {
    expect(image.segments.map(({ writable, executable }) => [writable, executable])).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  test('every system call has a stub, named for it', () => {
    for (const [number, name] of i386.syscallNumbers) {
      expect(word(SYS_CALL_TABLE + 4 * number)).toBe(image.symbols.get(`sys_${name}`));
    }
  });

  test('a stub is the kernel call of its number, then RET', () => {
    const text = image.segments[0]!;
    const at = image.symbols.get('sys_getpid')! - text.address;
    expect([...text.bytes.subarray(at, at + 5)]).toEqual([0x0f, 0x04, 20, 0, 0xc3]);
  });

  test('direct calls of the ten that KML marks, clone3 and execveat take the whole frame', () => {
    const special = image.symbols.get('kml_special');
    const numbers = [...i386.syscallNumbers.keys()].filter((number) => word(KML_CALL_TABLE + 4 * number) === special);
    expect(numbers.sort((a, b) => a - b)).toEqual([2, 11, 72, 110, 119, 120, 173, 179, 186, 190, 358, 435]);
  });

  test('gates: 3, 4 and 0x80 are open to programs, #DF is a task gate', () => {
    const open: number[] = [];
    for (let vector = 0; vector < 256; vector++) {
      const high = word(IDT + 8 * vector + 4);
      if ((high & 0x8000) !== 0 && ((high >> 13) & 3) === 3) open.push(vector);
    }
    expect(open).toEqual([3, 4, 0x80]);
    expect([word(IDT + 64) >>> 16, word(IDT + 68)]).toEqual([DOUBLE_FAULT_SELECTOR, 0x8500]);
  });

  test('selectors are Linux’s: flat code and data at both levels', () => {
    expect([0x60, 0x68, 0x70, 0x78].map((selector) => word(GDT + selector + 4))).toEqual([
      0x00cf9b00, 0x00cf9300, 0x00cffb00, 0x00cff300,
    ]);
  });
});
