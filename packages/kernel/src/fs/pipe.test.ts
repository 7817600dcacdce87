import { describe, expect, it } from 'vitest';
import { BLOCKED, EAGAIN, ENXIO, EPIPE, ESPIPE } from '../errno.ts';
import { SIGPIPE, sigBit } from '../signal/numbers.ts';
import { hasSignal, union } from '../signal/sig-set.ts';
import { setAction } from '../task/group-test-kit.ts';
import { BUFFER, fsKit } from './fs-test-kit.ts';

function piped(flags = 0) {
  const kit = fsKit();
  expect(kit.call('pipe2', BUFFER, flags)).toBe(0);
  const bytes = kit.text(8);
  return { ...kit, reader: bytes.charCodeAt(0), writer: bytes.charCodeAt(4) };
}

const NONBLOCK = 0o4000;

describe('pipes', () => {
  it('carries bytes in order and ends when the writer is gone', () => {
    const kit = piped();
    kit.store('hello world');
    expect(kit.call('write', kit.writer, BUFFER, 11)).toBe(11);
    expect(kit.call('read', kit.reader, BUFFER + 100, 5)).toBe(5);
    expect(kit.text(5, BUFFER + 100)).toBe('hello');
    kit.call('close', kit.writer);
    expect(kit.call('read', kit.reader, BUFFER, 100)).toBe(6);
    expect(kit.call('read', kit.reader, BUFFER, 100)).toBe(0);
    expect(kit.call('lseek', kit.reader, 0, 0)).toBe(-ESPIPE);
  });

  it('holds 64 KiB and tears no write of up to PIPE_BUF', () => {
    const kit = piped(NONBLOCK);
    expect(kit.call('write', kit.writer, BUFFER, 100_000)).toBe(65536);
    expect(kit.call('write', kit.writer, BUFFER, 1)).toBe(-EAGAIN);
    expect(kit.call('read', kit.reader, BUFFER, 4000)).toBe(4000);
    expect(kit.call('write', kit.writer, BUFFER, 4096)).toBe(-EAGAIN);
    expect(kit.call('write', kit.writer, BUFFER, 5000)).toBe(-EAGAIN);
    expect(kit.call('read', kit.reader, BUFFER, 96)).toBe(96);
    expect(kit.call('write', kit.writer, BUFFER, 5000)).toBe(4096);
    expect(kit.call('fcntl64', kit.writer, 1031, 100_000)).toBe(131_072);
    expect(kit.call('write', kit.writer, BUFFER, 4096)).toBe(4096);
  });

  it('blocks a reader until a writer comes, and a writer until there is room', () => {
    const kit = piped();
    expect(kit.call('read', kit.reader, BUFFER, 10)).toBe(BLOCKED);
    expect(kit.task.state).toBe('sleeping');
    const other = kit.newTask();
    other.files = kit.task.files;
    kit.store('now');
    expect(kit.callAs(other, 'write', kit.writer, BUFFER, 3)).toBe(3);
    expect(kit.task.state).toBe('runnable');
    expect(kit.call('read', kit.reader, BUFFER, 10)).toBe(3);

    expect(kit.call('write', kit.writer, BUFFER, 70_000)).toBe(BLOCKED);
    expect(kit.task.restart).toMatchObject({ call: 'write', done: 65536 });
    expect(kit.callAs(other, 'read', kit.reader, BUFFER, 65536)).toBe(65536);
    expect(kit.task.state).toBe('runnable');
    expect(kit.call('write', kit.writer, BUFFER, 70_000)).toBe(70_000);
    expect(kit.callAs(other, 'read', kit.reader, BUFFER, 65536)).toBe(4464);
  });

  it('ends a half-done write with the bytes done when a signal comes', () => {
    const kit = piped();
    expect(kit.call('write', kit.writer, BUFFER, 70_000)).toBe(BLOCKED);
    kit.task.state = 'runnable';
    kit.task.pending.set = union(kit.task.pending.set, sigBit(10));
    kit.task.work |= 1;
    expect(kit.call('write', kit.writer, BUFFER, 70_000)).toBe(65536);
  });

  it('sends SIGPIPE where nobody reads', () => {
    const kit = piped();
    kit.call('close', kit.reader);
    setAction(kit.task, SIGPIPE, { handler: 0x1234 });
    expect(kit.call('write', kit.writer, BUFFER, 1)).toBe(-EPIPE);
    expect(hasSignal(kit.task.pending.set, SIGPIPE)).toBe(true);
  });

  it('opens both ends of a FIFO together', () => {
    const kit = fsKit();
    expect(kit.call('mknod', '/tmp/ff', 0o010644, 0)).toBe(0);
    expect(kit.call('open', '/tmp/ff', 1 | NONBLOCK, 0)).toBe(-ENXIO);
    expect(kit.call('open', '/tmp/ff', 0, 0)).toBe(BLOCKED);
    const other = kit.newTask();
    const writer = kit.callAs(other, 'open', '/tmp/ff', 1, 0);
    expect(writer).toBeGreaterThanOrEqual(0);
    const reader = kit.call('open', '/tmp/ff', 0, 0);
    expect(reader).toBeGreaterThanOrEqual(0);
    kit.store('through');
    expect(kit.callAs(other, 'write', writer, BUFFER, 7)).toBe(7);
    expect(kit.call('read', reader, BUFFER, 100)).toBe(7);
  });
});
