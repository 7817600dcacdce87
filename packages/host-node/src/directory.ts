import * as fs from 'node:fs';
import { ELOOP, ENOTDIR, type HostDirectory, type HostStat } from '@kml/kernel';
import { attempt } from './errno.ts';

const { O_RDONLY, O_RDWR, O_NOFOLLOW, O_CREAT, O_EXCL, O_NONBLOCK } = fs.constants;

/**
 * A host directory as the guest's files. Names are bytes (latin1 strings on the kernel's side). Nothing
 * outside the directory is ever reached: paths are made of plain names, and every parent on the way is
 * checked to be a directory, not a symbolic link, before it is passed through.
 */
export function openDirectory(path: string): HostDirectory {
  const root = fs.realpathSync(path);
  const verified = new Set<string>(['']);

  const bytes = (relative: string): Buffer =>
    relative === '' ? Buffer.from(root) : Buffer.concat([Buffer.from(`${root}/`), Buffer.from(relative, 'latin1')]);

  /** 0 if all parents of the path are real directories, else -errno. */
  const checkParents = (relative: string): number => {
    const slash = relative.lastIndexOf('/');
    const parent = slash < 0 ? '' : relative.slice(0, slash);
    if (verified.has(parent)) return 0;
    const names = relative.split('/');
    if (names.some((name) => name === '' || name === '.' || name === '..')) return -ENOTDIR;
    const above = checkParents(parent);
    if (above !== 0) return above;
    const stat = attempt(() => fs.lstatSync(bytes(parent)));
    if (typeof stat === 'number') return stat;
    if (stat.isSymbolicLink()) return -ELOOP;
    if (!stat.isDirectory()) return -ENOTDIR;
    verified.add(parent);
    return 0;
  };

  const through = <T>(relative: string, operation: (at: Buffer) => T): T | number => {
    const parents = checkParents(relative);
    return parents !== 0 ? parents : attempt(() => operation(bytes(relative)));
  };
  const done = (relative: string, operation: (at: Buffer) => void): number => {
    const result = through(relative, operation);
    return typeof result === 'number' ? result : 0;
  };
  /** As done, for what may turn a verified parent into something else. */
  const reshape = (relative: string, operation: (at: Buffer) => void): number => {
    verified.clear();
    verified.add('');
    return done(relative, operation);
  };

  return {
    description: root,
    lstat: (relative) => through(relative, (at) => hostStat(fs.lstatSync(at, { bigint: true }))),
    // A name below the directory has it for a parent, which must be no symbolic link.
    readdir: (relative) =>
      through(relative === '' ? 'x' : `${relative}/x`, () => fs.readdirSync(bytes(relative), 'latin1') as string[]),
    readlink: (relative) => through(relative, (at) => fs.readlinkSync(at, 'latin1')),
    // Non-blocking: a FIFO or device in the tree must not hang the machine.
    open: (relative, write) =>
      through(relative, (at) => fs.openSync(at, (write ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK)) as number,
    close: (handle) => done('', () => fs.closeSync(handle)),
    fstat: (handle) => attempt(() => hostStat(fs.fstatSync(handle, { bigint: true }))),
    read: (handle, position, into) => attempt(() => fs.readSync(handle, into, 0, into.length, position)) as number,
    write: (handle, position, data) => attempt(() => fs.writeSync(handle, data, 0, data.length, position)) as number,
    truncate: (handle, size) => done('', () => fs.ftruncateSync(handle, size)),
    create: (relative, mode) =>
      through(relative, (at) => fs.openSync(at, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode)) as number,
    mkdir: (relative, mode) => done(relative, (at) => fs.mkdirSync(at, mode)),
    symlink: (relative, target) => reshape(relative, (at) => fs.symlinkSync(Buffer.from(target, 'latin1'), at)),
    link: (existing, relative) => {
      const parents = checkParents(existing);
      return parents !== 0 ? parents : done(relative, (at) => fs.linkSync(bytes(existing), at));
    },
    unlink: (relative) => reshape(relative, (at) => fs.unlinkSync(at)),
    rmdir: (relative) => reshape(relative, (at) => fs.rmdirSync(at)),
    rename: (from, to) => {
      const parents = checkParents(from);
      return parents !== 0 ? parents : reshape(to, (at) => fs.renameSync(bytes(from), at));
    },
    chmod: (relative, mode) =>
      through(relative, (at) => {
        if (fs.lstatSync(at).isSymbolicLink()) return -ELOOP;
        fs.chmodSync(at, mode);
        return 0;
      }) as number,
    utimes: (relative, atimeNs, mtimeNs) =>
      done(relative, (at) => fs.lutimesSync(at, Number(atimeNs) / 1e9, Number(mtimeNs) / 1e9)),
  };
}

function hostStat(stat: fs.BigIntStats): HostStat {
  return {
    mode: Number(stat.mode),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: Number(stat.size),
    nlink: Number(stat.nlink),
    ino: Number(stat.ino),
    dev: Number(stat.dev),
    rdev: Number(stat.rdev),
    atimeNs: stat.atimeNs,
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
  };
}
