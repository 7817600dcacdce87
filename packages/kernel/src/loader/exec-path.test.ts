import { describe, expect, it } from 'vitest';
import { releaseFile } from '../fs/file.ts';
import { installFd } from '../fs/file-table.ts';
import { openExecutable, openFile } from '../fs/open.ts';
import { O_RDWR } from '../fs/open-flags.ts';
import { resolveParent, resolvePath } from '../fs/path-walk.ts';
import { makeSymlink } from '../fs/vfs.ts';
import { auditMemory, type TestKernel, testKernel, testProgram, testTask } from '../mm/mm-test-kit.ts';
import { copyIn } from '../mm/user-access.ts';
import { newCredentials } from '../task/new-task.ts';
import type { PathRef, Task } from '../types.ts';
import { makeElf } from './elf-test-kit.ts';
import { loadProgram } from './exec.ts';

const code = new Uint8Array(200).fill(0x90);
const loaderCode = new Uint8Array(400).fill(0xcc);

const STATIC = makeElf({
  type: 'exec',
  entry: 0x0804_8000,
  segments: [{ address: 0x0804_8000, bytes: code, flags: 5 }],
  stackFlags: 6,
});
const DYNAMIC = makeElf({
  type: 'dyn',
  entry: 0x1000,
  segments: [{ address: 0x1000, bytes: code, memorySize: 9000, flags: 6 }],
  interpreter: '/lib/ld.so',
  stackFlags: 6,
});
const LOADER = makeElf({
  type: 'dyn',
  entry: 0x20,
  segments: [{ address: 0, bytes: loaderCode, flags: 5 }],
  stackFlags: 6,
});

function machine(): { kernel: TestKernel; task: Task } {
  const kernel = testKernel();
  const task = testTask(kernel);
  testProgram(kernel, task, '/bin/static', STATIC);
  testProgram(kernel, task, '/bin/dynamic', DYNAMIC);
  testProgram(kernel, task, '/lib/ld.so', LOADER);
  testProgram(kernel, task, '/trusted/bin/static', STATIC);
  testProgram(kernel, task, '/trusted/dynamic', DYNAMIC);
  return { kernel, task };
}

function symlink(kernel: TestKernel, task: Task, path: string, target: string): void {
  const parent = resolveParent(kernel, task, path);
  if (typeof parent === 'number') throw new Error(`${path}: ${parent}`);
  expect(makeSymlink(kernel, task, parent, target)).toBe(0);
}

function run(kernel: TestKernel, task: Task, path: string, argv: string[] = [path]): number {
  const file = openExecutable(kernel, task, path);
  if (typeof file === 'number') return file;
  const result = loadProgram(kernel, task, file, path, argv, []);
  releaseFile(kernel, file);
  return result;
}

