/** Numbers that MIPS has otherwise than asm-generic. Linux 6.1 arch/mips/include/uapi/asm/ */
import { type AbiNumbers, bitTable, generic as g, valueTable } from '@kml/kernel';

/** errno.h */
const ERRNO = valueTable([
  [g.EDEADLK, 45],
  [g.ENAMETOOLONG, 78],
  [g.ENOLCK, 46],
  [g.ENOSYS, 89],
  [g.ENOTEMPTY, 93],
  [g.ELOOP, 90],
  [42, 35], // ENOMSG
  [g.EIDRM, 36],
  [g.EOVERFLOW, 79],
  [g.ENOTUNIQ, 80],
  [80, 84], // ELIBBAD
  [g.EILSEQ, 88],
  [85, 91], // ERESTART
  [87, 94], // EUSERS
  [g.ENOTSOCK, 95],
  [g.EDESTADDRREQ, 96],
  [g.EMSGSIZE, 97],
  [g.EPROTOTYPE, 98],
  [g.ENOPROTOOPT, 99],
  [g.EPROTONOSUPPORT, 120],
  [g.ESOCKTNOSUPPORT, 121],
  [g.EOPNOTSUPP, 122],
  [96, 123], // EPFNOSUPPORT
  [g.EAFNOSUPPORT, 124],
  [g.EADDRINUSE, 125],
  [g.EADDRNOTAVAIL, 126],
  [100, 127], // ENETDOWN
  [g.ENETUNREACH, 128],
  [102, 129], // ENETRESET
  [g.ECONNABORTED, 130],
  [g.ECONNRESET, 131],
  [g.ENOBUFS, 132],
  [g.EISCONN, 133],
  [g.ENOTCONN, 134],
  [117, 135], // EUCLEAN
  [121, 140], // EREMOTEIO
  [108, 143], // ESHUTDOWN
  [g.ETIMEDOUT, 145],
  [g.ECONNREFUSED, 146],
  [112, 147], // EHOSTDOWN
  [113, 148], // EHOSTUNREACH
  [g.EALREADY, 149],
  [g.EINPROGRESS, 150],
  [g.ESTALE, 151],
  [g.ECANCELED, 158],
  [122, 1133], // EDQUOT
]);

/** signal.h. SIGEMT takes the place of SIGSTKFLT, which MIPS has not; both end the process. */
const SIGNALS = valueTable([
  [g.SIGSTKFLT, 7],
  [g.SIGBUS, 10],
  [g.SIGSYS, 12],
  [g.SIGUSR1, 16],
  [g.SIGUSR2, 17],
  [g.SIGCHLD, 18],
  [g.SIGPWR, 19],
  [g.SIGWINCH, 20],
  [g.SIGURG, 21],
  [g.SIGIO, 22],
  [g.SIGSTOP, 23],
  [g.SIGTSTP, 24],
  [g.SIGCONT, 25],
  [g.SIGTTIN, 26],
  [g.SIGTTOU, 27],
  [g.SIGVTALRM, 28],
  [g.SIGPROF, 29],
  [g.SIGXCPU, 30],
  [g.SIGXFSZ, 31],
]);

/** fcntl.h */
const OPEN_FLAGS = bitTable([
  [g.O_APPEND, 0x8],
  [g.O_DSYNC, 0x10],
  [g.O_NONBLOCK, 0x80],
  [g.O_CREAT, 0x100],
  [g.O_EXCL, 0x400],
  [g.O_NOCTTY, 0x800],
  [g.O_ASYNC, 0x1000],
  [g.O_LARGEFILE, 0x2000],
  [g.O_SYNC & ~g.O_DSYNC, 0x4000],
  [g.O_DIRECT, 0x8000],
]);

const FCNTL = valueTable([
  [g.F_GETLK, 14],
  [g.F_SETOWN, 24],
  [g.F_GETOWN, 23],
  [g.F_GETLK64, 33],
  [g.F_SETLK64, 34],
  [g.F_SETLKW64, 35],
]);

/** mman.h */
const MAP_FLAGS = bitTable([
  [g.MAP_NORESERVE, 0x400],
  [g.MAP_ANONYMOUS, 0x800],
  [g.MAP_GROWSDOWN, 0x1000],
  [g.MAP_DENYWRITE, 0x2000],
  [g.MAP_EXECUTABLE, 0x4000],
  [g.MAP_LOCKED, 0x8000],
  [g.MAP_POPULATE, 0x1_0000],
  [g.MAP_NONBLOCK, 0x2_0000],
  [g.MAP_STACK, 0x4_0000],
  [g.MAP_HUGETLB, 0x8_0000],
]);

