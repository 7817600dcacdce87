import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCKED } from '../errno.ts';
import { leaveQueues } from '../sched/wait.ts';
import { setAction } from '../task/group-test-kit.ts';
import { attachConsole } from './console.ts';
import { BUFFER, fakeHost, fsKit, PATH_1, PATH_2 } from './fs-test-kit.ts';
import { FS_SYSCALLS } from './syscalls.ts';

const PATHS = [
  '/tmp/a',
  '/tmp/b/c',
  'tmp',
  '/proc/self/fd/3',
  '/dev/ptmx',
  '/dev/pts/0',
  '/dev/tty',
  '/etc/f',
  '.',
  '',
];

const ADDRESSES = [PATH_1, PATH_2, BUFFER, BUFFER + 4, BUFFER + 0x1000, 0];
const FLAGS = [0, 0, 0, 1, 2, 4, 0o100, 0o102, 0o4000, 0o2000000, 0o200000, 0o10000000, 0o20200002, 0x1000];
const INTS = [0, 1, 2, 3, 7, 8, 9, 14, 0x5401, 0x5402, 0x540e, 0x5410, 0x541b, 0x5422];
const ODD = [-1, 0xc010_0000, 0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 0x1000];

/** What fits an argument of a type, chosen by a number. */
function fitting(type: string, choice: number): number {
  switch (type) {
    case 'fd':
      return choice % 20 === 19 ? -100 : choice % 20;
    case 'path':
    case 'ptr':
    case 'buf':
    case 'outbuf':
      return ADDRESSES[choice % ADDRESSES.length]!;
    case 'size':
    case 'u64':
      return choice % 5 === 0 ? 8 : choice % 300;
    case 'flags':
    case 'mode':
      return FLAGS[choice % FLAGS.length]!;
    default:
      return INTS[choice % INTS.length]!;
  }
}

/** An argument: a choice of what fits its type, or anything. */
const argument = fc.oneof(
  { weight: 12, arbitrary: fc.record({ choice: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: fc.integer() },
);
type Argument = { choice: number } | number;

const word = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -1, max: 16 }) },
  { weight: 3, arbitrary: fc.constantFrom(BUFFER, BUFFER + 0x40, 1, 8, 0o644) },
  { weight: 1, arbitrary: fc.integer() },
);

const step = fc.record({
  row: fc.nat(FS_SYSCALLS.length - 1),
  args: fc.array(argument as fc.Arbitrary<Argument>, { minLength: 8, maxLength: 8 }),
  first: fc.constantFrom(...PATHS),
  second: fc.constantFrom(...PATHS),
  buffer: fc.array(word, { minLength: 8, maxLength: 8 }),
});

/** As the dispatcher hands arguments over: signed or not by their type. */
function converted(types: readonly string[], args: readonly Argument[]): number[] {
  return types.map((type, i) => {
    const arg = args[i]!;
    const value = (typeof arg === 'number' ? arg : fitting(type, arg.choice)) | 0;
    const signed = type === 'int' || type === 'long' || type === 'fd' || type === 'pid' || type === 'u64';
    return signed ? value : value >>> 0;
  });
}

/** Something of every kind, so that most calls find what they are about. */
function openOneOfEach(kit: ReturnType<typeof fsKit>): void {
  for (const [path, flags] of [
    ['/tmp/a', 0o102],
    ['/etc/f', 2],
    ['/etc', 0o200000],
    ['/proc', 0o200000],
    ['/dev/ptmx', 2],
    ['/dev/zero', 2],
  ] as const) {
    expect(kit.call('open', path, flags, 0o644)).toBeGreaterThan(2);
  }
  kit.call('pipe2', BUFFER, 0o4000);
  kit.call('pipe2', BUFFER, 0);
  kit.call('socketpair', 1, 1, 0, BUFFER);
  kit.call('socket', 1, 2, 0);
  kit.call('epoll_create1', 0);
  kit.call('timerfd_create', 1, 0);
  kit.call('inotify_init1', 0);
  kit.call('eventfd2', 3, 0);
}

describe('system calls with random arguments', () => {
  it('never throw, and leave no references behind', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 120 }), (steps) => {
        const host = fakeHost({ etc: { f: 'text', l: { link: 'f' } }, tmp: {} });
        const kit = fsKit({ tty: true, root: host });
        attachConsole(kit.kernel, kit.task);
        const { task, kernel } = kit;
        for (let signo = 1; signo <= 64; signo++) setAction(task, signo, { handler: 1 });
        openOneOfEach(kit);
        for (const { row, args, first, second, buffer } of steps) {
          const { name, args: types, handler } = FS_SYSCALLS[row]!;
          if (name === 'chroot' || name === 'mount' || name === 'close_range') continue;
          kit.store(`${first}\0`, PATH_1);
          kit.store(`${second}\0`, PATH_2);
          kit.store(String.fromCharCode(...new Uint8Array(new Int32Array(buffer).buffer)));
          const result = handler(kernel, task, ...converted(types, args));
          expect([name, typeof result, Number.isInteger(result)]).toEqual([name, 'number', true]);
          expect([name, result > -4096 || result === BLOCKED]).toEqual([name, true]);
          leaveQueues(kernel, task);
          task.state = 'runnable';
          task.restart = undefined;
          task.savedSigMask = undefined;
        }
        expect(host.changes).toEqual([]);
        for (let fd = task.files.fds.length - 1; fd >= 0; fd--) kit.call('close', fd);
        expect(task.files.fds).toEqual([]);
        expect(host.openHandles()).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
