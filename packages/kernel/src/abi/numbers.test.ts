import { describe, expect, test } from 'vitest';
import { ENOENT, ENOSYS } from '../errno.ts';
import { O_APPEND, O_CREAT, O_DIRECTORY, O_NONBLOCK, O_RDWR } from '../fs/open-flags.ts';
import { decodeTermios, encodeTermios, standardTermios, VEOF, VINTR, VMIN } from '../fs/tty/termios.ts';
import type { Kernel } from '../kernel.ts';
import { CLD_EXITED, CLD_KILLED, SI_TIMER, SIGBUS, SIGCHLD, SIGUSR1, sigSet } from '../signal/numbers.ts';
import { sigInfo } from '../signal/send.ts';
import { decodeSigInfo, encodeSigInfo } from '../signal/siginfo-struct.ts';
import type { AbiLayouts } from './layouts.ts';
import { type AbiNumbers, bitTable, genericNumber, NO_NUMBER, nativeNumber, valueTable } from './numbers.ts';
import { decodeSigSet, encodeSigSet, lastSignal, nativeStatus, sigSetBytes } from './signals.ts';

interface Differences {
  readonly numbers?: AbiNumbers;
  readonly layouts?: AbiLayouts;
  readonly signalCount?: number;
  readonly byteOrder?: 'little' | 'big';
}

/** As much of a kernel as the edge looks at. */
function kernelOf({ byteOrder = 'little', ...abi }: Differences): Kernel {
  return { abi: { ...abi, isa: { byteOrder } } } as never;
}

/** A few of MIPS's numbers. */
const SIGNALS = valueTable([
  [SIGBUS, 10],
  [SIGUSR1, 16],
  [SIGCHLD, 18],
  [18, 25],
]);

describe('tables of numbers', () => {
  const errors = valueTable([
    [ENOSYS, 89],
    [89, 96],
  ]);

  test('what is not listed is the same', () => {
    expect([errors.toNative(ENOENT), errors.toGeneric(ENOENT)]).toEqual([ENOENT, ENOENT]);
  });

  test('listed values go both ways, also where one takes another’s place', () => {
    expect([errors.toNative(ENOSYS), errors.toNative(89)]).toEqual([89, 96]);
    expect([errors.toGeneric(89), errors.toGeneric(96)]).toEqual([ENOSYS, 89]);
  });

  test('a value whose place is taken has no counterpart', () => {
    expect(errors.toGeneric(ENOSYS)).toBe(NO_NUMBER);
    expect(errors.toNative(96)).toBe(NO_NUMBER);
  });

  test('flags move bit by bit', () => {
    const flags = bitTable([
      [O_APPEND, 0x8],
      [O_NONBLOCK, 0x80],
      [O_CREAT, 0x100],
    ]);
    expect(flags.toGeneric(0x8 | 0x80 | 0x100 | O_RDWR | O_DIRECTORY)).toBe(
      O_APPEND | O_NONBLOCK | O_CREAT | O_RDWR | O_DIRECTORY,
    );
    expect(flags.toNative(O_CREAT | O_RDWR)).toBe(0x102);
    // 0x400 is generic O_APPEND's place: as a native flag it means nothing.
    expect(flags.toGeneric(0x400)).toBe(0);
  });

  test('without a table numbers stay', () => {
    const kernel = kernelOf({});
    expect([genericNumber(kernel, 'errno', 89), nativeNumber(kernel, 'signal', 7)]).toEqual([89, 7]);
  });
});

describe('signals at the edge', () => {
  const mips = kernelOf({ numbers: { signal: SIGNALS }, signalCount: 128, byteOrder: 'big' });

  test('how many there are, and bytes of a set', () => {
    expect([lastSignal(mips), sigSetBytes(mips)]).toEqual([128, 16]);
    expect([lastSignal(kernelOf({})), sigSetBytes(kernelOf({}))]).toEqual([64, 8]);
  });

  test('a set is 32-bit words, lowest signals first, in the program’s numbers', () => {
    const set = sigSet(SIGUSR1, 40, 128);
    const bytes = encodeSigSet(mips, set, 16);
    expect(Buffer.from(bytes).toString('hex')).toBe('00008000000000800000000080000000');
    expect(decodeSigSet(mips, bytes)).toEqual(set);
  });

  test('a big-endian set of 64 signals has its lower word first as well', () => {
    const bytes = encodeSigSet(kernelOf({ byteOrder: 'big' }), sigSet(1, 33), 8);
    expect(Buffer.from(bytes).toString('hex')).toBe('0000000100000001');
  });

  test('wait status: exited, killed, stopped, continued', () => {
    expect(nativeStatus(mips, 0x0700)).toBe(0x0700);
    expect(nativeStatus(mips, SIGBUS | 0x80)).toBe(10 | 0x80);
    expect(nativeStatus(mips, (SIGUSR1 << 8) | 0x7f)).toBe((16 << 8) | 0x7f);
    expect(nativeStatus(mips, 0xffff)).toBe(0xffff);
  });
});

describe('siginfo_t', () => {
  const swapped = kernelOf({
    numbers: { signal: SIGNALS, sicode: valueTable([[SI_TIMER, -3]]) },
    layouts: { siginfoCodeFirst: true },
    byteOrder: 'big',
  });
  const words = (bytes: Uint8Array, count: number): number[] => {
    const view = new DataView(bytes.buffer);
    return Array.from({ length: count }, (_, i) => view.getInt32(4 * i));
  };

  test('code before errno, signal and code in the program’s numbers', () => {
    expect(words(encodeSigInfo(swapped, sigInfo(SIGUSR1, { code: SI_TIMER, value: 5 })), 3)).toEqual([16, -3, 0]);
  });

  test('a child’s status is a signal only if one ended it', () => {
    const status = (code: number): number =>
      words(encodeSigInfo(swapped, sigInfo(SIGCHLD, { code, status: SIGBUS })), 6)[5]!;
    expect([status(CLD_EXITED), status(CLD_KILLED)]).toEqual([SIGBUS, 10]);
  });

  test('is read back as it was written', () => {
    const info = sigInfo(SIGUSR1, { code: SI_TIMER, value: 5 });
    const read = decodeSigInfo(swapped, encodeSigInfo(swapped, { ...info, code: -1, pid: 3 }), SIGUSR1);
    expect([read.code, read.pid, read.value]).toEqual([-1, 3, 5]);
  });
});

describe('struct termios', () => {
  const ccIndex = [0, 1, 2, 3, 16, 5, 4, 7, 8, 9, 10, 17, 12, 13, 14, 15, 6, -1, -1];
  const kernel = kernelOf({
    numbers: { lflag: bitTable([[0o100000, 0o400]]) },
    layouts: { termios: { bytes: 40, line: 16, cc: 17, nccs: 23, ccIndex, speeds: -1 } },
  });

  test('control characters lie where the ABI has them, and come back', () => {
    const termios = standardTermios();
    const bytes = encodeTermios(kernel, termios, false);
    expect(bytes.length).toBe(40);
    expect([bytes[17 + VINTR], bytes[17 + 16], bytes[17 + 4]]).toEqual([
      termios.cc[VINTR],
      termios.cc[VEOF],
      termios.cc[VMIN],
    ]);
    expect(decodeTermios(kernel, bytes, termios)).toEqual(termios);
  });

  test('as i386 has it without a layout', () => {
    expect(encodeTermios(kernelOf({}), standardTermios(), false).length).toBe(36);
    expect(encodeTermios(kernelOf({}), standardTermios(), true).length).toBe(44);
  });
});
