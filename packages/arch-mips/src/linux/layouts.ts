import { type AbiLayouts, type ActionLayout, GENERIC_SYSV, type SysvLayout } from '@kml/kernel';

/** struct sigaction: flags first, a mask of 128 bits, no restorer. Linux 6.1 arch/mips/include/uapi/asm/signal.h */
const SIGACTION: ActionLayout = { bytes: 24, flags: 0, handler: 4, mask: 8 };

/** Semaphores and shared memory have the upper words of their times at the end. Linux 6.1 arch/mips/include/uapi/asm/{sem,shm}buf.h */
const SYSV: SysvLayout = {
  sem: { bytes: 56, otime: { low: 36, high: 48 }, ctime: { low: 40, high: 52 }, nsems: 44 },
  msg: GENERIC_SYSV.msg,
  shm: {
    bytes: 72,
    segsz: 36,
    atime: { low: 40, high: 64, half: true },
    dtime: { low: 44, high: 66, half: true },
    ctime: { low: 48, high: 68, half: true },
    pids: 52,
  },
};

/** A big-endian msqid64_ds has the upper word of a time first. Linux 6.1 arch/mips/include/uapi/asm/msgbuf.h */
const BIG_ENDIAN_SYSV: SysvLayout = {
  ...SYSV,
  msg: {
    ...SYSV.msg,
    stime: { low: 40, high: 36 },
    rtime: { low: 48, high: 44 },
    ctime: { low: 56, high: 52 },
  },
};

/** Structures that o32 has otherwise than asm-generic. Linux 6.1 arch/mips/include/uapi/asm/ */
export const LAYOUTS: AbiLayouts = {
  sysv: SYSV,
  sigaction: SIGACTION,
  oldSigaction: SIGACTION,
  stackSizeFirst: true,
  siginfoCodeFirst: true,
  // l_sysid lies before l_pid, padding behind it.
  flock: { pid: 16, bytes: 36 },
  termios: {
    bytes: 40,
    line: 16,
    cc: 17,
    nccs: 23,
    // By asm-generic's order: VINTR VQUIT VERASE VKILL VEOF VTIME VMIN VSWTC VSTART VSTOP VSUSP VEOL …
    ccIndex: [0, 1, 2, 3, 16, 5, 4, 7, 8, 9, 10, 17, 12, 13, 14, 15, 6, -1, -1],
    speeds: -1,
  },
  statfs: {
    fields: [
      'type',
      'bsize',
      'frsize',
      'pad',
      'blocks',
      'bfree',
      'files',
      'ffree',
      'bavail',
      'fsid',
      'namelen',
      'flags',
    ],
    bytes: 68,
    wideBytes: 96,
  },
  rlimInfinity: 0x7fff_ffff,
};

/** The same in a big-endian guest. */
export const BIG_ENDIAN_LAYOUTS: AbiLayouts = { ...LAYOUTS, sysv: BIG_ENDIAN_SYSV };
