/** A kernel with file systems and tasks that make system calls directly, for tests of the file system. */

import { latin1Bytes, latin1String } from '../abi/struct.ts';
import { EINVAL, EISDIR, ENOENT, ENOTDIR } from '../errno.ts';
import type { HostDirectory, HostStat } from '../host.ts';
import type { Kernel } from '../kernel.ts';
import type { Stat } from '../linux-abi.ts';
import { type TestOptions, testKernel, testTask } from '../mm/mm-test-kit.ts';
import { mmap } from '../mm/mmap.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE } from '../mm/mmap-flags.ts';
import { copyIn, copyOut } from '../mm/user-access.ts';
import type { Task } from '../types.ts';
import { mountRoot } from './mount-root.ts';
import { FS_SYSCALLS } from './syscalls.ts';

/** User memory of every test task: paths and buffers. */
export const PATH_1 = 0x1000_0000;
export const PATH_2 = 0x1000_2000;
export const BUFFER = 0x1001_0000;
export const BUFFER_BYTES = 0x4_0000;

export interface FsKit {
  readonly kernel: Kernel;
  readonly task: Task;
  /** What programs wrote to the console. */
  readonly console: { output: string; input: (Uint8Array | null)[] };
  newTask(): Task;
  /** A system call; strings are put into user memory. */
  call(name: string, ...args: (number | string)[]): number;
  callAs(task: Task, name: string, ...args: (number | string)[]): number;
  /** Bytes of the buffer as text. */
  text(length: number, at?: number): string;
  store(text: string, at?: number): number;
  /** Opens, reads all, closes. A negative number is the error. */
  readAll(path: string): string | number;
  writeAll(path: string, text: string): number;
  stat(path: string, follow?: boolean): Stat | number;
  list(path: string): string[] | number;
}

export interface FsKitOptions extends TestOptions {
  readonly root?: HostDirectory;
  readonly writeRoot?: boolean;
  readonly mounts?: Kernel['options']['mounts'];
  readonly tty?: boolean;
}

