import { describe, expect, it } from 'vitest';
import { EACCES, EEXIST, EINVAL, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EXDEV } from '../errno.ts';
import { newCredentials } from '../task/new-task.ts';
import { fakeHost, fsKit } from './fs-test-kit.ts';
import { pathString } from './path-string.ts';
import { RESOLVE_BENEATH, RESOLVE_IN_ROOT, RESOLVE_NO_SYMLINKS, resolvePath } from './path-walk.ts';

function rooted() {
  const host = fakeHost({
    etc: { passwd: 'root\n', link: { link: 'passwd' }, absolute: { link: '/etc/passwd' } },
    usr: { lib: { x: 'X' }, up: { link: '../../../../../../etc' } },
    lib: { link: 'usr/lib' },
    loop1: { link: 'loop2' },
    loop2: { link: 'loop1' },
    dangling: { link: 'nowhere' },
    escape: { link: '../../../../etc/shadow' },
    dirlink: { link: 'usr/' },
    tmp: {},
    chain0: 'end',
    ...Object.fromEntries(Array.from({ length: 45 }, (_, i) => [`chain${i + 1}`, { link: `chain${i}` }])),
  });
  return { host, ...fsKit({ root: host }) };
}

function where(kit: ReturnType<typeof rooted>, path: string, options = {}): string | number {
  const place = resolvePath(kit.kernel, kit.task, path, options);
  return typeof place === 'number' ? place : pathString(kit.kernel, place);
}

describe('path walk', () => {
  it('follows links, relative, absolute and through directories', () => {
    const kit = rooted();
    expect(where(kit, '/lib/x')).toBe('/usr/lib/x');
    expect(where(kit, '/etc/link')).toBe('/etc/passwd');
    expect(where(kit, '/etc/absolute')).toBe('/etc/passwd');
    expect(where(kit, '/etc/link', { follow: false })).toBe('/etc/link');
    expect(where(kit, '//usr///./lib/../lib//x')).toBe('/usr/lib/x');
    expect(where(kit, '/dirlink', { follow: false })).toBe('/dirlink');
    expect(where(kit, '/dirlink/', { follow: false })).toBe('/usr');
  });

  it('never leaves the root, whatever the links and dots say', () => {
    const kit = rooted();
    expect(where(kit, '/../../..')).toBe('/');
    expect(where(kit, '/usr/up')).toBe('/etc');
    expect(where(kit, '/escape')).toBe(-ENOENT);
    expect(where(kit, '/proc/../../etc/passwd')).toBe('/etc/passwd');
    // The host saw plain relative names only (the fake throws otherwise), and no name of the outside.
    expect(kit.host.asked.every((path) => !path.includes('..'))).toBe(true);
  });

  it('counts links and names', () => {
    const kit = rooted();
    expect(where(kit, '/loop1')).toBe(-ELOOP);
    expect(where(kit, '/chain40')).toBe('/chain0');
    expect(where(kit, '/chain41')).toBe(-ELOOP);
    expect(where(kit, `/${'n'.repeat(256)}`)).toBe(-ENAMETOOLONG);
    expect(where(kit, '/tmp/'.repeat(1000))).toBe(-ENAMETOOLONG);
    expect(where(kit, '')).toBe(-ENOENT);
  });

  it('tells what is no directory', () => {
    const kit = rooted();
    expect(where(kit, '/etc/passwd/')).toBe(-ENOTDIR);
    expect(where(kit, '/etc/passwd/x')).toBe(-ENOTDIR);
    expect(where(kit, '/etc/passwd/..')).toBe(-ENOTDIR);
    expect(where(kit, '/etc/nothing/x')).toBe(-ENOENT);
  });

  it('crosses mounts both ways', () => {
    const kit = rooted();
    expect(where(kit, '/dev/pts/..')).toBe('/dev');
    expect(where(kit, '/dev/null')).toBe('/dev/null');
    expect(where(kit, '/dev/..')).toBe('/');
    expect(where(kit, '/proc/sys/kernel/ostype')).toBe('/proc/sys/kernel/ostype');
  });

  it('keeps a chrooted task inside', () => {
    const kit = rooted();
    expect(kit.call('chroot', '/usr')).toBe(0);
    expect(kit.call('chdir', '/')).toBe(0);
    expect(kit.readAll('/lib/x')).toBe('X');
    expect(kit.readAll('/../../lib/../../lib/x')).toBe('X');
    expect(kit.readAll('/up/passwd')).toBe(-ENOENT);
    expect(kit.call('getcwd', 0x1001_0000, 100)).toBe(2);
  });

  it('honours the resolve flags of openat2', () => {
    const kit = rooted();
    const usr = resolvePath(kit.kernel, kit.task, '/usr');
    if (typeof usr === 'number') throw new Error('usr');
    expect(where(kit, 'up', { at: usr, resolve: RESOLVE_BENEATH })).toBe(-EXDEV);
    expect(where(kit, '..', { at: usr, resolve: RESOLVE_BENEATH })).toBe(-EXDEV);
    expect(where(kit, '/lib', { at: usr, resolve: RESOLVE_BENEATH })).toBe(-EXDEV);
    expect(where(kit, 'lib/../lib/x', { at: usr, resolve: RESOLVE_BENEATH })).toBe('/usr/lib/x');
    expect(where(kit, '/lib/x', { at: usr, resolve: RESOLVE_IN_ROOT })).toBe('/usr/lib/x');
    expect(where(kit, '../../lib', { at: usr, resolve: RESOLVE_IN_ROOT })).toBe('/usr/lib');
    expect(where(kit, 'up', { at: usr, resolve: RESOLVE_NO_SYMLINKS })).toBe(-ELOOP);
  });

  it('checks search permission, with groups and the root override', () => {
    const kit = rooted();
    expect(kit.call('mkdir', '/tmp/secret', 0o700)).toBe(0);
    expect(kit.writeAll('/tmp/secret/f', 'x')).toBe(1);
    const { task } = kit;
    task.cred = { ...newCredentials(1000, 50), groups: [60] };
    expect(kit.readAll('/tmp/secret/f')).toBe(-EACCES);
    task.cred = newCredentials(0, 0);
    expect(kit.call('chown32', '/tmp/secret', 0, 60)).toBe(0);
    expect(kit.call('chmod', '/tmp/secret', 0o750)).toBe(0);
    task.cred = { ...newCredentials(1000, 50), groups: [60] };
    expect(kit.readAll('/tmp/secret/f')).toBe('x');
    expect(kit.writeAll('/tmp/secret/g', 'x')).toBe(-EACCES);
  });
});

