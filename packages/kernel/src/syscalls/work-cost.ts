/**
 * Cycles that the kernel's work behind a kernel call costs the guest, beside the entry and exit code,
 * which costs what its instructions cost. All assumed: the order of magnitude of Linux on a Pentium 4
 * class machine (lmbench), to be replaced by measured constants of a CPU model.
 */
export const WORK = {
  /** Any call that is not listed. */
  base: 60,
  contextSwitch: 1200,
  interrupt: 600,
  pageFault: 900,
  signalDelivery: 700,
} as const;

/** Calls that only read a word, and calls that do a lot. */
const BY_NAME: Readonly<Record<string, number>> = {
  getpid: 0,
  gettid: 0,
  getppid: 10,
  getuid: 5,
  geteuid: 5,
  getgid: 5,
  getegid: 5,
  getuid32: 5,
  geteuid32: 5,
  getgid32: 5,
  getegid32: 5,
  gettimeofday: 150,
  time: 30,
  clock_gettime: 150,
  clock_gettime64: 150,
  read: 300,
  write: 300,
  open: 1500,
  openat: 1500,
  stat64: 1000,
  fstatat64: 1000,
  statx: 1100,
  close: 200,
  fork: 60_000,
  vfork: 12_000,
  clone: 20_000,
  clone3: 20_000,
  execve: 150_000,
  execveat: 150_000,
  exit: 10_000,
  exit_group: 20_000,
  mmap: 1500,
  mmap2: 1500,
  munmap: 1500,
  mprotect: 1200,
  brk: 600,
  pipe: 2000,
  pipe2: 2000,
};

/** Cycles of the work of a system call, by name. */
export function workOf(name: string): number {
  return BY_NAME[name] ?? WORK.base;
}
