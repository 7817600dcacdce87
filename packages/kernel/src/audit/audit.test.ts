import { describe, expect, it } from 'vitest';
import { BUFFER, fsKit } from '../fs/fs-test-kit.ts';
import { allocAnonFrame } from '../mm/frames.ts';
import { setTimer } from '../time/timers.ts';
import { auditKernel } from './audit.ts';

function kitWithFiles() {
  const kit = fsKit();
  kit.writeAll('/tmp/f', 'content');
  const fd = kit.call('open', '/tmp/f', 0, 0);
  expect(fd).toBeGreaterThanOrEqual(0);
  return { ...kit, fd };
}

describe('the audit', () => {
  it('finds nothing wrong with a kernel at work', () => {
    const kit = kitWithFiles();
    kit.call('dup', kit.fd);
    kit.call('pipe', BUFFER);
    kit.call('unlink', '/tmp/f');
    const { faults, accounts } = auditKernel(kit.kernel);
    expect(faults).toEqual([]);
    const before = accounts.openFiles;
    kit.call('close', kit.fd);
    expect(auditKernel(kit.kernel).accounts.openFiles).toBe(before);
    kit.call('close', kit.fd + 1);
    expect(auditKernel(kit.kernel).accounts).toMatchObject({ openFiles: before - 1, dataBytes: 0 });
  });

  it('finds a page frame that nothing refers to', () => {
    const { kernel } = fsKit();
    const frame = allocAnonFrame(kernel);
    expect(auditKernel(kernel).faults).toEqual([`frame ${frame} (owner 2): 1 references kept, 0 found`]);
  });

  it('finds an open file that was retained and forgotten', () => {
    const { kernel, fd } = kitWithFiles();
    kernel.state.current!.files.fds[fd]!.file.refs += 2;
    expect(auditKernel(kernel).faults).toEqual(['open file (regular, f): 3 references kept, 1 found']);
  });

  it('finds an inode whose users are gone', () => {
    const { kernel, fd } = kitWithFiles();
    kernel.state.current!.files.fds[fd]!.file.inode.users++;
    expect(auditKernel(kernel).faults[0]).toMatch(/^inode \d+ of \w+: 2 users kept, 1 open files found$/);
  });

  it('finds tasks and timers that are left behind', () => {
    const { kernel } = fsKit();
    kernel.state.keyedQueues.set('futex', { waiters: [77] });
    setTimer(kernel, 'wait', 78, 10n);
    expect(auditKernel(kernel).faults).toEqual([
      'task 77 is in a wait queue, but is gone',
      'timer for task 78, which does not wait',
    ]);
  });

  it('counts objects by shape', () => {
    const { kernel } = fsKit();
    const shape = 'deadline id kind sub';
    expect(auditKernel(kernel).accounts.objects.get(shape)).toBeUndefined();
    setTimer(kernel, 'wait', kernel.state.current!.tid, 10n);
    expect(auditKernel(kernel).accounts.objects.get(shape)).toBe(1);
  });
});
