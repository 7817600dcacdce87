import { type AbiNumbers, generic as g } from '@kml/kernel';
import { describe, expect, test } from 'vitest';
import { LAYOUTS } from './layouts.ts';
import { NUMBERS } from './numbers.ts';
import { encodeStat, encodeStat64 } from './stat.ts';

describe('numbers', () => {
  test('every signal has one counterpart, and comes back', () => {
    const seen = new Set<number>();
    for (let signo = 1; signo <= 127; signo++) {
      const native = NUMBERS.signal!.toNative(signo);
      expect(NUMBERS.signal!.toGeneric(native)).toBe(signo);
      seen.add(native);
    }
    expect(seen.size).toBe(127);
  });

  test('every errno the kernel has has one counterpart, and comes back', () => {
    const errors = Object.entries(g).filter(([name, value]) => /^E[A-Z]/.test(name) && (value as number) < 512);
    const native = errors.map(([, value]) => NUMBERS.errno!.toNative(value as number));
    expect(new Set(native).size).toBe(new Set(errors.map(([, value]) => value)).size);
    for (const [, value] of errors) {
      expect(NUMBERS.errno!.toGeneric(NUMBERS.errno!.toNative(value as number))).toBe(value);
    }
  });

  test.each([
    ['errno', g.ENOSYS, 89],
    ['errno', g.ETIMEDOUT, 145],
    ['errno', g.ENOENT, 2],
    ['signal', g.SIGCHLD, 18],
    ['signal', g.SIGKILL, 9],
    ['oflags', g.O_CREAT | g.O_TRUNC | g.O_WRONLY, 0x301],
    ['oflags', g.O_NONBLOCK | g.O_CLOEXEC, 0x80080],
    ['oflags', g.O_SYNC, 0x4010],
    ['mapflags', g.MAP_PRIVATE | g.MAP_ANONYMOUS, 0x802],
    ['fcntl', g.F_SETLK, 6],
    ['fcntl', g.F_SETLK64, 34],
    ['ioctl', g.TCGETS, 0x540d],
    ['ioctl', g.TIOCSPGRP, 0x8004_7476],
    ['rlimit', g.RLIMIT_NOFILE, 5],
    ['rlimit', g.RLIMIT_STACK, 3],
    ['socktype', g.SOCK_STREAM, 2],
    ['sighow', g.SIG_SETMASK, 3],
    ['saflags', (g.SA_SIGINFO | g.SA_RESTART) >>> 0, 0x1000_0008],
    ['lflag', g.IEXTEN | g.ISIG, 0o401],
  ] as [keyof AbiNumbers, number, number][])('%s %i is %i', (kind, generic, native) => {
    expect(NUMBERS[kind]!.toNative(generic)).toBe(native);
    expect(NUMBERS[kind]!.toGeneric(native)).toBe(generic);
  });

  test('control characters have places of their own', () => {
    const places = LAYOUTS.termios!.ccIndex.filter((place) => place >= 0);
    expect(new Set(places).size).toBe(places.length);
    expect(Math.max(...places)).toBeLessThan(LAYOUTS.termios!.nccs);
  });
});

describe('struct stat', () => {
  const times = { atime: 1_000_000_002n, mtime: 3_000_000_004n, ctime: 5_000_000_006n };
  const stat = {
    ...{
      dev: 1,
      ino: 2,
      mode: 0o100644,
      nlink: 3,
      uid: 4,
      gid: 5,
      rdev: 6,
      size: 0x1_0000_0007,
      blksize: 4096,
      blocks: 8,
    },
    ...times,
  };

  test('stat64', () => {
    const view = new DataView(encodeStat64(stat, false).buffer);
    expect([view.getUint32(24), view.getBigInt64(56), view.getUint32(68), view.getBigInt64(96)]).toEqual([
      0o100644,
      0x1_0000_0007n,
      2,
      8n,
    ]);
  });

  test('stat, where the size fits', () => {
    expect(encodeStat(stat, true)).toBeUndefined();
    const view = new DataView(encodeStat({ ...stat, size: 7 }, true)!.buffer);
    expect([view.getUint32(16, true), view.getUint32(48, true), view.getUint32(84, true)]).toEqual([2, 7, 8]);
    expect(view.byteLength).toBe(144);
  });
});
