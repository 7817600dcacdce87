import { elfHash } from '@kml/kernel';
import { describe, expect, test } from 'vitest';
import { VDSO_IMAGE, vdsoOffset } from './vdso-image.ts';

const view = new DataView(VDSO_IMAGE.buffer, VDSO_IMAGE.byteOffset, VDSO_IMAGE.length);
const word = (at: number) => view.getUint32(at, true);

/** Dynamic entries by tag, found as the dynamic linker finds them. */
function dynamic(): Map<number, number> {
  const headers = word(28);
  const count = view.getUint16(44, true);
  const entries = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const at = headers + 32 * i;
    if (word(at) !== 2) continue;
    for (let entry = word(at + 4); word(entry) !== 0; entry += 8) entries.set(word(entry), word(entry + 4));
  }
  return entries;
}

function text(at: number): string {
  let end = at;
  while (VDSO_IMAGE[end] !== 0) end++;
  return Buffer.from(VDSO_IMAGE.subarray(at, end)).toString('latin1');
}

/** A symbol's value through the hash table, or undefined. */
function lookUp(name: string): { value: number; version: string } | undefined {
  const tags = dynamic();
  const [hash, strings, symbols] = [tags.get(4)!, tags.get(5)!, tags.get(6)!];
  const buckets = word(hash);
  let index = word(hash + 8 + 4 * (elfHash(name) % buckets));
  while (index !== 0) {
    const symbol = symbols + 16 * index;
    if (text(strings + word(symbol)) === name) {
      const version = view.getUint16(tags.get(0x6ffffff0)! + 2 * index, true);
      return { value: word(symbol + 4), version: versionName(version) };
    }
    index = word(hash + 8 + 4 * buckets + 4 * index);
  }
  return undefined;
}

function versionName(wanted: number): string {
  const tags = dynamic();
  let at = tags.get(0x6ffffffc)!;
  for (;;) {
    if (view.getUint16(at + 4, true) === wanted) return text(tags.get(5)! + word(at + word(at + 12)));
    if (word(at + 16) === 0) return '';
    at += word(at + 16);
  }
}

describe('the vDSO', () => {
  test('is an i386 shared object of one page', () => {
    expect([word(0), view.getUint16(16, true), view.getUint16(18, true)]).toEqual([0x464c457f, 3, 3]);
    expect(VDSO_IMAGE.length).toBe(4096);
  });

  test.each(['__kernel_vsyscall', '__kernel_sigreturn', '__kernel_rt_sigreturn', '__kernel_vsyscall_kml'])(
    '%s is found by name, in version LINUX_2.5',
    (name) => {
      expect(lookUp(name)).toEqual({ value: vdsoOffset(name), version: 'LINUX_2.5' });
    },
  );

  test.each([
    '__vdso_clock_gettime',
    '__vdso_clock_gettime64',
    '__vdso_gettimeofday',
    '__vdso_time',
    '__vdso_clock_getres',
  ])('%s is found by name, in version LINUX_2.6', (name) => {
    expect(lookUp(name)).toEqual({ value: vdsoOffset(name), version: 'LINUX_2.6' });
  });

  test('a name it has not is not found', () => {
    expect(lookUp('__vdso_nothing')).toBeUndefined();
  });

  test('the return stubs are the bytes that unwinders look for', () => {
    const bytes = (name: string, length: number) =>
      Buffer.from(VDSO_IMAGE.subarray(vdsoOffset(name), vdsoOffset(name) + length)).toString('hex');
    expect(bytes('__kernel_sigreturn', 8)).toBe('58b877000000cd80');
    expect(bytes('__kernel_rt_sigreturn', 7)).toBe('b8ad000000cd80');
  });

  test('the landing pad follows an int 0x80', () => {
    const at = vdsoOffset('landing_pad');
    expect([VDSO_IMAGE[at - 2], VDSO_IMAGE[at - 1]]).toEqual([0xcd, 0x80]);
  });
});
