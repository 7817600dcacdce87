import { describe, expect, it } from 'vitest';
import { EAGAIN, EMFILE, ENOSPC, ETIMEDOUT } from '../../errno.ts';
import { fileOps } from '../../fs/file-ops.ts';
import { getFile } from '../../fs/file-table.ts';
import { O_CREAT, O_NONBLOCK, O_RDWR } from '../../fs/open-flags.ts';
import { copyOut, readCString, readWord } from '../../mm/user-access.ts';
import { initialCaps } from '../../task/capabilities.ts';
import { exitTask } from '../../task/exit.ts';
import { newCredentials } from '../../task/new-task.ts';
import { taskKit, USER } from '../../task/task-test-kit.ts';
import type { Task } from '../../types.ts';
import { mqueueTree } from './mqueuefs.ts';
import { mqueueState } from './state.ts';

const [NAME, ATTR, TEXT, PRIORITY, TIME] = [USER, USER + 0x100, USER + 0x200, USER + 0x300, USER + 0x400];

function kitWithQueue(maxMessages: number, size: number, flags = 0) {
  const kit = taskKit();
  const task = kit.newProcess();
  const put = (at: number, words: number[]) =>
    copyOut(kit.kernel, task, at, new Uint8Array(new Int32Array(words).buffer));
  const open = (owner: Task, name: string, messages = maxMessages, bytes = size) => {
    copyOut(kit.kernel, owner, NAME, new TextEncoder().encode(`${name}\0`));
    copyOut(kit.kernel, owner, ATTR, new Uint8Array(new Int32Array([0, messages, bytes, 0, 0, 0, 0, 0]).buffer));
    return kit.call(owner, 'mq_open', NAME, O_RDWR | O_CREAT | flags, 0o600, ATTR) as number;
  };
  return { kit, task, put, open, fd: open(task, 'queue') };
}

describe('POSIX message queues', () => {
  it('hand a message to who waits, and forget who died', () => {
    const { kit, task, fd } = kitWithQueue(1, 16);
    const { kernel } = kit;
    const others = [1, 2].map(() => kernel.state.tasks.get(kit.call(task, 'clone', 0x50f00, USER + 0x1000) as number)!);
    for (const other of others) expect(kit.call(other, 'mq_timedreceive', fd, TEXT, 16, PRIORITY, 0)).toBe('blocked');
    exitTask(kernel, others[0]!, 0);
    copyOut(kernel, task, TEXT + 32, new TextEncoder().encode('hello\0'));
    expect(kit.call(task, 'mq_timedsend', fd, TEXT + 32, 6, 7, 0)).toBe(0);
    expect(kit.resume(others[1]!)).toBe(6);
    expect(readCString(kernel, task, TEXT)).toBe('hello');
    expect(readWord(kernel, task, PRIORITY)).toBe(7);
    expect(kit.call(task, 'mq_timedsend', fd, TEXT, 6, 0, 0)).toBe(0);
    expect(kit.call(others[1]!, 'mq_timedsend', fd, TEXT, 6, 0, 0)).toBe('blocked');
    expect(kit.call(task, 'mq_timedreceive', fd, TEXT, 16, 0, 0)).toBe(6);
    expect(kit.resume(others[1]!)).toBe(0);
  });

  it('give up at an absolute time', () => {
    const { kit, task, put, fd } = kitWithQueue(1, 16);
    const at = kit.kernel.state.bootRealtime / 1_000_000_000n;
    put(TIME, [Number(at) + 2, 0]);
    expect(kit.call(task, 'mq_timedreceive', fd, TEXT, 16, 0, TIME)).toBe('blocked');
    kit.advance(3e9);
    kit.tick();
    expect(kit.resume(task)).toBe(-ETIMEDOUT);
    expect(kit.call(task, 'mq_timedreceive', fd, TEXT, 16, 0, TIME)).toBe(-ETIMEDOUT);
  });

  it('count against the limits of their user, and are seen as files', () => {
    const { kit, task, fd, open } = kitWithQueue(10, 8192, O_NONBLOCK);
    const { kernel } = kit;
    expect(kit.call(task, 'mq_timedreceive', fd, TEXT, 8192, 0, 0)).toBe(-EAGAIN);
    for (let i = 1; i < 9; i++) expect(open(task, `queue${i}`)).toBeGreaterThan(fd);
    expect(open(task, 'too much')).toBe(-EMFILE);
    expect([...mqueueTree(kernel).root.children.keys()].length).toBe(9);
    const into = new Uint8Array(80);
    const file = getFile(task, fd)!;
    const length = fileOps(file).read!(kernel, task, file, into, 0);
    expect(String.fromCharCode(...into.subarray(0, length))).toBe(
      'QSIZE:0          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n',
    );
    mqueueState(kernel).limits.queues_max = 9;
    task.cred = { ...newCredentials(0, 0), euid: 5, caps: initialCaps(5) };
    expect(open(task, 'one more', 1, 1)).toBe(-ENOSPC);
    task.cred = newCredentials(0, 0);
    for (let i = 1; i < 9; i++) {
      copyOut(kernel, task, NAME, new TextEncoder().encode(`queue${i}\0`));
      expect(kit.call(task, 'mq_unlink', NAME)).toBe(0);
    }
    // Open ones live on.
    expect(mqueueState(kernel).queues).toBe(9);
    exitTask(kernel, task, 0);
    expect(mqueueState(kernel).queues).toBe(1);
  });
});
