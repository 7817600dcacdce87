import { GENERIC_TERMIOS, type TermiosLayout } from '../../abi/layouts.ts';
import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import type { Kernel } from '../../kernel.ts';

/** Terminal settings. Linux 6.1 include/uapi/asm-generic/termbits.h */
export interface Termios {
  iflag: number;
  oflag: number;
  cflag: number;
  lflag: number;
  line: number;
  /** NCCS control characters. */
  cc: number[];
  ispeed: number;
  ospeed: number;
}

export const ISTRIP = 0o40;
export const INLCR = 0o100;
export const IGNCR = 0o200;
export const ICRNL = 0o400;
export const IUCLC = 0o1000;
export const IXON = 0o2000;
export const IXANY = 0o4000;
export const IUTF8 = 0o40000;

export const OPOST = 0o1;
export const OLCUC = 0o2;
export const ONLCR = 0o4;
export const OCRNL = 0o10;
export const ONOCR = 0o20;
export const ONLRET = 0o40;
export const XTABS = 0o14000;

export const ISIG = 0o1;
export const ICANON = 0o2;
export const ECHO = 0o10;
export const ECHOE = 0o20;
export const ECHOK = 0o40;
export const ECHONL = 0o100;
export const NOFLSH = 0o200;
export const TOSTOP = 0o400;
export const ECHOCTL = 0o1000;
export const ECHOKE = 0o4000;
export const IEXTEN = 0o100000;

export const VINTR = 0;
export const VQUIT = 1;
export const VERASE = 2;
export const VKILL = 3;
export const VEOF = 4;
export const VTIME = 5;
export const VMIN = 6;
export const VSTART = 8;
export const VSTOP = 9;
export const VSUSP = 10;
export const VEOL = 11;
export const VREPRINT = 12;
export const VWERASE = 14;
export const VLNEXT = 15;
export const VEOL2 = 16;

const B38400 = 0o17;
const CS8 = 0o60;
const CREAD = 0o200;
const HUPCL = 0o2000;

/** What a terminal starts with. Linux 6.1 drivers/tty/tty_io.c: tty_std_termios, INIT_C_CC */
export function standardTermios(): Termios {
  return {
    iflag: ICRNL | IXON,
    oflag: OPOST | ONLCR,
    cflag: B38400 | CS8 | CREAD | HUPCL,
    lflag: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
    line: 0,
    cc: [3, 0x1c, 0x7f, 0x15, 4, 0, 1, 0, 0x11, 0x13, 0x1a, 0, 0x12, 0x0f, 0x17, 0x16, 0, 0, 0],
    ispeed: 38400,
    ospeed: 38400,
  };
}

/** Settings of nothing, as a terminal's locks start. */
export function noTermios(): Termios {
  return { iflag: 0, oflag: 0, cflag: 0, lflag: 0, line: 0, cc: new Array(19).fill(0), ispeed: 0, ospeed: 0 };
}

/** New settings, with what is locked as it was. Linux 6.1 drivers/tty/tty_ioctl.c: unset_locked_termios */
export function keepLocked(next: Termios, old: Termios, locked: Termios): Termios {
  const merge = (word: (typeof FLAG_WORDS)[number]): number =>
    (old[word] & locked[word]) | (next[word] & ~locked[word]);
  return {
    ...next,
    iflag: merge('iflag'),
    oflag: merge('oflag'),
    cflag: merge('cflag'),
    lflag: merge('lflag'),
    line: locked.line !== 0 ? old.line : next.line,
    cc: next.cc.map((character, index) => (locked.cc[index] ? old.cc[index]! : character)),
  };
}

function layoutOf(kernel: Kernel): TermiosLayout {
  return kernel.abi.layouts?.termios ?? GENERIC_TERMIOS;
}

/** Bytes of the kernel's struct termios, or of termios2, which has the speeds behind it. */
export function termiosBytes(kernel: Kernel, second: boolean): number {
  return layoutOf(kernel).bytes + (second ? 8 : 0);
}

/** Where the speeds are; undefined: nowhere. */
function speedsAt(kernel: Kernel, length: number): number | undefined {
  const { speeds, bytes } = layoutOf(kernel);
  if (speeds >= 0) return speeds;
  return length >= bytes + 8 ? bytes : undefined;
}

const FLAG_WORDS = ['iflag', 'oflag', 'cflag', 'lflag'] as const;

/** struct termios of the kernel, or termios2. */
export function encodeTermios(kernel: Kernel, termios: Termios, second: boolean): Uint8Array {
  const { line, cc, ccIndex } = layoutOf(kernel);
  const out = new StructWriter(kernel, termiosBytes(kernel, second));
  for (const word of FLAG_WORDS) out.u32(nativeNumber(kernel, word, termios[word]));
  out.at(line).u8(termios.line);
  ccIndex.forEach((place, index) => {
    if (place >= 0) out.at(cc + place).u8(termios.cc[index] ?? 0);
  });
  const speeds = speedsAt(kernel, out.bytes.length);
  if (speeds !== undefined) out.at(speeds).u32(termios.ispeed).u32(termios.ospeed);
  return out.bytes;
}

export function decodeTermios(kernel: Kernel, bytes: Uint8Array, old: Termios): Termios {
  const reader = new StructReader(kernel, bytes);
  const { line, cc, ccIndex } = layoutOf(kernel);
  const flags = (index: number): number => genericNumber(kernel, FLAG_WORDS[index]!, reader.u32(4 * index));
  const speeds = speedsAt(kernel, bytes.length);
  return {
    iflag: flags(0),
    oflag: flags(1),
    cflag: flags(2),
    lflag: flags(3),
    line: reader.u8(line),
    cc: ccIndex.map((place, index) => (place < 0 ? (old.cc[index] ?? 0) : bytes[cc + place]!)),
    ispeed: speeds === undefined ? old.ispeed : reader.u32(speeds),
    ospeed: speeds === undefined ? old.ospeed : reader.u32(speeds + 4),
  };
}

/** struct termio (18 bytes, half-word flags), of System V programs. */
export function encodeTermio(kernel: Kernel, termios: Termios): Uint8Array {
  const out = new StructWriter(kernel, 18);
  for (const word of FLAG_WORDS) out.u16(nativeNumber(kernel, word, termios[word]));
  out.u8(termios.line);
  for (let i = 0; i < 8; i++) out.u8(termios.cc[i] ?? 0);
  return out.bytes;
}

export function decodeTermio(kernel: Kernel, bytes: Uint8Array, old: Termios): Termios {
  const reader = new StructReader(kernel, bytes);
  const merge = (index: number): number => {
    const word = FLAG_WORDS[index]!;
    const upper = nativeNumber(kernel, word, old[word]) & ~0xffff;
    return genericNumber(kernel, word, upper | reader.u16(2 * index));
  };
  const cc = [...old.cc];
  for (let i = 0; i < 8; i++) cc[i] = bytes[9 + i]!;
  return {
    ...old,
    iflag: merge(0),
    oflag: merge(1),
    cflag: merge(2),
    lflag: merge(3),
    line: reader.u8(8),
    cc,
  };
}
