import { generic as g } from '@kml/kernel';
import { describe, expect, test } from 'vitest';
import { NUMBERS } from './numbers.ts';

/** Generic and native value of one flag word, and back. */
function both(kind: 'oflags' | 'iflag' | 'oflag' | 'cflag' | 'lflag', generic: number, native: number): void {
  expect(NUMBERS[kind]!.toNative(generic)).toBe(native);
  expect(NUMBERS[kind]!.toGeneric(native)).toBe(generic);
}

describe('numbers that differ from asm-generic', () => {
  test('open flags', () => {
    both('oflags', g.O_DIRECTORY | g.O_CLOEXEC | g.O_RDWR, 0o2040002);
    both('oflags', g.O_NOFOLLOW | g.O_LARGEFILE | g.O_DIRECT, 0o700000);
  });

  test('socket options trade places', () => {
    const { toGeneric, toNative } = NUMBERS.sockopt!;
    expect([16, 17, 18, 19, 20, 21].map(toGeneric)).toEqual([18, 19, 20, 21, 16, 17]);
    for (const option of [2, 3, 4, 16, 17, 18, 19, 20, 21, 30]) expect(toGeneric(toNative(option))).toBe(option);
  });

  test('ioctl commands carry their size', () => {
    const { toGeneric, toNative } = NUMBERS.ioctl!;
    expect(toGeneric(0x402c7413)).toBe(g.TCGETS);
    expect(toNative(g.TIOCGWINSZ)).toBe(0x40087468);
    expect(toGeneric(0x540e)).toBe(g.TIOCSCTTY);
  });

  test('flag words of a terminal', () => {
    // ICRNL IXON; OPOST ONLCR; B38400 CS8 CREAD HUPCL; ISIG ICANON ECHO ECHOE ECHOK ECHOCTL ECHOKE IEXTEN
    both('iflag', 0x500, 0x300);
    both('oflag', 0x5, 0x3);
    both('cflag', 0x4bf, 0x4b0f);
    both('lflag', 0x8a3b, 0x5cf);
  });

  test('output delays and speeds beyond 38400', () => {
    // TAB3 CR2 NL1 BS1 VT1 FF1
    both(
      'oflag',
      0x1800 | 0x400 | 0x100 | 0x2000 | 0x4000 | 0x8000,
      0xc00 | 0x2000 | 0x100 | 0x8000 | 0x10000 | 0x4000,
    );
    // B57600 and B4000000
    both('cflag', 0x1001, 0x10);
    both('cflag', 0x100f, 0x1e);
  });
});
