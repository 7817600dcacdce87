import { describe, expect, it } from 'vitest';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EBADF, EEXIST, ENOENT } from '../../errno.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { expireTimers } from '../../time/timers.ts';
import { BUFFER, type FsKit, fsKit } from '../fs-test-kit.ts';

const AT = BUFFER + 0x1000;
const POLLIN = 1;
const POLLOUT = 4;
const POLLHUP = 0x10;
const POLLNVAL = 0x20;

function pipe(kit: FsKit): [number, number] {
  expect(kit.call('pipe', BUFFER)).toBe(0);
  const bytes = kit.text(8);
  return [bytes.charCodeAt(0), bytes.charCodeAt(4)];
}

function poll(kit: FsKit, timeout: number, ...fds: [number, number][]): [number, number[]] {
  const out = new StructWriter(kit.kernel, fds.length * 8);
  for (const [fd, events] of fds) out.u32(fd).u16(events).u16(0);
  copyOut(kit.kernel, kit.task, AT, out.bytes);
  const count = kit.call('poll', AT, fds.length, timeout);
  const reader = new StructReader(kit.kernel, copyIn(kit.kernel, kit.task, AT, fds.length * 8)!);
  return [count, fds.map((_, i) => reader.u16(i * 8 + 6))];
}

/** A kernel whose clock the test moves. */
function clocked(): FsKit & { now: { ns: number } } {
  const kit = fsKit();
  const now = { ns: 0 };
  (kit.kernel.engine as { cycles: () => number }).cycles = () => now.ns;
  return { ...kit, now };
}

describe('poll', () => {
  it('reports what is ready, and bad descriptors', () => {
    const kit = fsKit();
    const [reader, writer] = pipe(kit);
    expect(poll(kit, 0, [reader, POLLIN], [writer, POLLOUT])).toEqual([1, [0, POLLOUT]]);
    kit.call('write', writer, BUFFER, 1);
    expect(poll(kit, -1, [reader, POLLIN], [99, POLLIN], [-1, POLLIN])).toEqual([2, [POLLIN, POLLNVAL, 0]]);
    kit.call('close', writer);
    expect(poll(kit, -1, [reader, POLLIN])).toEqual([1, [POLLIN | POLLHUP]]);
  });

  it('waits for the first of several', () => {
    const kit = fsKit();
    const [one] = pipe(kit);
    const [two, writer] = pipe(kit);
    expect(poll(kit, -1, [one, POLLIN], [two, POLLIN])[0]).toBe(BLOCKED);
    const other = kit.newTask();
    other.files = kit.task.files;
    kit.callAs(other, 'write', writer, BUFFER, 1);
    expect(kit.task.state).toBe('runnable');
    expect(poll(kit, -1, [one, POLLIN], [two, POLLIN])).toEqual([1, [0, POLLIN]]);
  });

  it('keeps its deadline when executed again', () => {
    const kit = clocked();
    const [reader] = pipe(kit);
    expect(poll(kit, 100, [reader, POLLIN])[0]).toBe(BLOCKED);
    kit.now.ns = 60e6;
    kit.task.state = 'runnable';
    expect(poll(kit, 100, [reader, POLLIN])[0]).toBe(BLOCKED);
    kit.now.ns = 101e6;
    expireTimers(kit.kernel);
    expect(kit.task.state).toBe('runnable');
    expect(poll(kit, 100, [reader, POLLIN])).toEqual([0, [0]]);
  });
});

describe('select', () => {
  it('answers in its sets', () => {
    const kit = fsKit();
    const [reader, writer] = pipe(kit);
    kit.call('write', writer, BUFFER, 1);
    const sets = new StructWriter(kit.kernel, 24)
      .u32((1 << reader) | (1 << writer))
      .u32(0)
      .u32(1 << writer)
      .u32(0);
    sets.u32(0).u32(0);
    copyOut(kit.kernel, kit.task, AT, sets.bytes);
    expect(kit.call('_newselect', 8, AT, AT + 8, 0, AT + 16)).toBe(2);
    const reply = new StructReader(kit.kernel, copyIn(kit.kernel, kit.task, AT, 16)!);
    expect([reply.u32(0), reply.u32(8)]).toEqual([1 << reader, 1 << writer]);
    kit.call('close', reader);
    copyOut(kit.kernel, kit.task, AT, sets.bytes);
    expect(kit.call('_newselect', 8, AT, 0, 0, AT + 16)).toBe(-EBADF);
  });
});

