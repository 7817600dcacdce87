import { describe, expect, it } from 'vitest';
import { EACCES, ENOENT } from '../../errno.ts';
import { newCredentials } from '../../task/new-task.ts';
import { BUFFER, fsKit } from '../fs-test-kit.ts';

function mounted() {
  const kit = fsKit();
  kit.call('mkdir', '/s', 0o755);
  kit.store('sysfs\0', BUFFER);
  expect(kit.call('mount', 'none', '/s', BUFFER, 0, 0)).toBe(0);
  return kit;
}

describe('/sys', () => {
  it('shows one processor and the interface, through links too', () => {
    const kit = mounted();
    expect(kit.readAll('/s/devices/system/cpu/possible')).toBe('0\n');
    expect(kit.list('/s/class/net')).toEqual(['lo']);
    expect(kit.readAll('/s/class/net/lo/mtu')).toBe('65536\n');
    expect(kit.readAll('/s/dev/char/1:3/dev')).toBe('1:3\n');
    expect(kit.list('/s/dev/block')).toEqual([]);
  });

  it('takes no writes and no new names, from root either', () => {
    const kit = mounted();
    expect(kit.call('open', '/s/class/net/lo/mtu', 1, 0)).toBe(-EACCES);
    expect(kit.call('mkdir', '/s/kernel/x', 0o755)).toBeLessThan(0);
    expect(kit.call('unlink', '/s/kernel/uevent_seqnum')).toBeLessThan(0);
    expect(kit.readAll('/s/kernel/nothing')).toBe(-ENOENT);
    kit.task.cred = newCredentials(1000, 1000);
    expect(kit.readAll('/s/kernel/uevent_seqnum')).toBe('0\n');
  });
});
