import { describe, expect, it } from 'vitest';
import { EACCES, ENOENT } from '../../errno.ts';
import type { Stat } from '../../linux-abi.ts';
import { newCredentials } from '../../task/new-task.ts';
import { BUFFER, fsKit } from '../fs-test-kit.ts';

function proc() {
  const kit = fsKit();
  kit.task.comm = 'prog';
  return { ...kit, pid: kit.task.group.pid };
}

describe('/proc', () => {
  it('lists processes and leads to oneself', () => {
    const kit = proc();
    const other = kit.newTask();
    expect(kit.list('/proc')).toEqual(
      expect.arrayContaining([String(kit.pid), String(other.group.pid), 'self', 'meminfo']),
    );
    expect(kit.call('readlink', '/proc/self', BUFFER, 100)).toBe(String(kit.pid).length);
    expect(kit.readAll('/proc/self/comm')).toBe('prog\n');
    expect(kit.readAll(`/proc/${other.group.pid}/comm`)).toBe('test\n');
    expect(kit.readAll('/proc/thread-self/comm')).toBe('prog\n');
    expect(kit.readAll('/proc/99999/comm')).toBe(-ENOENT);
  });

  it('has stat and status as ps reads them', () => {
    const kit = proc();
    kit.task.comm = 'odd) name';
    const stat = kit.readAll('/proc/self/stat') as string;
    expect(stat.startsWith(`${kit.pid} (odd) name) R `)).toBe(true);
    expect(
      stat
        .slice(stat.lastIndexOf(')') + 2)
        .trim()
        .split(' '),
    ).toHaveLength(50);
    const status = kit.readAll('/proc/self/status') as string;
    expect(status).toContain(`\nPid:\t${kit.pid}\n`);
    expect(status).toContain('\nUid:\t0\t0\t0\t0\n');
    expect(status).toMatch(/\nVmSize:\t +[0-9]+ kB\n/);
    expect((kit.readAll('/proc/self/limits') as string).split('\n')[8]).toMatch(
      /^Max open files +1024 +1048576 +files/,
    );
  });

  it('shows open files as links that can be opened', () => {
    const kit = proc();
    kit.writeAll('/tmp/file', 'content');
    const fd = kit.call('open', '/tmp/file', 0, 0);
    kit.call('unlink', '/tmp/file');
    const length = kit.call('readlink', `/proc/self/fd/${fd}`, BUFFER, 100);
    expect(kit.text(length)).toBe('/tmp/file (deleted)');
    expect(kit.readAll(`/proc/self/fd/${fd}`)).toBe('content');
    expect(kit.readAll(`/dev/fd/${fd}`)).toBe('content');
    expect(kit.readAll('/proc/self/fd/77')).toBe(-ENOENT);
    kit.call('pipe', BUFFER);
    const pipe = kit.call('readlink', `/proc/self/fd/${kit.text(1).charCodeAt(0)}`, BUFFER, 100);
    expect(kit.text(pipe)).toMatch(/^pipe:\[[0-9]+\]$/);
    expect((kit.readAll(`/proc/self/fdinfo/${fd}`) as string).startsWith('pos:\t0\nflags:\t00')).toBe(true);
  });

  it('keeps the links of others from ordinary users', () => {
    const kit = proc();
    const other = kit.newTask();
    expect(kit.call('readlink', `/proc/${other.group.pid}/cwd`, BUFFER, 100)).toBe(1);
    kit.task.cred = newCredentials(1000, 0);
    expect(kit.call('readlink', `/proc/${other.group.pid}/cwd`, BUFFER, 100)).toBe(-EACCES);
    expect(kit.readAll(`/proc/${other.group.pid}/environ`)).toBe(-EACCES);
    expect((kit.stat(`/proc/${other.group.pid}`) as Stat).uid).toBe(0);
  });

  it('tells of the system', () => {
    const kit = proc();
    expect(kit.readAll('/proc/meminfo')).toMatch(/^MemTotal: +8192 kB\nMemFree: /);
    expect(kit.readAll('/proc/sys/kernel/hostname')).toBe('test\n');
    expect(kit.readAll('/proc/kallsyms')).toBe('c0100000 T start\n');
    expect(kit.readAll('/proc/mounts')).toContain('\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n');
    const first = kit.readAll('/proc/sys/kernel/random/boot_id');
    expect(first).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n$/);
    expect(kit.readAll('/proc/sys/kernel/random/boot_id')).toBe(first);
    expect(kit.list('/proc/sys')).toEqual(['fs', 'kernel', 'net', 'vm']);
  });

  it('lets a task name itself', () => {
    const kit = proc();
    expect(kit.writeAll('/proc/self/comm', 'a-name-that-is-too-long\n')).toBe(24);
    expect(kit.task.comm).toBe('a-name-that-is-');
  });
});

describe('/dev', () => {
  it('has the devices programs use', () => {
    const kit = proc();
    const open = (path: string) => kit.call('open', path, 2, 0);
    const zero = open('/dev/zero');
    kit.store('xxxx');
    expect(kit.call('read', zero, BUFFER, 4)).toBe(4);
    expect(kit.text(4)).toBe('\0\0\0\0');
    expect(kit.call('read', open('/dev/null'), BUFFER, 4)).toBe(0);
    expect(kit.call('write', open('/dev/null'), BUFFER, 4)).toBe(4);
    expect(kit.call('write', open('/dev/full'), BUFFER, 4)).toBe(-28);
    expect(kit.call('read', open('/dev/urandom'), BUFFER, 4)).toBe(4);
    expect(kit.text(4)).toBe('ZZZZ');
    expect(open('/dev/tty')).toBe(-6);
  });
});
