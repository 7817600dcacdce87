import { describe, expect, test } from 'vitest';
import { GDT } from './layout.ts';
import { EntryMachine } from './testing/entry-machine.ts';
import { descriptorOf, isEmpty, refreshCpu, tlsWords } from './tls.ts';

/** What glibc asks for: a flat 4 GiB segment at a base (seg_32bit, limit_in_pages, useable). */
const GLIBC = { entry: 6, base: 0xb7fd_a740, limit: 0xfffff, flags: 0x51 };

describe('user_desc to descriptor', () => {
  test('a thread area as glibc makes it', () => {
    expect(descriptorOf(GLIBC).map((word) => word >>> 0)).toEqual([0xa740ffff, 0xb7dff3fd]);
  });

  test('read-only, byte-granular, expand-down', () => {
    const [low, high] = descriptorOf({ entry: 7, base: 0x1234, limit: 0x10, flags: 0x0b });
    expect([low >>> 0, high >>> 0]).toEqual([0x12340010, 0x0040f500]);
  });

  test('both ways to ask for an empty entry', () => {
    expect(isEmpty({ entry: 6, base: 0, limit: 0, flags: 0x28 })).toBe(true);
    expect(isEmpty({ entry: 6, base: 0, limit: 0, flags: 0 })).toBe(true);
    expect(isEmpty(GLIBC)).toBe(false);
  });
});

describe('a thread area on the CPU', () => {
  test('is in the GDT, and a segment register that holds its selector sees the change', () => {
    const m = new EntryMachine(false);
    const words = tlsWords(m.task);
    [words[0], words[1]] = descriptorOf({ ...GLIBC, base: 0x0805_0000 }) as [number, number];
    refreshCpu(m.kernel, m.task);
    expect(m.read32(GDT + 0x34) >>> 0).toBe(0x08dff305);
    m.write32(0x0805_0010, 0x77);
    m.load('  mov ecx, 0x33\n  mov gs, ecx\n  mov eax, gs:[0x10]\nfirst:\n  mov eax, gs:[0x10]\ndone:\n  jmp done');
    m.runTo('first');
    expect(m.get('eax')).toBe(0x77);
    [words[0], words[1]] = descriptorOf({ ...GLIBC, base: 0x0805_0010 }) as [number, number];
    m.write32(0x0805_0020, 0x99);
    refreshCpu(m.kernel, m.task);
    m.runTo('done');
    expect(m.get('eax')).toBe(0x99);
  });
});
