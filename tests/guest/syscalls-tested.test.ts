import { syscallRows } from '@kml/kernel';
import { standardRegistry } from '@kml/machine';
import { expect, test } from 'vitest';
import { guestPrograms, programsByCall } from '../real/syscalls/guest-programs.ts';

/** Calls of processes, signals, time and memory that work and that no guest program tests yet. May only shrink. */
const UNTESTED_TASKS: readonly string[] = [
  'brk',
  'capget',
  'capset',
  'get_robust_list',
  'get_thread_area',
  'getrandom',
  'getrlimit',
  'iopl',
  'madvise',
  'membarrier',
  'mincore',
  'mlock',
  'mlock2',
  'mlockall',
  'mmap',
  'mmap2',
  'modify_ldt',
  'mprotect',
  'mremap',
  'msync',
  'munlock',
  'munlockall',
  'munmap',
  'oldolduname',
  'olduname',
  'personality',
  'prlimit64',
  'set_thread_area',
  'setdomainname',
  'sethostname',
  'setrlimit',
  'sysinfo',
  'ugetrlimit',
  'uname',
];

/** The same of files, IPC and networks. */
const UNTESTED_FILES: readonly string[] = ['ioprio_get', 'ioprio_set', 'mount', 'umount', 'umount2'];

const { abi } = standardRegistry().plugins.find(({ name }) => name === 'ia32')!;
const tested = programsByCall();

/** The calls of IA-32 that are full or partial. */
function working(): string[] {
  const rows = syscallRows(abi);
  const works = (number: number) => ['full', 'partial'].includes(rows[number]?.status.level ?? 'none');
  return [...abi.syscallNumbers].filter(([number]) => works(number)).map(([, name]) => name);
}

test('every system call of IA-32 that works is tested by a guest program', () => {
  expect(working().length).toBeGreaterThanOrEqual(330);
  const untested = working().filter((name) => !tested.has(name));
  expect(untested.sort()).toEqual([...UNTESTED_TASKS, ...UNTESTED_FILES].sort());
});

test('guest programs name calls that there are, and each names some', () => {
  const names = new Set(abi.syscallNumbers.values());
  expect([...tested.keys()].filter((name) => !names.has(name))).toEqual([]);
  expect(guestPrograms().filter(({ calls }) => calls.length === 0)).toEqual([]);
});
