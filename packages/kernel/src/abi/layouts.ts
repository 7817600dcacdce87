/** Layouts of structures that differ between ABIs otherwise than by byte order and alignment. Offsets in bytes. */

/** struct sigaction. */
export interface ActionLayout {
  readonly bytes: number;
  readonly handler: number;
  readonly flags: number;
  /** Left out where there is no sa_restorer. */
  readonly restorer?: number;
  readonly mask: number;
}

/** struct termios of the kernel. */
export interface TermiosLayout {
  readonly bytes: number;
  readonly line: number;
  readonly cc: number;
  /** Length of c_cc. */
  readonly nccs: number;
  /** Index in c_cc by asm-generic's index (VINTR, VQUIT, …); -1: there is no such character. */
  readonly ccIndex: readonly number[];
  /** c_ispeed and c_ospeed: in struct termios itself, or -1 where only struct termios2 has them, behind it. */
  readonly speeds: number;
}

/** Fields of struct statfs and statfs64 in order; 'pad' is a word that only the wide form has. */
export type StatfsField =
  | 'type'
  | 'bsize'
  | 'blocks'
  | 'bfree'
  | 'bavail'
  | 'files'
  | 'ffree'
  | 'fsid'
  | 'namelen'
  | 'frsize'
  | 'flags'
  | 'pad';

export interface StatfsLayout {
  readonly fields: readonly StatfsField[];
  readonly bytes: number;
  readonly wideBytes: number;
}

/** Where a time of 64 bits lies as two words; `half`: the upper one has 16 bits. */
export interface TimeWords {
  readonly low: number;
  readonly high: number;
  readonly half?: boolean;
}

/** struct ipc64_perm and the structures of System V IPC that begin with it. */
export interface SysvLayout {
  /** The sequence number of struct ipc64_perm has 32 bits, not 16. */
  readonly wideSequence?: boolean;
  /** struct semid64_ds. */
  readonly sem: {
    readonly bytes: number;
    readonly otime: TimeWords;
    readonly ctime: TimeWords;
    readonly nsems: number;
  };
  /** struct msqid64_ds; `counts`: msg_cbytes, and behind it msg_qnum, msg_qbytes, msg_lspid, msg_lrpid. */
  readonly msg: {
    readonly bytes: number;
    readonly stime: TimeWords;
    readonly rtime: TimeWords;
    readonly ctime: TimeWords;
    readonly counts: number;
  };
  /** struct shmid64_ds; `pids`: shm_cpid, and behind it shm_lpid and shm_nattch. */
  readonly shm: {
    readonly bytes: number;
    readonly segsz: number;
    readonly atime: TimeWords;
    readonly dtime: TimeWords;
    readonly ctime: TimeWords;
    readonly pids: number;
  };
}

/** What an ABI has otherwise than asm-generic; each is as there if left out. */
export interface AbiLayouts {
  /** Of rt_sigaction, and of sigaction, whose mask is one word. */
  readonly sigaction?: ActionLayout;
  readonly oldSigaction?: ActionLayout;
  /** stack_t has ss_size before ss_flags. */
  readonly stackSizeFirst?: boolean;
  /** siginfo_t has si_code before si_errno. */
  readonly siginfoCodeFirst?: boolean;
  /** Offset of l_pid in the struct flock of 32-bit offsets, and the structure's length. */
  readonly flock?: { readonly pid: number; readonly bytes: number };
  readonly termios?: TermiosLayout;
  readonly statfs?: StatfsLayout;
  /** "No limit" in a 32-bit struct rlimit. */
  readonly rlimInfinity?: number;
  readonly sysv?: SysvLayout;
}

/** struct sigaction of the rt calls, and the old one. Linux 6.1 include/linux/signal_types.h, include/uapi/asm-generic/signal.h */
export const GENERIC_SIGACTION: ActionLayout = { bytes: 20, handler: 0, flags: 4, restorer: 8, mask: 12 };
export const GENERIC_OLD_SIGACTION: ActionLayout = { bytes: 16, handler: 0, flags: 8, restorer: 12, mask: 4 };

/** Linux 6.1 include/uapi/asm-generic/termbits.h */
export const GENERIC_TERMIOS: TermiosLayout = {
  bytes: 36,
  line: 16,
  cc: 17,
  nccs: 19,
  ccIndex: Array.from({ length: 19 }, (_, index) => index),
  speeds: -1,
};

/** Linux 6.1 include/uapi/asm-generic/statfs.h */
export const GENERIC_STATFS: StatfsLayout = {
  fields: ['type', 'bsize', 'blocks', 'bfree', 'bavail', 'files', 'ffree', 'fsid', 'namelen', 'frsize', 'flags'],
  bytes: 64,
  wideBytes: 84,
};

/** Linux 6.1 include/uapi/asm-generic/{ipcbuf,sembuf,msgbuf,shmbuf}.h */
export const GENERIC_SYSV: SysvLayout = {
  sem: { bytes: 64, otime: { low: 36, high: 40 }, ctime: { low: 44, high: 48 }, nsems: 52 },
  msg: {
    bytes: 88,
    stime: { low: 36, high: 40 },
    rtime: { low: 44, high: 48 },
    ctime: { low: 52, high: 56 },
    counts: 60,
  },
  shm: {
    bytes: 84,
    segsz: 36,
    atime: { low: 40, high: 44 },
    dtime: { low: 48, high: 52 },
    ctime: { low: 56, high: 60 },
    pids: 64,
  },
};
