import { describe, expect, test } from 'vitest';
import { powerpc } from './abi.ts';
import { buildImage } from './image.ts';
import { KERNEL_DATA, KERNEL_TEXT, SYS_CALL_TABLE } from './layout.ts';

const image = buildImage();
const data = image.segments.find(({ address }) => address === KERNEL_DATA)!;
const word = (address: number) => new DataView(data.bytes.buffer).getUint32(address - KERNEL_DATA);

describe('the kernel image', () => {
  test('text is executable and not writable, data the reverse', () => {
    expect(image.segments.map(({ writable, executable }) => [writable, executable])).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  test('every system call has a stub, named for it', () => {
    for (const [number, name] of powerpc.syscallNumbers) {
      expect(word(SYS_CALL_TABLE + 4 * number)).toBe(image.symbols.get(`sys_${name}`));
    }
  });

  test('a stub is the kernel call of its number, then BLR', () => {
    const at = image.symbols.get('sys_getpid')! - KERNEL_TEXT;
    const stub = Buffer.from(image.segments[0]!.bytes.subarray(at, at + 8)).toString('hex');
    expect(stub).toBe('040000144e800020');
  });

  test('vectors lie where the CPU looks for them', () => {
    for (const offset of [0x300, 0x400, 0x500, 0x600, 0x700, 0x800, 0x900, 0xc00, 0xd00]) {
      expect(image.symbols.get(`vector_${offset.toString(16)}`)).toBe(KERNEL_TEXT + offset);
    }
  });
});
