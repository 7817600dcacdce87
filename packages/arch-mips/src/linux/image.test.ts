import { describe, expect, test } from 'vitest';
import { kernelCallWord } from '../isa/index.ts';
import { mips, mipsel } from './abi.ts';
import { EXCEPTION_HANDLERS, KERNEL_DATA, KML_CALL_TABLE, SYS_CALL_TABLE } from './layout.ts';

describe.each([
  ['big', mips],
  ['little', mipsel],
] as const)('the kernel image, %s-endian', (order, abi) => {
  const image = abi.buildImage();
  const [text, data] = image.segments;
  const word = (segment: typeof text, address: number): number => {
    const view = new DataView(segment!.bytes.buffer, segment!.bytes.byteOffset);
    return view.getUint32(address - segment!.address, order === 'little');
  };

  test('text is executable and not writable, data the reverse', () => {
    expect(image.segments.map(({ writable, executable }) => [writable, executable])).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  test('the vectors are where EBase and the manual put them', () => {
    expect(image.symbols.get('except_vec0_refill')).toBe(image.textStart);
    expect(image.symbols.get('except_vec3_generic')).toBe(image.textStart + 0x180);
    expect(word(data, EXCEPTION_HANDLERS + 4 * 8)).toBe(image.symbols.get('handle_sys'));
    expect(word(data, EXCEPTION_HANDLERS + 4 * 2)).toBe(image.symbols.get('handle_exception'));
  });

  test('every system call has a stub, named for it', () => {
    for (const [number, name] of abi.syscallNumbers) {
      expect(word(data, SYS_CALL_TABLE + 4 * number)).toBe(image.symbols.get(`sys_${name}`));
    }
  });

  test('a stub is the kernel call of its number, then JR RA', () => {
    const at = image.symbols.get('sys_getpid')!;
    expect([word(text, at), word(text, at + 4)]).toEqual([kernelCallWord(20), 0x03e0_0008]);
  });

  test('direct calls that need the whole frame go by the trap', () => {
    const special = image.symbols.get('kml_special');
    const names = [...abi.syscallNumbers].filter(([n]) => word(data, KML_CALL_TABLE + 4 * n) === special);
    expect(names.map(([, name]) => name).sort()).toEqual(
      [
        ...['clone', 'clone3', 'execve', 'execveat', 'fork', 'pipe', 'rt_sigreturn', 'rt_sigsuspend'],
        ...['sigaltstack', 'sigreturn', 'sigsuspend', 'syscall'],
      ].sort(),
    );
  });

  test('data ends with what the tables take', () => {
    expect(KERNEL_DATA + data!.bytes.length).toBeGreaterThanOrEqual(KML_CALL_TABLE + 4 * 451);
  });
});