/** ioctls.h; the direction of a command is in other bits than elsewhere (ioctl.h) */
const IOCTL = valueTable([
  [g.TCGETA, 0x5401],
  [g.TCSETA, 0x5402],
  [g.TCSETAW, 0x5403],
  [g.TCSETAF, 0x5404],
  [g.TCSBRK, 0x5405],
  [g.TCXONC, 0x5406],
  [g.TCFLSH, 0x5407],
  [g.TCGETS, 0x540d],
  [g.TCSETS, 0x540e],
  [g.TCSETSW, 0x540f],
  [g.TCSETSF, 0x5410],
  [g.TIOCEXCL, 0x740d],
  [g.TIOCNXCL, 0x740e],
  [g.TIOCOUTQ, 0x7472],
  [g.SIOCATMARK, 0x4004_7307],
  [g.TIOCSTI, 0x5472],
  [g.TIOCNOTTY, 0x5471],
  [g.TIOCSCTTY, 0x5480],
  [g.TIOCGSID, 0x7416],
  [g.TIOCGLCKTRMIOS, 0x548b],
  [g.TIOCSLCKTRMIOS, 0x548c],
  [g.TIOCGWINSZ, 0x4008_7468],
  [g.TIOCSWINSZ, 0x8008_7467],
  [g.TIOCGPGRP, 0x4004_7477],
  [g.TIOCSPGRP, 0x8004_7476],
  [g.FIONREAD, 0x467f],
  [g.FIONBIO, 0x667e],
  [g.FIOASYNC, 0x667d],
  [g.FIOCLEX, 0x6601],
  [g.FIONCLEX, 0x6602],
  [g.TCSBRKP, 0x5486],
  [g.TCGETS2, 0x4030_542a],
  [g.TCSETS2, 0x8030_542b],
  [g.TCSETSW2, 0x8030_542c],
  [g.TCSETSF2, 0x8030_542d],
  [g.TIOCGPTN, 0x4004_5430],
  [g.TIOCSPTLCK, 0x8004_5431],
  [g.TIOCGPTLCK, 0x4004_5439],
  [g.TIOCPKT, 0x5470],
  [g.TIOCGPKT, 0x4004_5438],
  [g.TIOCGEXCL, 0x4004_5440],
  [g.TIOCGETD, 0x7400],
  [g.TIOCSETD, 0x7401],
  [g.FIOQSIZE, 0x667f],
  [g.TIOCGPTPEER, 0x2000_5441],
]);

/** socket.h: options of level SOL_SOCKET, beside those that the kernel names */
const SOCKET_OPTIONS = valueTable([
  [2, 0x4], // SO_REUSEADDR
  [g.SO_TYPE, 0x1008],
  [g.SO_ERROR, 0x1007],
  [5, 0x10], // SO_DONTROUTE
  [6, 0x20], // SO_BROADCAST
  [7, 0x1001], // SO_SNDBUF
  [8, 0x1002], // SO_RCVBUF
  [32, 31], // SO_SNDBUFFORCE
  [9, 0x8], // SO_KEEPALIVE
  [10, 0x100], // SO_OOBINLINE
  [13, 0x80], // SO_LINGER
  [15, 0x200], // SO_REUSEPORT
  [g.SO_PASSCRED, 17],
  [g.SO_PEERCRED, 18],
  [18, 0x1004], // SO_RCVLOWAT
  [19, 0x1003], // SO_SNDLOWAT
  [20, 0x1006], // SO_RCVTIMEO
  [21, 0x1005], // SO_SNDTIMEO
  [g.SO_ACCEPTCONN, 0x1009],
  [31, 30], // SO_PEERSEC
  [g.SO_PROTOCOL, 0x1028],
  [g.SO_DOMAIN, 0x1029],
]);

export const NUMBERS: AbiNumbers = {
  errno: ERRNO,
  signal: SIGNALS,
  oflags: OPEN_FLAGS,
  fcntl: FCNTL,
  mapflags: MAP_FLAGS,
  ioctl: IOCTL,
  sighow: valueTable([
    [g.SIG_BLOCK, 1],
    [g.SIG_UNBLOCK, 2],
    [g.SIG_SETMASK, 3],
  ]),
  saflags: bitTable([
    [g.SA_SIGINFO, 0x8],
    [g.SA_NOCLDWAIT, 0x1_0000],
  ]),
  // siginfo.h
  sicode: valueTable([
    [g.SI_TIMER, -3],
    [-3, -4], // SI_MESGQ
    [-4, -2], // SI_ASYNCIO
  ]),
  // poll.h: POLLWRNORM is POLLOUT's bit
  poll: bitTable([[g.POLLWRBAND, g.POLLWRNORM]]),
  // resource.h
  rlimit: valueTable([
    [g.RLIMIT_NOFILE, 5],
    [g.RLIMIT_AS, 6],
    [g.RLIMIT_RSS, 7],
    [g.RLIMIT_NPROC, 8],
    [g.RLIMIT_MEMLOCK, 9],
  ]),
  socktype: valueTable([
    [g.SOCK_STREAM, 2],
    [g.SOCK_DGRAM, 1],
  ]),
  socklevel: valueTable([[g.SOL_SOCKET, 0xffff]]),
  sockopt: SOCKET_OPTIONS,
  // termbits.h
  lflag: bitTable([
    [g.TOSTOP, 0o100000],
    [g.IEXTEN, 0o400],
    [0o10000, 0o20000], // FLUSHO
    [0o200000, 0o200000], // EXTPROC
  ]),
};
