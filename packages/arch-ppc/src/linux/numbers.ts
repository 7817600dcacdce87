/** Where PowerPC's numbers differ from asm-generic's. Linux 6.1 arch/powerpc/include/uapi/asm/ */
import {
  type AbiLayouts,
  type AbiNumbers,
  bitTable,
  generic as g,
  type NumberPairs,
  type NumberTable,
  type SysvLayout,
  valueTable,
} from '@kml/kernel';

/** fcntl.h */
const OFLAGS: NumberPairs = [
  [g.O_DIRECTORY, 0o40000],
  [g.O_NOFOLLOW, 0o100000],
  [g.O_LARGEFILE, 0o200000],
  [g.O_DIRECT, 0o400000],
];

/** mman.h */
const MAPFLAGS: NumberPairs = [
  [g.MAP_NORESERVE, 0x40],
  [g.MAP_LOCKED, 0x80],
];
const MLOCKFLAGS: NumberPairs = [
  [g.MCL_CURRENT, 0x2000],
  [g.MCL_FUTURE, 0x4000],
  [g.MCL_ONFAULT, 0x8000],
];

/** socket.h. Generic on the left: PASSCRED 16, PEERCRED 17, RCVLOWAT 18, SNDLOWAT 19, RCVTIMEO 20, SNDTIMEO 21. */
const SOCKOPTS: NumberPairs = [
  [16, 20],
  [17, 21],
  [18, 16],
  [19, 17],
  [20, 18],
  [21, 19],
];

/** ioctls.h. Command words have 13 bits of size and 3 of direction. */
const IOCTLS: NumberPairs = [
  [g.TCGETS, 0x402c_7413],
  [g.TCSETS, 0x802c_7414],
  [g.TCSETSW, 0x802c_7415],
  [g.TCSETSF, 0x802c_7416],
  [g.TCGETA, 0x4014_7417],
  [g.TCSETA, 0x8014_7418],
  [g.TCSETAW, 0x8014_7419],
  [g.TCSETAF, 0x8014_741c],
  [g.TCSBRK, 0x2000_741d],
  [g.TCXONC, 0x2000_741e],
  [g.TCFLSH, 0x2000_741f],
  [g.TIOCSWINSZ, 0x8008_7467],
  [g.TIOCGWINSZ, 0x4008_7468],
  [g.TIOCOUTQ, 0x4004_7473],
  [g.TIOCSPGRP, 0x8004_7476],
  [g.TIOCGPGRP, 0x4004_7477],
  [g.TIOCGPTN, 0x4004_5430],
  [g.TIOCSPTLCK, 0x8004_5431],
  [g.TIOCGPTLCK, 0x4004_5439],
  [g.TIOCGPKT, 0x4004_5438],
  [g.TIOCGEXCL, 0x4004_5440],
  [g.FIOQSIZE, 0x4008_6680],
  [g.TIOCGPTPEER, 0x2000_5441],
  [g.FIOCLEX, 0x2000_6601],
  [g.FIONCLEX, 0x2000_6602],
  [g.FIOASYNC, 0x8004_667d],
  [g.FIONBIO, 0x8004_667e],
  [g.FIONREAD, 0x4004_667f],
];

/** termbits.h. Single bits, asm-generic's on the left. */
const IFLAGS: NumberPairs = [
  [0x0200, 0x1000], // IUCLC
  [0x0400, 0x0200], // IXON
  [0x1000, 0x0400], // IXOFF
];
const OFLAGS_TTY: NumberPairs = [
  [0x0002, 0x0004], // OLCUC
  [0x0004, 0x0002], // ONLCR
];
const LFLAGS: NumberPairs = [
  [0x0001, 0x0000_0080], // ISIG
  [0x0002, 0x0000_0100], // ICANON
  [0x0004, 0x0000_4000], // XCASE
  [0x0008, 0x0000_0008], // ECHO
  [0x0010, 0x0000_0002], // ECHOE
  [0x0020, 0x0000_0004], // ECHOK
  [0x0040, 0x0000_0010], // ECHONL
  [0x0080, 0x8000_0000], // NOFLSH
  [0x0100, 0x0040_0000], // TOSTOP
  [0x0200, 0x0000_0040], // ECHOCTL
  [0x0400, 0x0000_0020], // ECHOPRT
  [0x0800, 0x0000_0001], // ECHOKE
  [0x1000, 0x0080_0000], // FLUSHO
  [0x4000, 0x2000_0000], // PENDIN
  [0x8000, 0x0000_0400], // IEXTEN
  [0x1_0000, 0x1000_0000], // EXTPROC
];

/** A field of a flag word: where asm-generic and this ABI have it. */
interface Field {
  readonly generic: number;
  readonly native: number;
  /** Bits lower (towards 0) on the generic side. */
  readonly shift: number;
}

