import { describe, expect, it } from 'vitest';
import { EEXIST, ENOENT, ENOTEMPTY, EROFS } from '../../errno.ts';
import type { Stat } from '../../linux-abi.ts';
import { fakeHost, fsKit } from '../fs-test-kit.ts';

const TREE = {
  etc: { hosts: 'localhost', motd: 'welcome', sub: { deep: 'deep', other: 'other' } },
  big: 'x'.repeat(20000),
  one: 'shared',
  two: { same: 'one' },
  tmp: {},
};

function view(options = {}) {
  const host = fakeHost(TREE);
  return { host, ...fsKit({ root: host, ...options }) };
}

describe('copy-on-write view of a host directory', () => {
  it('reads through, lazily', () => {
    const kit = view();
    expect(kit.readAll('/etc/hosts')).toBe('localhost');
    expect(kit.list('/etc')).toEqual(['hosts', 'motd', 'sub']);
    expect(kit.host.asked).not.toContain('etc/sub/deep');
    expect(kit.readAll('/etc/none')).toBe(-ENOENT);
  });

  it('keeps writes to itself, page by page', () => {
    const kit = view();
    const fd = kit.call('open', '/big', 2, 0);
    kit.store('CHANGED');
    expect(kit.call('pwrite64', fd, 0x1001_0000, 7, 5000)).toBe(7);
    expect(kit.call('close', fd)).toBe(0);
    const text = kit.readAll('/big') as string;
    expect(text.length).toBe(20000);
    expect(text.slice(4990, 5020)).toBe(`${'x'.repeat(10)}CHANGED${'x'.repeat(13)}`);
    expect(kit.host.contentOf('big')).toBe(TREE.big);
    expect(kit.host.changes).toEqual([]);
  });

  it('truncates and grows without the old bytes coming back', () => {
    const kit = view();
    expect(kit.call('truncate', '/big', 10)).toBe(0);
    expect(kit.call('truncate', '/big', 9000)).toBe(0);
    const text = kit.readAll('/big') as string;
    expect(text).toBe('x'.repeat(10) + '\0'.repeat(8990));
    expect(kit.host.changes).toEqual([]);
  });

  it('removes, replaces and renames names of the host by whiteouts', () => {
    const kit = view();
    expect(kit.call('unlink', '/etc/hosts')).toBe(0);
    expect(kit.readAll('/etc/hosts')).toBe(-ENOENT);
    expect(kit.list('/etc')).toEqual(['motd', 'sub']);
    expect(kit.call('mkdir', '/etc/hosts', 0o755)).toBe(0);
    expect(kit.list('/etc/hosts')).toEqual([]);
    expect(kit.call('rmdir', '/etc/hosts')).toBe(0);
    expect(kit.readAll('/etc/hosts')).toBe(-ENOENT);
    expect(kit.call('rename', '/etc/sub', '/tmp/moved')).toBe(0);
    expect(kit.list('/tmp/moved')).toEqual(['deep', 'other']);
    expect(kit.readAll('/tmp/moved/deep')).toBe('deep');
    expect(kit.list('/etc')).toEqual(['motd']);
    // A new directory at the old place does not show the host's content.
    expect(kit.call('mkdir', '/etc/sub', 0o755)).toBe(0);
    expect(kit.list('/etc/sub')).toEqual([]);
    expect(kit.call('rename', '/etc/motd', '/tmp/moved/deep')).toBe(0);
    expect(kit.readAll('/tmp/moved/deep')).toBe('welcome');
    expect(kit.host.changes).toEqual([]);
  });

  it('refuses to remove a directory with names of the host in it', () => {
    const kit = view();
    expect(kit.call('rmdir', '/etc')).toBe(-ENOTEMPTY);
    expect(kit.call('rename', '/tmp', '/etc')).toBe(-ENOTEMPTY);
    expect(kit.call('mkdir', '/etc', 0o755)).toBe(-EEXIST);
  });

  it('shows hard links of the host as one file', () => {
    const kit = view();
    const one = kit.stat('/one') as Stat;
    const two = kit.stat('/two') as Stat;
    expect(one.ino).toBe(two.ino);
    expect(one.nlink).toBe(2);
    expect(kit.writeAll('/two', 'changed')).toBe(7);
    expect(kit.readAll('/one')).toBe('changed');
    expect(kit.call('unlink', '/one')).toBe(0);
    expect((kit.stat('/two') as Stat).nlink).toBe(1);
    expect(kit.host.contentOf('one')).toBe('shared');
  });

  it('keeps an unlinked file readable while it is open, and closes host handles', () => {
    const kit = view();
    const fd = kit.call('open', '/etc/hosts', 0, 0);
    expect(kit.call('unlink', '/etc/hosts')).toBe(0);
    expect(kit.call('read', fd, 0x1001_0000, 100)).toBe(9);
    expect(kit.text(9)).toBe('localhost');
    expect(kit.host.openHandles()).toBe(1);
    kit.call('close', fd);
    expect(kit.host.openHandles()).toBe(0);
  });

  it('keeps attributes to itself', () => {
    const kit = view();
    expect(kit.call('chmod', '/etc/hosts', 0o4711)).toBe(0);
    expect(kit.call('chown32', '/etc/motd', 7, 8)).toBe(0);
    expect((kit.stat('/etc/hosts') as Stat).mode).toBe(0o104711);
    expect(kit.stat('/etc/motd')).toMatchObject({ uid: 7, gid: 8 });
    expect(kit.host.changes).toEqual([]);
  });

  it('does not show when the host last read a file: no run would be the same again', () => {
    expect(view().stat('/etc/hosts')).toMatchObject({ atime: 6n, mtime: 6n, ctime: 7n });
    expect(view({ writeRoot: true }).stat('/etc/hosts')).toMatchObject({ atime: 5n, mtime: 6n, ctime: 7n });
  });
});

describe('other mounts of host directories', () => {
  it('passes writes through where the root is writable', () => {
    const kit = view({ writeRoot: true });
    expect(kit.writeAll('/etc/hosts', 'new')).toBe(3);
    expect(kit.host.contentOf('etc/hosts')).toBe('new');
    expect(kit.writeAll('/etc/fresh', 'hello')).toBe(5);
    expect(kit.host.contentOf('etc/fresh')).toBe('hello');
    expect(kit.call('rename', '/etc/fresh', '/etc/older')).toBe(0);
    expect(kit.call('unlink', '/etc/motd')).toBe(0);
    expect(kit.host.changes).toContain('rename etc/fresh etc/older');
    expect(kit.host.changes).toContain('unlink etc/motd');
  });

  it('refuses writes to a read-only mount and makes its mount point in the view only', () => {
    const data = fakeHost({ file: 'data' });
    const host = fakeHost(TREE);
    const kit = fsKit({ root: host, mounts: [{ host: data, guest: '/mnt/a/data', readOnly: true }] });
    expect(kit.readAll('/mnt/a/data/file')).toBe('data');
    expect(kit.writeAll('/mnt/a/data/file', 'no')).toBe(-EROFS);
    expect(kit.call('unlink', '/mnt/a/data/file')).toBe(-EROFS);
    expect(kit.call('mkdir', '/mnt/a/data/d', 0o755)).toBe(-EROFS);
    expect(data.changes).toEqual([]);
    expect(host.changes).toEqual([]);
  });
});
