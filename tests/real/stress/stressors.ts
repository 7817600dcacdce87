/** One stressor of Debian's stress-ng and how it is run here. */
export interface Stressor {
  /** As `stress-ng --stressors` has it; its options are --NAME and --NAME-ops. */
  readonly name: string;
  /**
   * Bogo operations after which it is to end by itself; 'second': it ends by the clock only (on Linux too), so
   * it runs for one second of virtual time.
   */
  readonly ops: number | 'second';
  /** The same where another architecture's run does the most of it. */
  readonly few?: number;
  /** Further options of stress-ng. */
  readonly options?: readonly string[];
  /** Its count of operations says nothing. */
  readonly uncounted?: boolean;
  /** Runs as an ordinary user. */
  readonly user?: boolean;
  /** Why it is run otherwise than most. */
  readonly why?: string;
}

const row = (name: string, ops: number | 'second', more?: Omit<Stressor, 'name' | 'ops'>): Stressor => ({
  name,
  ops,
  ...more,
});

const MEMORY = 'its own default is as much as the whole machine has';
const CLOCK = 'the process that counts waits for the end of time';

export const STRESSORS: readonly Stressor[] = [
  // ---- processes and threads
  row('fork', 100, { few: 20 }),
  row('vfork', 100, { few: 20 }),
  row('clone', 50, { few: 10 }),
  row('exec', 'second', { user: true, why: `refuses to run as root; ${CLOCK}` }),
  row('pthread', 50, { few: 10 }),
  row('wait', 10, { few: 3 }),
  row('zombie', 50, { few: 10 }),
  row('session', 10, { few: 3 }),
  row('daemon', 20, { few: 5 }),
  row('context', 20, { few: 5 }),
  row('switch', 500, { few: 50 }),
  row('yield', 'second', { why: CLOCK }),
  row('schedpolicy', 50, { few: 10 }),
  row('nice', 5, { few: 2 }),
  // ---- locks, semaphores, System V and POSIX IPC
  row('futex', 500, { few: 50 }),
  row('mutex', 500, { few: 50 }),
  row('sem', 'second', { why: CLOCK }),
  row('sem-sysv', 500, { few: 50 }),
  row('shm', 5, { few: 1 }),
  row('shm-sysv', 5, { few: 1 }),
  row('msg', 500, { few: 50 }),
  row('mq', 500, { few: 50 }),
  // ---- pipes, polling, descriptors as events
  row('pipe', 1000, { few: 100 }),
  row('fifo', 500, { few: 50 }),
  row('poll', 50, { few: 10 }),
  row('epoll', 'second', {
    why: `${CLOCK}; a 32-bit one stops early, on Linux too: it hands epoll_pwait2 a time of 8 bytes`,
  }),
  row('eventfd', 200, { few: 20 }),
  // ---- signals
  row('signal', 500, { few: 50 }),
  row('sigq', 500, { few: 50 }),
  row('sigrt', 500, { few: 50 }),
  row('sigsegv', 200, { few: 20 }),
  row('sigchld', 50, { few: 10 }),
  row('sigpending', 200, { few: 20 }),
  row('sigsuspend', 200, { few: 20 }),
  row('sigfpe', 50, {
    few: 10,
    uncounted: true,
    why: 'ended by a count it says that it has done nothing, on Linux too',
  }),
  // ---- time
  row('timer', 200, { few: 20 }),
  row('timerfd', 200, { few: 20 }),
  row('itimer', 10, { few: 3 }),
  row('nanosleep', 20, { few: 3 }),
  // ---- memory
  row('mmap', 10, { few: 2, options: ['--mmap-bytes', '1M'], why: MEMORY }),
  row('mmapfork', 3, { few: 1 }),
  row('mremap', 5, { few: 1, options: ['--mremap-bytes', '1M'], why: MEMORY }),
  row('mprotect', 100, { few: 10 }),
  row('madvise', 5, { few: 1 }),
  row('brk', 200, { few: 20 }),
  row('stack', 5, { few: 1 }),
  row('bigheap', 100, { few: 10 }),
  row('vm', 20, { few: 2, options: ['--vm-bytes', '1M'], why: MEMORY }),
  row('fault', 100, { few: 10 }),
  // ---- files
  row('dir', 20, { few: 5 }),
  row('dentry', 200, { few: 20 }),
  row('file-ioctl', 20, { few: 5 }),
  row('flock', 100, { few: 10 }),
  row('lockf', 100, { few: 10 }),
  row('locka', 100, { few: 10 }),
  row('lockofd', 100, { few: 10 }),
  row('link', 1),
  row('symlink', 1),
  row('rename', 200, { few: 20 }),
  row('seek', 200, { few: 20 }),
  row('sendfile', 20, { few: 2 }),
  row('splice', 20, { few: 5 }),
  row('tee', 50, { few: 5 }),
  row('copy-file', 10, { few: 2 }),
  row('fallocate', 10, { few: 2 }),
  row('inotify', 3, { few: 1 }),
  row('getdent', 10, { few: 2 }),
  row('chdir', 1),
  row('chmod', 50, { few: 5 }),
  row('access', 50, { few: 5 }),
  row('open', 100, { few: 10 }),
  row('close', 100, { few: 10 }),
  row('dup', 20, { few: 2 }),
  row('fcntl', 50, { few: 5 }),
  row('utime', 100, { few: 10 }),
  row('procfs', 10, { few: 2 }),
  // ---- sockets and terminals
  row('sock', 50, { few: 5 }),
  row('sockpair', 50, { few: 5 }),
  row('sockfd', 100, { few: 10 }),
  row('udp', 200, { few: 20 }),
  row('pty', 2, { few: 1 }),
  // ---- the CPU
  row('memcpy', 5, { few: 1 }),
  row('str', 100, { few: 10 }),
  row('cpu', 100, { options: ['--cpu-method', 'all'], why: 'all methods, one after the other' }),
  row('matrix', 30, { few: 5 }),
];