export function fsKit(options: FsKitOptions = {}): FsKit {
  const base = testKernel({ frames: 2048, ...options });
  const console = { output: '', input: [] as (Uint8Array | null)[] };
  let lastStat: Stat | undefined;
  const abi = {
    ...base.abi,
    encodeStat64: (stat: Stat) => {
      lastStat = stat;
      return new Uint8Array(96);
    },
    encodeStat: () => new Uint8Array(64),
    cpuinfo: () => 'processor\t: 0\n',
  };
  const kernel: Kernel = {
    ...base,
    abi,
    host: {
      ...base.host,
      console: {
        isTty: () => options.tty ?? false,
        size: () => ({ rows: 25, columns: 80 }),
        write: (_fd: number, bytes: Uint8Array) => {
          console.output += latin1String(bytes);
          return 0;
        },
        read: () => (console.input.length > 0 ? console.input.shift() : undefined),
        setRaw: () => {},
      },
    },
    options: {
      ...base.options,
      root: options.root,
      writeRoot: options.writeRoot ?? false,
      mounts: options.mounts ?? [],
      hostname: 'test',
    },
    image: { segments: [], symbols: new Map([['start', 0xc010_0000]]), textStart: 0xc010_0000, textEnd: 0xc020_0000 },
  } as unknown as Kernel;
  // What kits share looks its directories up in the options.
  Object.assign(base.options, kernel.options);
  kernel.state.hostname = 'test';
  kernel.state.mounts.length = 0;
  const mounted = mountRoot(kernel);
  if (mounted !== 0) throw new Error(`mountRoot: ${mounted}`);

  function newTask(): Task {
    const task = testTask(kernel);
    task.group.pgid = task.group.sid = task.group.pid;
    mmap(kernel, task, PATH_1, BUFFER - PATH_1 + BUFFER_BYTES, 3, MAP_PRIVATE | MAP_ANONYMOUS | 0x10, undefined, 0);
    return task;
  }
  const task = newTask();
  kernel.state.current = task;

  function callAs(caller: Task, name: string, ...args: (number | string)[]): number {
    const row = FS_SYSCALLS.find((candidate) => candidate.name === name);
    if (row === undefined) throw new Error(`no row ${name}`);
    let at = PATH_1;
    const words = args.map((arg) => {
      if (typeof arg === 'number') return arg;
      const address = at;
      at = PATH_2;
      if (!copyOut(kernel, caller, address, latin1Bytes(`${arg}\0`))) throw new Error('path');
      return address;
    });
    kernel.state.current = caller;
    return row.handler(kernel, caller, ...words);
  }
  const call = (name: string, ...args: (number | string)[]) => callAs(task, name, ...args);
  const text = (length: number, at = BUFFER) => latin1String(copyIn(kernel, task, at, length)!);
  const store = (value: string, at = BUFFER) => {
    if (!copyOut(kernel, task, at, latin1Bytes(value))) throw new Error('buffer');
    return value.length;
  };

  return {
    kernel,
    task,
    console,
    newTask,
    call,
    callAs,
    text,
    store,
    readAll(path) {
      const fd = call('open', path, 0, 0);
      if (fd < 0) return fd;
      let result = '';
      for (;;) {
        const count = call('read', fd, BUFFER, BUFFER_BYTES);
        if (count < 0) result += `error ${count}`;
        if (count <= 0) break;
        result += text(count);
      }
      call('close', fd);
      return result;
    },
    writeAll(path, content) {
      const fd = call('open', path, 0o1101, 0o644);
      if (fd < 0) return fd;
      const result = call('write', fd, BUFFER, store(content));
      call('close', fd);
      return result;
    },
    stat(path, follow = true) {
      const result = call(follow ? 'stat64' : 'lstat64', path, BUFFER);
      return result < 0 ? result : lastStat!;
    },
    list(path) {
      const fd = call('open', path, 0o200000, 0);
      if (fd < 0) return fd;
      const names: string[] = [];
      for (;;) {
        const count = call('getdents64', fd, BUFFER, 4096);
        if (count <= 0) break;
        const bytes = copyIn(kernel, task, BUFFER, count)!;
        for (let at = 0; at < count; at += bytes[at + 16]! | (bytes[at + 17]! << 8)) {
          const end = bytes.indexOf(0, at + 19);
          names.push(latin1String(bytes.subarray(at + 19, end)));
        }
      }
      call('close', fd);
      return names.filter((name) => name !== '.' && name !== '..').sort();
    },
  };
}

/** A node of a fake host directory. */
type HostNode =
  | { kind: 'file'; ino: number; mode: number; nlink: number; bytes: Uint8Array }
  | { kind: 'dir'; ino: number; mode: number; children: Map<string, HostNode> }
  | { kind: 'link'; ino: number; target: string };

/** What a test says is on the host. */
export interface HostTree {
  readonly [name: string]: string | HostTree | { readonly link: string } | { readonly same: string };
}

export interface FakeHost extends HostDirectory {
  /** Every call that would change the host. */
  readonly changes: string[];
  /** Every path that was asked about. */
  readonly asked: string[];
  readonly openHandles: () => number;
  contentOf(path: string): string;
}

