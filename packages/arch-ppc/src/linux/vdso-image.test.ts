import { describe, expect, test } from 'vitest';
import { vdsoImage, vdsoOffset } from './vdso-image.ts';

const IMAGE = vdsoImage(400e6);
const view = new DataView(IMAGE.buffer, IMAGE.byteOffset, IMAGE.length);
const word = (at: number) => view.getUint32(at);

/** The dynamic symbol table: values by name. */
function symbols(): Map<string, number> {
  const tags = new Map<number, number>();
  for (let i = 0; i < view.getUint16(44); i++) {
    const header = word(28) + 32 * i;
    if (word(header) !== 2) continue;
    for (let entry = word(header + 4); word(entry) !== 0; entry += 8) tags.set(word(entry), word(entry + 4));
  }
  const [hash, strings, table] = [tags.get(4)!, tags.get(5)!, tags.get(6)!];
  const found = new Map<string, number>();
  for (let index = 1; index < word(hash + 4); index++) {
    const at = strings + word(table + 16 * index);
    const name = Buffer.from(IMAGE.subarray(at, IMAGE.indexOf(0, at))).toString('latin1');
    found.set(name, word(table + 16 * index + 4));
  }
  return found;
}

describe('the vDSO', () => {
  test('is a big-endian PowerPC shared object of one page', () => {
    expect([word(0), IMAGE[4], IMAGE[5], view.getUint16(16), view.getUint16(18)]).toEqual([0x7f454c46, 1, 2, 3, 20]);
    expect(IMAGE.length).toBe(4096);
  });

  test('its functions are found by name', () => {
    expect([...symbols().keys()].sort()).toEqual([
      '__kernel_clock_getres',
      '__kernel_clock_gettime',
      '__kernel_clock_gettime64',
      '__kernel_get_tbfreq',
      '__kernel_gettimeofday',
      '__kernel_sigtramp32',
      '__kernel_sigtramp_rt32',
      '__kernel_sync_dicache',
      '__kernel_time',
      '__kernel_vsyscall_kml',
    ]);
    for (const [name, value] of symbols()) expect(value).toBe(vdsoOffset(name));
  });

  test('the trampolines are the words that unwinders look for', () => {
    const at = vdsoOffset('__kernel_sigtramp32');
    expect([word(at), word(at + 4)]).toEqual([0x38000077, 0x44000002]);
    const rt = vdsoOffset('__kernel_sigtramp_rt32');
    expect([word(rt), word(rt + 4)]).toEqual([0x380000ac, 0x44000002]);
  });

  test('the time base’s frequency follows the clock rate', () => {
    const at = vdsoOffset('__kernel_get_tbfreq');
    // lis r4, 381; ori r4, r4, 30784: 25 MHz
    expect([word(at), word(at + 4)]).toEqual([0x3c80017d, 0x60847840]);
  });
});