describe('epoll', () => {
  const EPOLLET = 0x8000_0000;
  const EPOLLONESHOT = 0x4000_0000;

  function watched(events: number) {
    const kit = fsKit();
    const [reader, writer] = pipe(kit);
    const epoll = kit.call('epoll_create1', 0);
    copyOut(kit.kernel, kit.task, AT, new StructWriter(kit.kernel, 12).u32(events).u64(0x1234_5678_9abcn).bytes);
    expect(kit.call('epoll_ctl', epoll, 1, reader, AT)).toBe(0);
    const wait = () => {
      const count = kit.call('epoll_wait', epoll, AT, 8, 0);
      const reply = new StructReader(kit.kernel, copyIn(kit.kernel, kit.task, AT, 12)!);
      return count === 1 ? [reply.u32(0), reply.u64(4)] : count;
    };
    return { ...kit, reader, writer, epoll, wait };
  }
  const READY = [POLLIN, 0x1234_5678_9abcn];

  it('is level-triggered by default', () => {
    const kit = watched(POLLIN);
    expect(kit.wait()).toBe(0);
    kit.call('write', kit.writer, BUFFER, 2);
    expect(kit.wait()).toEqual(READY);
    expect(kit.wait()).toEqual(READY);
    kit.call('read', kit.reader, BUFFER, 2);
    expect(kit.wait()).toBe(0);
  });

  it('reports an edge once', () => {
    const kit = watched(POLLIN | EPOLLET);
    kit.call('write', kit.writer, BUFFER, 1);
    expect(kit.wait()).toEqual(READY);
    expect(kit.wait()).toBe(0);
    kit.call('write', kit.writer, BUFFER, 1);
    expect(kit.wait()).toEqual(READY);
  });

  it('goes silent after a one-shot until it is armed again', () => {
    const kit = watched(POLLIN | EPOLLONESHOT);
    kit.call('write', kit.writer, BUFFER, 1);
    expect(kit.wait()).toEqual(READY);
    expect(kit.wait()).toBe(0);
    const arm = new StructWriter(kit.kernel, 12).u32(POLLIN).u64(0x1234_5678_9abcn);
    copyOut(kit.kernel, kit.task, AT, arm.bytes);
    expect(kit.call('epoll_ctl', kit.epoll, 3, kit.reader, AT)).toBe(0);
    expect(kit.wait()).toEqual(READY);
  });

  it('forgets files that are closed, and nests', () => {
    const kit = watched(POLLIN);
    const outer = kit.call('epoll_create1', 0);
    copyOut(kit.kernel, kit.task, AT, new StructWriter(kit.kernel, 12).u32(POLLIN).u64(1).bytes);
    expect(kit.call('epoll_ctl', outer, 1, kit.epoll, AT)).toBe(0);
    expect(kit.call('epoll_ctl', kit.epoll, 1, outer, AT)).toBeLessThan(0);
    expect(kit.call('epoll_wait', outer, AT, 8, 0)).toBe(0);
    kit.call('write', kit.writer, BUFFER, 1);
    expect(kit.call('epoll_wait', outer, AT, 8, 0)).toBe(1);
    kit.call('close', kit.reader);
    expect(kit.call('epoll_wait', outer, AT, 8, 0)).toBe(0);
  });

  it('tells files apart that one descriptor stood for in turn', () => {
    const kit = watched(POLLIN);
    const ready = () => kit.call('epoll_wait', kit.epoll, AT + 16, 8, 0);
    const control = (operation: number, fd: number) => kit.call('epoll_ctl', kit.epoll, operation, fd, AT);
    const old = kit.call('dup', kit.reader);
    kit.call('write', kit.writer, BUFFER, 1);
    const [second, secondWriter] = pipe(kit);
    kit.call('write', secondWriter, BUFFER, 1);
    kit.call('dup2', second, kit.reader);
    expect(control(1, kit.reader)).toBe(0);
    expect(control(1, kit.reader)).toBe(-EEXIST);
    expect(ready()).toBe(2);
    expect(control(2, kit.reader)).toBe(0);
    expect(control(2, kit.reader)).toBe(-ENOENT);
    expect(ready()).toBe(1);
    kit.call('dup2', old, kit.reader);
    expect(control(1, kit.reader)).toBe(-EEXIST);
    expect(control(2, kit.reader)).toBe(0);
    expect(ready()).toBe(0);
  });

  it('keeps many descriptors, and forgets closed ones while others come', () => {
    const kit = watched(POLLIN);
    for (let i = 0; i < 100; i++) {
      const [reader, writer] = pipe(kit);
      expect(kit.call('epoll_ctl', kit.epoll, 1, reader, AT)).toBe(0);
      kit.call('write', writer, BUFFER, 1);
      if (i % 2 === 0) kit.call('close', reader);
    }
    expect(kit.call('epoll_wait', kit.epoll, AT + 16, 80, 0)).toBe(50);
  });

  it('wakes a waiter when a watched file becomes ready', () => {
    const kit = watched(POLLIN);
    expect(kit.call('epoll_wait', kit.epoll, AT, 8, -1)).toBe(BLOCKED);
    const other = kit.newTask();
    other.files = kit.task.files;
    kit.callAs(other, 'write', kit.writer, BUFFER, 1);
    expect(kit.task.state).toBe('runnable');
    expect(kit.call('epoll_wait', kit.epoll, AT, 8, -1)).toBe(1);
  });
});

describe('timerfd and eventfd', () => {
  it('count what happened', () => {
    const kit = clocked();
    const fd = kit.call('timerfd_create', 1, 0o4000);
    const spec = new StructWriter(kit.kernel, 16).u32(0).u32(10_000_000).u32(0).u32(5_000_000);
    copyOut(kit.kernel, kit.task, AT, spec.bytes);
    expect(kit.call('timerfd_settime', fd, 0, AT, 0)).toBe(0);
    expect(kit.call('read', fd, BUFFER, 8)).toBeLessThan(0);
    kit.now.ns = 36e6;
    expireTimers(kit.kernel);
    expect(kit.call('read', fd, BUFFER, 8)).toBe(8);
    expect(kit.text(1).charCodeAt(0)).toBe(4);
    const event = kit.call('eventfd2', 3, 1);
    expect(kit.call('read', event, BUFFER, 8)).toBe(8);
    expect(kit.text(1).charCodeAt(0)).toBe(1);
    kit.call('read', event, BUFFER, 8);
    kit.call('read', event, BUFFER, 8);
    expect(kit.call('read', event, BUFFER, 8)).toBe(BLOCKED);
  });
});