/** A host directory in memory that records what is asked of it and what would change it. */
export function fakeHost(tree: HostTree): FakeHost {
  let inodes = 100;
  const byPath = new Map<string, HostNode>();
  const changes: string[] = [];
  const asked: string[] = [];
  const handles = new Map<number, HostNode & { kind: 'file' }>();
  let nextHandle = 3;
  const build = (entries: HostTree, prefix: string): HostNode => {
    const node: HostNode = { kind: 'dir', ino: inodes++, mode: 0o755, children: new Map() };
    byPath.set(prefix, node);
    for (const [name, value] of Object.entries(entries)) {
      const path = prefix === '' ? name : `${prefix}/${name}`;
      let child: HostNode;
      if (typeof value === 'string') {
        child = { kind: 'file', ino: inodes++, mode: 0o644, nlink: 1, bytes: latin1Bytes(value) };
      } else if ('same' in value && typeof value.same === 'string') {
        child = byPath.get(value.same)!;
        if (child.kind === 'file') child.nlink++;
      } else if ('link' in value && typeof value.link === 'string') {
        child = { kind: 'link', ino: inodes++, target: value.link };
      } else child = build(value as HostTree, path);
      node.children.set(name, child);
      byPath.set(path, child);
    }
    return node;
  };
  build(tree, '');

  /** As the port demands: plain names only, never through a link. */
  const find = (path: string): HostNode | number => {
    asked.push(path);
    if (path.startsWith('/') || path.split('/').some((name) => name === '..' || name === '.')) {
      throw new Error(`host asked about ${path}`);
    }
    let node = byPath.get('')!;
    if (path === '') return node;
    for (const name of path.split('/')) {
      if (node.kind === 'link') throw new Error(`host path through a link: ${path}`);
      if (node.kind !== 'dir') return -ENOTDIR;
      const next = node.children.get(name);
      if (next === undefined) return -ENOENT;
      node = next;
    }
    return node;
  };
  const change = (what: string): number => {
    changes.push(what);
    return 0;
  };
  const statOf = (node: HostNode): HostStat => ({
    mode: node.kind === 'dir' ? 0o040000 | node.mode : node.kind === 'link' ? 0o120777 : 0o100000 | node.mode,
    uid: 0,
    gid: 0,
    size: node.kind === 'file' ? node.bytes.length : node.kind === 'link' ? node.target.length : 4096,
    nlink: node.kind === 'file' ? node.nlink : node.kind === 'dir' ? 2 : 1,
    ino: node.ino,
    dev: 1,
    rdev: 0,
    atimeNs: 5n,
    mtimeNs: 6n,
    ctimeNs: 7n,
  });
  return {
    description: 'fake',
    changes,
    asked,
    openHandles: () => handles.size,
    contentOf(path) {
      const node = byPath.get(path);
      return node?.kind === 'file' ? latin1String(node.bytes) : '';
    },
    lstat(path) {
      const node = find(path);
      return typeof node === 'number' ? node : statOf(node);
    },
    readdir(path) {
      const node = find(path);
      if (typeof node === 'number') return node;
      return node.kind === 'dir' ? [...node.children.keys()] : -ENOTDIR;
    },
    readlink(path) {
      const node = find(path);
      if (typeof node === 'number') return node;
      return node.kind === 'link' ? node.target : -EINVAL;
    },
    open(path, write) {
      const node = find(path);
      if (typeof node === 'number') return node;
      if (node.kind !== 'file') return -EISDIR;
      if (write) change(`open for writing ${path}`);
      handles.set(nextHandle, node);
      return nextHandle++;
    },
    fstat: (handle) => statOf(handles.get(handle)!),
    close(handle) {
      handles.delete(handle);
    },
    read(handle, position, into) {
      const { bytes } = handles.get(handle)!;
      const part = bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
    write(handle, position, bytes) {
      const node = handles.get(handle)!;
      const grown = new Uint8Array(Math.max(node.bytes.length, position + bytes.length));
      grown.set(node.bytes);
      grown.set(bytes, position);
      node.bytes = grown;
      change(`write ${bytes.length}`);
      return bytes.length;
    },
    truncate(handle, size) {
      const node = handles.get(handle)!;
      const cut = new Uint8Array(size);
      cut.set(node.bytes.subarray(0, size));
      node.bytes = cut;
      return change(`truncate ${size}`);
    },
    create(path, mode) {
      change(`create ${path}`);
      const slash = path.lastIndexOf('/');
      const parent = byPath.get(path.slice(0, Math.max(0, slash)));
      const node: HostNode & { kind: 'file' } = {
        kind: 'file',
        ino: inodes++,
        mode,
        nlink: 1,
        bytes: new Uint8Array(0),
      };
      if (parent?.kind === 'dir') parent.children.set(path.slice(slash + 1), node);
      byPath.set(path, node);
      handles.set(nextHandle, node);
      return nextHandle++;
    },
    mkdir: (path) => change(`mkdir ${path}`),
    symlink: (path) => change(`symlink ${path}`),
    link: (_from, path) => change(`link ${path}`),
    unlink: (path) => change(`unlink ${path}`),
    rmdir: (path) => change(`rmdir ${path}`),
    rename: (from, to) => change(`rename ${from} ${to}`),
    chmod: (path) => change(`chmod ${path}`),
    utimes: (path) => change(`utimes ${path}`),
  };
}
