import { describe, expect, it } from 'vitest';
import { ENOEXEC } from '../errno.ts';
import { releaseFile } from '../fs/file.ts';
import { exitMm } from '../mm/exit.ts';
import { freeKernelStack } from '../mm/kernel-stack.ts';
import { auditMemory, type TestKernel, testFile, testKernel, testTask } from '../mm/mm-test-kit.ts';
import { cachedPage, peekPage } from '../mm/page-cache.ts';
import { PROT_EXEC } from '../mm/pte.ts';
import { copyIn, readCString, readWord } from '../mm/user-access.ts';
import { findVma } from '../mm/vma.ts';
import type { Task } from '../types.ts';
import { elfFacts, readElf } from './elf.ts';
import { makeElf } from './elf-test-kit.ts';
import { loadProgram } from './exec.ts';

const code = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
const data = new Uint8Array(100).fill(0xdd);

const STATIC = makeElf({
  type: 'exec',
  entry: 0x0804_8100,
  segments: [
    { address: 0x0804_8100, bytes: code, flags: 5 },
    { address: 0x0804_a000, bytes: data, memorySize: 10_000, flags: 6 },
  ],
  stackFlags: 6,
});

const PIE = makeElf({
  type: 'dyn',
  entry: 0x400,
  segments: [
    { address: 0x400, bytes: code, flags: 5 },
    { address: 0x2000, bytes: data, memorySize: 5000, flags: 6 },
  ],
  stackFlags: 6,
});

function dispose(kernel: TestKernel, task: Task): void {
  exitMm(kernel, task);
  freeKernelStack(kernel, task.stackSlot);
  kernel.state.tasks.delete(task.tid);
  kernel.state.groups.delete(task.group.pid);
}

function run(kernel: TestKernel, task: Task, file: Uint8Array, argv = ['prog', 'one'], envp = ['A=b']): number {
  const open = testFile(kernel, file);
  const result = loadProgram(kernel, task, open, '/bin/prog', argv, envp);
  releaseFile(kernel, open);
  return result;
}

/** argc, argv, envp and the auxiliary vector as the program finds them. */
function readStack(kernel: TestKernel, task: Task): { argv: string[]; envp: string[]; aux: Map<number, number> } {
  let at = task.mm!.stackStart;
  const next = (): number => {
    const word = readWord(kernel, task, at)! >>> 0;
    at += 4;
    return word;
  };
  const strings = (): string[] => {
    const list: string[] = [];
    for (let word = next(); word !== 0; word = next()) list.push(readCString(kernel, task, word) as string);
    return list;
  };
  const argc = next();
  const argv = strings();
  expect(argv).toHaveLength(argc);
  const envp = strings();
  const aux = new Map<number, number>();
  for (let type = next(); type !== 0; type = next()) aux.set(type, next());
  return { argv, envp, aux };
}

describe('reading an ELF file', () => {
  it('knows what it read before, as long as the file is the same', () => {
    const kernel = testKernel();
    const { inode } = testFile(kernel, STATIC);
    cachedPage(kernel, inode, 0);
    const first = readElf(kernel, inode);
    expect(first).toMatchObject({ entry: 0x0804_8100 });
    expect(readElf(kernel, inode)).toBe(first);
    // The entry point, in the header; by write and by a shared mapping alike it is the page's bytes that count.
    kernel.memory.writeFrame(peekPage(kernel, inode, 0), 24, Uint8Array.of(0x04, 0x81, 0x04, 0x08));
    expect(readElf(kernel, inode)).toMatchObject({ entry: 0x0804_8104 });
    kernel.memory.writeFrame(peekPage(kernel, inode, 0), 0, Uint8Array.of(0));
    expect(readElf(kernel, inode)).toBe(-ENOEXEC);
  });
});

