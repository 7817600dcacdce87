import type { Architecture } from './tree.ts';

/** A module of Python's test suite, and what is known of it. Patterns are those of fnmatch over case IDs. */
export interface ModuleRow {
  readonly name: string;
  /** What of it is run on every change, where the whole takes too long; all else is left to the soak. */
  readonly quick?: readonly string[];
  /** Cases that are not run, with the cause: what they ask for is not the kernel's to give. */
  readonly excluded?: Readonly<Record<string, string>>;
  /** Cases that end worse than natively, with the cause. One that no longer does must leave this list. */
  readonly worse?: Readonly<Partial<Record<Architecture, Readonly<Record<string, string>>>>>;
}

export const MODULES: readonly ModuleRow[] = [
  { name: 'test_os' },
  { name: 'test_posix' },
  { name: 'test_subprocess' },
  { name: 'test_threading' },
  { name: 'test_signal' },
  { name: 'test_mmap' },
  { name: 'test_select' },
  { name: 'test_selectors' },
  { name: 'test_socket' },
  { name: 'test_tempfile' },
  { name: 'test_shutil' },
  { name: 'test_pty' },
  {
    name: 'test_fcntl',
    worse: { armhf: { 'test_fcntl.TestFcntl.test_fcntl_64_bit': 'the suite leaves it out where the machine is ARM' } },
  },
  { name: 'test_time' },
  { name: 'test_float' },
  { name: 'test_struct' },
  // The same cases for the C and the Python implementation, over thousands of computed numbers; the C one's are the
  // quicker by far.
  { name: 'test_decimal', quick: ['test_decimal.C[!W]*'] },
  // Each of its 375 cases starts some Python processes.
  {
    name: 'test_multiprocessing_fork',
    quick: [
      '*.OtherTest.*',
      '*.TestWait.*',
      '*.TestIgnoreEINTR.*',
      '*.WithProcessesTest[CEHLSV]*',
      '*.TestSimpleQueue.*',
    ],
  },
  {
    name: 'test_asyncio',
    quick: [
      ...['*.test_subprocess.*Pidfd*', '*.test_subprocess.*Threaded*', '*.test_unix_events.*', '*.test_events.EPoll*'],
      ...['*.test_sock_lowlevel.EPoll*', '*.test_sendfile.EPoll*', '*.test_streams.*', '*.test_queues.*'],
    ],
  },
];