describe('program interpreters', () => {
  it('are mapped beside the program and started in its place', () => {
    const { kernel, task } = machine();
    expect(run(kernel, task, '/bin/dynamic')).toBe(0);
    const [start] = kernel.starts;
    const base = start!.entry - 0x20;
    expect(base % 4096).toBe(0);
    expect(base).toBeGreaterThan(0x8000_0000);
    expect(copyIn(kernel, task, base, 400)).toEqual(loaderCode);
    const bias = kernel.abi.dynBase - 0x1000;
    expect(copyIn(kernel, task, bias + 0x1000, 200)).toEqual(code);
    const aux = new Map<number, number>();
    for (let i = 0; i < task.mm!.auxv.length; i += 2) aux.set(task.mm!.auxv[i]!, task.mm!.auxv[i + 1]!);
    expect(aux.get(7)).toBe(base);
    expect(aux.get(9)).toBe(bias + 0x1000);
    expect(task.mm!.brk).toBe(bias + 0x4000);
    expect(task.group.exe).toBe('/bin/dynamic');
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('must be there', () => {
    const { kernel, task } = machine();
    testProgram(kernel, task, '/bin/lost', makeElf(dynamicWith('/lib/none.so')));
    expect(run(kernel, task, '/bin/lost')).toBe(-2);
    testProgram(kernel, task, '/lib/text', text('not a program'));
    testProgram(kernel, task, '/bin/odd', makeElf(dynamicWith('/lib/text')));
    expect(run(kernel, task, '/bin/odd')).toBe(-80);
    expect(task.group.groupExit).toBeUndefined();
  });
});

function dynamicWith(interpreter: string): Parameters<typeof makeElf>[0] {
  return { type: 'dyn', entry: 0x1000, segments: [{ address: 0x1000, bytes: code, flags: 5 }], interpreter };
}

describe('kernel mode', () => {
  const modes = (kernel: TestKernel): boolean[] => kernel.starts.map((start) => start.kernelMode);

  it('is for programs below /trusted, by their resolved path', () => {
    const { kernel, task } = machine();
    symlink(kernel, task, '/bin/out', '/trusted/bin/static');
    symlink(kernel, task, '/trusted/in', '/bin/static');
    testProgram(kernel, task, '/trustedx/static', STATIC);
    for (const path of ['/trusted/bin/static', '/bin/static', '/bin/out', '/trusted/in', '/trustedx/static']) {
      expect(run(kernel, task, path)).toBe(0);
    }
    expect(modes(kernel)).toEqual([true, false, true, false, false]);
  });

  it('looks at the main file, not at its interpreter', () => {
    const { kernel, task } = machine();
    testProgram(kernel, task, '/trusted/ld.so', LOADER);
    testProgram(kernel, task, '/bin/half', makeElf(dynamicWith('/trusted/ld.so')));
    expect(run(kernel, task, '/trusted/dynamic')).toBe(0);
    expect(run(kernel, task, '/bin/half')).toBe(0);
    expect(modes(kernel)).toEqual([true, false]);
  });

  it('is decided by the interpreter of a script', () => {
    const { kernel, task } = machine();
    testProgram(kernel, task, '/trusted/script', text('#!/bin/static\n'));
    testProgram(kernel, task, '/bin/script', text('#!/trusted/bin/static\n'));
    expect(run(kernel, task, '/trusted/script')).toBe(0);
    expect(run(kernel, task, '/bin/script')).toBe(0);
    expect(modes(kernel)).toEqual([false, true]);
  });

  it('is not to be had after chroot', () => {
    const { kernel, task } = machine();
    testProgram(kernel, task, '/jail/trusted/static', STATIC);
    const jail = resolvePath(kernel, task, '/jail') as PathRef;
    task.fs = { ...task.fs, root: jail, cwd: jail };
    expect(run(kernel, task, '/trusted/static')).toBe(0);
    expect(modes(kernel)).toEqual([false]);
  });
});

const text = (value: string): Uint8Array => Uint8Array.from(value, (char) => char.charCodeAt(0));

describe('scripts', () => {
  it('run their interpreter with argument, script name and the rest', () => {
    const { kernel, task } = machine();
    testProgram(kernel, task, '/bin/inner', text('#!/bin/static -i\n'));
    testProgram(kernel, task, '/bin/outer', text('#! /bin/inner  -o  \nbody'));
    expect(run(kernel, task, '/bin/outer', ['ignored', 'x', 'y'])).toBe(0);
    expect(task.group.argv).toEqual(['/bin/static', '-i', '/bin/inner', '-o', '/bin/outer', 'x', 'y']);
    expect(task.comm).toBe('outer');
    expect(task.group.exe).toBe('/bin/static');
  });

  it('nest only so deep, and never without end', () => {
    const { kernel, task } = machine();
    testProgram(kernel, task, '/bin/loop', text('#!/bin/loop\n'));
    expect(run(kernel, task, '/bin/loop')).toBe(-40);
    testProgram(kernel, task, '/bin/gone', text('#!/bin/nowhere\n'));
    expect(run(kernel, task, '/bin/gone')).toBe(-2);
  });
});

describe('credentials and busy files', () => {
  it('follow the set-user-id bit of the file', () => {
    const { kernel, task } = machine();
    const place = resolvePath(kernel, task, '/bin/static') as PathRef;
    place.dentry.inode!.mode |= 0o4000;
    place.dentry.inode!.uid = 33;
    task.cred = newCredentials(1000, 0);
    expect(run(kernel, task, '/bin/static')).toBe(0);
    expect(task.cred).toMatchObject({ uid: 1000, euid: 33, suid: 33, fsuid: 33 });
    expect(task.mm!.auxv[task.mm!.auxv.indexOf(23) + 1]).toBe(1);
  });

  it('a program open for writing is not executed', () => {
    const { kernel, task } = machine();
    const file = openFile(kernel, task, '/bin/static', O_RDWR, 0);
    if (typeof file === 'number') throw new Error(String(file));
    installFd(kernel, task, file);
    expect(run(kernel, task, '/bin/static')).toBe(-26);
  });
});
