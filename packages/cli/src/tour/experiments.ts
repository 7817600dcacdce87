/** One experiment of the tour: a guest command, run once in user mode and once in kernel mode. */
export interface Experiment {
  readonly title: string;
  /** For the table. */
  readonly name: string;
  /** Program by name; /bin or /trusted/bin comes before it. */
  readonly program: string;
  readonly args: readonly string[];
  readonly expect: number;
  readonly memoryMiB?: number;
  readonly swapMiB?: number;
  /** Typed at the terminal when the guest has printed `on`. */
  readonly type?: readonly { readonly on: string; readonly type: string }[];
}

/** The experiments, in the order in which the article on Kernel Mode Linux makes its point. */
export const EXPERIMENTS: readonly Experiment[] = [
  {
    title: 'a shell command',
    name: 'shell command',
    program: 'sh',
    args: ['-c', 'mode; seq 1000 | wc; echo done'],
    expect: 0,
  },
  {
    title: 'a write to address 0 is SIGSEGV, not a panic',
    name: 'null write',
    program: 'nullwrite',
    args: [],
    expect: 139,
  },
  {
    title: 'an endless loop is preempted, and Ctrl-C ends it',
    name: 'endless loop',
    program: 'foreground',
    args: [],
    expect: 0,
    type: [{ on: 'press Ctrl-C', type: '\x03' }],
  },
  { title: 'fork, clone, mmap and pipes', name: 'fork, clone, mmap', program: 'forks', args: [], expect: 0 },
  {
    title: 'page-out: 48 MiB written and read in 16 MiB of memory',
    name: 'page-out',
    program: 'touch',
    args: ['48'],
    expect: 0,
    memoryMiB: 16,
    swapMiB: 128,
  },
  { title: 'what getpid costs', name: 'getpid', program: 'entries', args: [], expect: 0 },
];