/** Output delays (NL, TAB, CR, FF, BS, VT), in fields of their own order. */
const OUTPUT_FIELDS: readonly Field[] = [
  { generic: 0x0000_0100, native: 0x0000_0100, shift: 0 }, // NLDLY (bit 9 is new here)
  { generic: 0x0000_0600, native: 0x0000_3000, shift: 3 }, // CRDLY
  { generic: 0x0000_1800, native: 0x0000_0c00, shift: -1 }, // TABDLY
  { generic: 0x0000_2000, native: 0x0000_8000, shift: 2 }, // BSDLY
  { generic: 0x0000_4000, native: 0x0001_0000, shift: 2 }, // VTDLY
  { generic: 0x0000_8000, native: 0x0000_4000, shift: -1 }, // FFDLY
];
/** Character size and the bits above it lie four bits higher. */
const CONTROL_FIELDS: readonly Field[] = [{ generic: 0x0000_0ff0, native: 0x0000_ff00, shift: 4 }];

function move(value: number, from: number, shift: number): number {
  const field = value & from;
  return shift >= 0 ? field << shift : field >>> -shift;
}

function toNativeFields(value: number, fields: readonly Field[]): number {
  return fields.reduce((word, { generic, shift }) => word | move(value, generic, shift), 0);
}

function toGenericFields(value: number, fields: readonly Field[]): number {
  return fields.reduce((word, { native, shift }) => word | move(value, native, -shift), 0);
}

const OUTPUT_DELAYS = 0x0000_ff00;
const OUTPUT_DELAYS_NATIVE = 0x0001_ff00;
const outputBits = bitTable(OFLAGS_TTY);

const outputFlags: NumberTable = {
  toNative: (value) => (outputBits.toNative(value & ~OUTPUT_DELAYS) | toNativeFields(value, OUTPUT_FIELDS)) >>> 0,
  toGeneric: (value) =>
    (outputBits.toGeneric(value & ~OUTPUT_DELAYS_NATIVE) | toGenericFields(value, OUTPUT_FIELDS)) >>> 0,
};

/** Speeds beyond 38400 (B57600 is 0x1001 generically) go on from 0x10 here. */
const CBAUD_GENERIC = 0x100f;
const CBAUDEX_GENERIC = 0x1000;
const CBAUD_NATIVE = 0xff;
const CONTROL_HIGH = 0xff00_0000;

const controlFlags: NumberTable = {
  toNative(value) {
    const baud = value & CBAUD_GENERIC;
    const speed = baud & CBAUDEX_GENERIC ? (baud & 0xf) + 0xf : baud;
    return (speed | toNativeFields(value, CONTROL_FIELDS) | (value & CONTROL_HIGH)) >>> 0;
  },
  toGeneric(value) {
    const speed = value & CBAUD_NATIVE;
    const baud = speed > 0xf ? CBAUDEX_GENERIC | ((speed - 0xf) & 0xf) : speed;
    return (baud | toGenericFields(value, CONTROL_FIELDS) | (value & CONTROL_HIGH)) >>> 0;
  },
};

export const NUMBERS: AbiNumbers = {
  oflags: bitTable(OFLAGS),
  mapflags: bitTable(MAPFLAGS),
  mlockflags: bitTable(MLOCKFLAGS),
  sockopt: valueTable(SOCKOPTS),
  ioctl: valueTable(IOCTLS),
  iflag: bitTable(IFLAGS),
  oflag: outputFlags,
  cflag: controlFlags,
  lflag: bitTable(LFLAGS),
};

/** System V IPC: upper words of times first, behind a longer struct ipc64_perm. Linux 6.1 arch/powerpc/include/uapi/asm/{ipc,sem,msg,shm}buf.h */
const SYSV: SysvLayout = {
  wideSequence: true,
  sem: { bytes: 80, otime: { low: 52, high: 48 }, ctime: { low: 60, high: 56 }, nsems: 64 },
  msg: {
    bytes: 104,
    stime: { low: 52, high: 48 },
    rtime: { low: 60, high: 56 },
    ctime: { low: 68, high: 64 },
    counts: 72,
  },
  shm: {
    bytes: 104,
    atime: { low: 52, high: 48 },
    dtime: { low: 60, high: 56 },
    ctime: { low: 68, high: 64 },
    segsz: 76,
    pids: 80,
  },
};

/**
 * struct termios: control characters before the line discipline, in an order of their own (index: that
 * of asm-generic; -1: there is none), then the speeds.
 */
export const LAYOUTS: AbiLayouts = {
  termios: {
    bytes: 44,
    line: 35,
    cc: 16,
    nccs: 19,
    ccIndex: [0, 1, 2, 3, 4, 7, 5, 9, 13, 14, 12, 6, 11, 16, 10, 15, 8, -1, -1],
    speeds: 36,
  },
  sysv: SYSV,
};
