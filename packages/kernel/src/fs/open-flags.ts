/** Flags of open(), fcntl() and the *at calls. Linux 6.1 include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h */
export const O_ACCMODE = 0o3;
export const O_RDONLY = 0;
export const O_WRONLY = 0o1;
export const O_RDWR = 0o2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NOCTTY = 0o400;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_DSYNC = 0o10000;
export const O_ASYNC = 0o20000;
export const O_DIRECT = 0o40000;
export const O_LARGEFILE = 0o100000;
export const O_DIRECTORY = 0o200000;
export const O_NOFOLLOW = 0o400000;
export const O_NOATIME = 0o1000000;
export const O_CLOEXEC = 0o2000000;
export const O_SYNC = 0o4010000;
export const O_PATH = 0o10000000;
/** O_TMPFILE without O_DIRECTORY. */
export const O_TMPFILE_BIT = 0o20000000;
export const O_TMPFILE = O_TMPFILE_BIT | O_DIRECTORY;

/** Size of a file that can be used without O_LARGEFILE. Linux 6.1 include/linux/fs.h */
export const MAX_NON_LFS = 2 ** 31 - 1;

/** Flags fcntl(F_SETFL) may change. */
export const SETFL_MASK = O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME;

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
/** Same bit as AT_EACCESS: which one is meant depends on the call. */
export const AT_REMOVEDIR = 0x200;
export const AT_EACCESS = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_NO_AUTOMOUNT = 0x800;
export const AT_EMPTY_PATH = 0x1000;

/** Whether these open flags allow reading; O_PATH descriptors and access mode 3 (for ioctl alone) allow nothing. */
export function canRead(flags: number): boolean {
  const access = flags & O_ACCMODE;
  return (flags & O_PATH) === 0 && (access === O_RDONLY || access === O_RDWR);
}

export function canWrite(flags: number): boolean {
  const access = flags & O_ACCMODE;
  return (flags & O_PATH) === 0 && (access === O_WRONLY || access === O_RDWR);
}