describe('loading a program', () => {
  it('maps a static file, clears its bss and sets the break behind it', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    expect(run(kernel, task, STATIC)).toBe(0);
    const mm = task.mm!;
    const marks = [{ flags: 0, segment: undefined }];
    expect(kernel.starts).toEqual([{ marks, entry: 0x0804_8100, sp: mm.stackStart, kernelMode: false }]);
    expect(mm.stackStart % 16).toBe(0);
    expect(copyIn(kernel, task, 0x0804_8100, 300)).toEqual(code);
    expect(copyIn(kernel, task, 0x0804_a000, 100)).toEqual(data);
    expect(copyIn(kernel, task, 0x0804_a000 + 100, 9900)).toEqual(new Uint8Array(9900));
    expect(mm.brk).toBe(0x0804_d000);
    expect(findVma(mm, 0x0804_a000)!.prot & PROT_EXEC).toBe(0);
    expect(task.comm).toBe('prog');
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('builds the stack as the ABI has it', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    expect(run(kernel, task, STATIC, ['a', '', 'caf\u00e9'], ['X=1', 'Y='])).toBe(0);
    const { argv, envp, aux } = readStack(kernel, task);
    expect(argv).toEqual(['a', '', 'caf\u00e9']);
    expect(envp).toEqual(['X=1', 'Y=']);
    expect(aux.get(6)).toBe(4096);
    expect(aux.get(9)).toBe(0x0804_8100);
    expect(aux.get(5)).toBe(3);
    expect(aux.get(23)).toBe(0);
    expect(aux.get(33)).toBe(task.mm!.vdso);
    expect(readCString(kernel, task, aux.get(31)!)).toBe('/bin/prog');
    expect(readCString(kernel, task, aux.get(15)!)).toBe('i686');
    expect(copyIn(kernel, task, aux.get(25)!, 16)).toEqual(new Uint8Array(16).fill(0x5a));
    const { mm } = task;
    expect(copyIn(kernel, task, mm!.argStart, mm!.argEnd - mm!.argStart)).toEqual(
      Uint8Array.from('a\0\0caf\u00e9\0', (char) => char.charCodeAt(0)),
    );
  });

  it('places a static PIE in the mapping area and gives it a break of its own', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    expect(run(kernel, task, PIE)).toBe(0);
    const entry = kernel.starts[0]!.entry;
    expect(entry % 4096).toBe(0x400);
    expect(copyIn(kernel, task, entry, 300)).toEqual(code);
    expect(task.mm!.brk).toBe(kernel.abi.dynBase);
    const other = testTask(kernel);
    expect(run(kernel, other, PIE)).toBe(0);
    expect(kernel.starts[1]!.entry).toBe(entry);
  });

  it('shares the vDSO among processes', () => {
    const kernel = testKernel();
    const one = testTask(kernel);
    const two = testTask(kernel);
    run(kernel, one, STATIC);
    run(kernel, two, STATIC);
    const { vdso } = one.mm!;
    expect(two.mm!.vdso).toBe(vdso);
    readWord(kernel, one, vdso);
    readWord(kernel, two, vdso);
    const frame = (task: Task): number => task.mm!.space.pages.get(vdso / 4096) >>> 12;
    expect(frame(one)).toBe(frame(two));
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('makes everything readable executable for a file without PT_GNU_STACK', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const old = makeElf({
      type: 'exec',
      entry: 0x0804_8000,
      segments: [{ address: 0x0804_8000, bytes: code, flags: 6 }],
    });
    expect(run(kernel, task, old)).toBe(0);
    expect(findVma(task.mm!, 0x0804_8000)!.prot).toBe(7);
    expect(findVma(task.mm!, task.mm!.stackStart)!.prot).toBe(7);
  });

  it('runs in kernel mode where all programs do', () => {
    const kernel = testKernel({ allKernelMode: true });
    const task = testTask(kernel);
    run(kernel, task, STATIC);
    expect(task.kernelMode).toBe(true);
    expect(kernel.starts[0]!.kernelMode).toBe(true);
  });

  it('leaves the task as it was when the file is no program', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const before = task.mm;
    expect(run(kernel, task, new Uint8Array([1, 2, 3]))).toBe(-8);
    expect(run(kernel, task, new Uint8Array(0))).toBe(-8);
    const foreign = STATIC.slice();
    foreign[18] = 40;
    expect(elfFacts(foreign)?.machine).toBe(40);
    expect(run(kernel, task, foreign)).toBe(-8);
    expect(run(kernel, task, STATIC, ['x'.repeat(131072)])).toBe(-7);
    expect(
      run(
        kernel,
        task,
        STATIC,
        Array.from({ length: 3000 }, () => 'y'.repeat(3000)),
      ),
    ).toBe(-7);
    expect(task.mm).toBe(before);
    expect(task.group.groupExit).toBeUndefined();
  });

  it('kills the process where Linux is past the point of no return', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const low = makeElf({ type: 'exec', entry: 0x1000, segments: [{ address: 0x1000, bytes: code, flags: 5 }] });
    expect(run(kernel, task, low)).toBeLessThan(0);
    expect(task.group.groupExit).toBe(11);
    expect(auditMemory(kernel)).toEqual([]);
  });
});

describe('corrupted ELF files', () => {
  it('never throw and never leak, whatever the bytes', () => {
    const samples = [STATIC, PIE];
    let random = 20_260_101;
    const next = (limit: number): number => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return (random >>> 7) % limit;
    };
    const interesting = [0, 1, 0x7f, 0x80, 0xff, 0x10, 0x52, 0xe5];
    let loaded = 0;
    let kernel = testKernel({ frames: 512 });
    for (let round = 0; round < 10_000; round++) {
      if (round % 500 === 0) kernel = testKernel({ frames: 512 });
      const file = samples[round & 1]!.slice(0, round % 7 === 0 ? next(samples[round & 1]!.length) : undefined);
      const changes = 1 + next(6);
      for (let i = 0; i < changes && file.length > 0; i++) {
        // Headers are where the trouble is.
        const at = next(Math.min(file.length, 180));
        file[at] = next(2) ? interesting[next(interesting.length)]! : next(256);
      }
      const task = testTask(kernel);
      const result = run(kernel, task, file);
      expect(result).toBeLessThanOrEqual(0);
      if (result === 0) loaded++;
      dispose(kernel, task);
      if (round % 250 === 0) expect(auditMemory(kernel)).toEqual([]);
    }
    // The mutations must reach beyond the first checks.
    expect(loaded).toBeGreaterThan(500);
  });
});
