import type { AbiLayouts, ActionLayout } from '@kml/kernel';

/** struct sigaction: flags first, a mask of 128 bits, no restorer. Linux 6.1 arch/mips/include/uapi/asm/signal.h */
const SIGACTION: ActionLayout = { bytes: 24, flags: 0, handler: 4, mask: 8 };

/** Structures that o32 has otherwise than asm-generic. Linux 6.1 arch/mips/include/uapi/asm/ */
export const LAYOUTS: AbiLayouts = {
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