describe('open', () => {
  const O_CREAT = 0o100;
  const O_EXCL = 0o200;
  const O_DIRECTORY = 0o200000;
  const O_NOFOLLOW = 0o400000;
  const O_PATH = 0o10000000;

  it('creates through a dangling link, but not exclusively', () => {
    const kit = rooted();
    expect(kit.call('open', '/dangling', O_CREAT | O_EXCL | 1, 0o644)).toBe(-EEXIST);
    const fd = kit.call('open', '/dangling', O_CREAT | 1, 0o644);
    expect(fd).toBeGreaterThanOrEqual(0);
    expect(kit.call('write', fd, 0x1001_0000, kit.store('made'))).toBe(4);
    expect(kit.readAll('/nowhere')).toBe('made');
    expect(kit.host.changes).toEqual([]);
  });

  it('gives the errors of Linux', () => {
    const kit = rooted();
    expect(kit.call('open', '/etc', 1, 0)).toBe(-EISDIR);
    expect(kit.call('open', '/etc/passwd', O_DIRECTORY, 0)).toBe(-ENOTDIR);
    expect(kit.call('open', '/etc/link', O_NOFOLLOW, 0)).toBe(-ELOOP);
    expect(kit.call('open', '/newdir/', O_CREAT, 0o644)).toBe(-EISDIR);
    expect(kit.call('open', '/etc', O_CREAT | O_DIRECTORY, 0)).toBe(-EINVAL);
    const link = kit.call('open', '/etc/link', O_PATH | O_NOFOLLOW, 0);
    expect(link).toBeGreaterThanOrEqual(0);
    expect(kit.call('read', link, 0x1001_0000, 10)).toBeLessThan(0);
    expect(kit.call('readlinkat', link, '', 0x1001_0000, 100)).toBe(6);
    expect(kit.text(6)).toBe('passwd');
  });
});
