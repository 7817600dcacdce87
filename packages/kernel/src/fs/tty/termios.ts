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

export const NCCS = 19;

export const ISTRIP = 0o40;
export const INLCR = 0o100;
export const IGNCR = 0o200;
export const ICRNL = 0o400;
export const IXON = 0o2000;
export const IXANY = 0o4000;
export const IUTF8 = 0o40000;

export const OPOST = 0o1;
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

/** struct termios of the kernel (36 bytes), or termios2 (44) with the speeds. */
export function encodeTermios(kernel: Kernel, termios: Termios, withSpeeds: boolean): Uint8Array {
  const out = new StructWriter(kernel, withSpeeds ? 44 : 36);
  out.u32(termios.iflag).u32(termios.oflag).u32(termios.cflag).u32(termios.lflag).u8(termios.line);
  for (let i = 0; i < NCCS; i++) out.u8(termios.cc[i] ?? 0);
  if (withSpeeds) out.u32(termios.ispeed).u32(termios.ospeed);
  return out.bytes;
}

export function decodeTermios(kernel: Kernel, bytes: Uint8Array, old: Termios): Termios {
  const reader = new StructReader(kernel, bytes);
  const withSpeeds = bytes.length >= 44;
  return {
    iflag: reader.u32(0),
    oflag: reader.u32(4),
    cflag: reader.u32(8),
    lflag: reader.u32(12),
    line: reader.u8(16),
    cc: Array.from(bytes.subarray(17, 17 + NCCS)),
    ispeed: withSpeeds ? reader.u32(36) : old.ispeed,
    ospeed: withSpeeds ? reader.u32(40) : old.ospeed,
  };
}

/** struct termio (18 bytes, half-word flags), of System V programs. */
export function encodeTermio(kernel: Kernel, termios: Termios): Uint8Array {
  const out = new StructWriter(kernel, 18);
  out.u16(termios.iflag).u16(termios.oflag).u16(termios.cflag).u16(termios.lflag).u8(termios.line);
  for (let i = 0; i < 8; i++) out.u8(termios.cc[i] ?? 0);
  return out.bytes;
}

export function decodeTermio(kernel: Kernel, bytes: Uint8Array, old: Termios): Termios {
  const reader = new StructReader(kernel, bytes);
  const merge = (before: number, offset: number): number => (before & ~0xffff) | reader.u16(offset);
  const cc = [...old.cc];
  for (let i = 0; i < 8; i++) cc[i] = bytes[9 + i]!;
  return {
    ...old,
    iflag: merge(old.iflag, 0),
    oflag: merge(old.oflag, 2),
    cflag: merge(old.cflag, 4),
    lflag: merge(old.lflag, 6),
    line: reader.u8(8),
    cc,
  };
}
