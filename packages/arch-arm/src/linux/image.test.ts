import { describe, expect, test } from 'vitest';
import { buildImage } from './image.ts';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';

describe('the kernel image', () => {
  const image = buildImage();
  const word = (address: number): number => {
    const segment = image.segments.find(({ address: at, bytes }) => address >= at && address < at + bytes.length)!;
    return new DataView(segment.bytes.buffer, segment.bytes.byteOffset).getUint32(address - segment.address, true);
  };

  test('sys_call_table points at the stub of each call', () => {
    const table = image.symbols.get('sys_call_table')!;
    for (const [number, name] of SYSCALL_NUMBERS) {
      expect(word(table + 4 * number)).toBe(image.symbols.get(`sys_${name}`));
    }
    expect(word(image.symbols.get('arm_call_table')! + 20)).toBe(image.symbols.get('sys_set_tls'));
  });

  test('the vectors load the entries, whose bytes are in kernel text', () => {
    const entries = ['entry_bad', 'entry_und', 'entry_svc', 'entry_pabt', 'entry_dabt', 'entry_bad', 'entry_irq'];
    for (const [n, label] of entries.entries()) {
      expect(word(0xffff_0000 + 4 * n)).toBe(0xe59ff018);
      expect(word(0xffff_0020 + 4 * n)).toBe(image.symbols.get(label));
      expect(image.symbols.get(label)).toBeGreaterThanOrEqual(image.textStart);
      expect(image.symbols.get(label)).toBeLessThan(image.textEnd);
    }
  });

  test('user code may use the vectors page alone', () => {
    expect(image.segments.map(({ userName }) => userName)).toEqual([undefined, undefined, '[vectors]']);
  });
});
