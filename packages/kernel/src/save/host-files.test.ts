import { walkObjects } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { fakeHost, fsKit } from '../fs/fs-test-kit.ts';
import { recordHostFiles, restoreHostFiles } from './host-files.ts';
import { outsideNames } from './unsaveable.ts';

const TREE = { here: 'text of the host', other: 'x'.repeat(9000), second: { same: 'other' } };

function kit(writeRoot: boolean) {
  const host = fakeHost(TREE);
  const fs = fsKit({ root: host, writeRoot });
  const objects = (): object[] => [...walkObjects(fs.kernel.state, outsideNames(fs.kernel)).objects.keys()];
  return { host, objects, ...fs };
}

describe('host files in use', () => {
  test('are recorded wherever they hang, and only those', () => {
    const { call, kernel, objects, readAll } = kit(false);
    expect(readAll('/other')).toBe(TREE.other);
    const fd = call('open', '/here', 0, 0);
    call('unlink', '/here');
    const records = recordHostFiles(objects());
    expect(records.map(({ size, content }) => [size, content])).toEqual([[16, undefined]]);
    // The host, which the guest's unlink does not reach, still has it.
    expect(restoreHostFiles(kernel, objects(), records)).toEqual([]);
    expect(call('lseek', fd, 0, 2)).toBe(16);
  });

  test('of several names are one file still, where the host has other numbers for it', () => {
    const { call, host, kernel, objects, stat } = kit(false);
    const first = stat('/other');
    const { lstat } = host;
    host.lstat = (path) => {
      const found = lstat(path);
      return typeof found === 'number' ? found : { ...found, dev: 77, ino: found.ino + 1000 };
    };
    restoreHostFiles(kernel, objects(), []);
    expect(call('chmod', '/second', 0o600)).toBe(0);
    expect(stat('/other')).toMatchObject({ ino: (first as { ino: number }).ino, mode: 0o100600 });
  });

  test('that are gone or changed are told', () => {
    const { call, kernel, objects } = kit(false);
    call('open', '/here', 0, 0);
    const [record] = recordHostFiles(objects());
    expect(restoreHostFiles(kernel, objects(), [{ ...record!, size: 15 }])).toEqual([
      { path: 'here', change: 'changed' },
    ]);
    expect(restoreHostFiles(kernel, objects(), [{ ...record!, mtimeNs: 1n }])).toEqual([
      { path: 'here', change: 'changed' },
    ]);
    (record!.inode.data as { path: string }).path = 'nowhere';
    expect(restoreHostFiles(kernel, objects(), [record!])).toEqual([{ path: 'nowhere', change: 'gone' }]);
  });

  test('that lost their name on the host go into the save file, and are kept in the kernel from then on', () => {
    const { call, host, kernel, objects, store, text } = kit(true);
    const fd = call('open', '/here', 2, 0);
    expect(call('read', fd, 0x1001_0000, 4)).toBe(4);
    expect(call('unlink', '/here')).toBe(0);
    // The fake host only notes what would change: here the name is taken by another file.
    const { lstat } = host;
    host.lstat = (path) => (path === 'here' ? -2 : lstat(path));
    const records = recordHostFiles(objects());
    expect(new TextDecoder().decode(records[0]!.content)).toBe(TREE.here);
    expect(restoreHostFiles(kernel, objects(), records)).toEqual([]);
    expect(call('read', fd, 0x1001_0000, 100)).toBe(12);
    expect(text(12)).toBe(' of the host');
    store('kept');
    const changes = host.changes.length;
    expect(call('pwrite64', fd, 0x1001_0000, 4, 0)).toBe(4);
    expect(call('pread64', fd, 0x1001_0000, 100, 0)).toBe(16);
    expect(text(16)).toBe('kept of the host');
    expect(call('ftruncate', fd, 4)).toBe(0);
    expect(host.changes).toHaveLength(changes);
    expect(call('close', fd)).toBe(0);
  });
});
