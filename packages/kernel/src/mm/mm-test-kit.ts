/** A kernel without CPU, engine and programs, for tests of memory management. */

import { GuestMemory, Mmu, pteFrame } from '@kml/core';
import { newFile, releaseFile } from '../fs/file.ts';
import { newFileTable } from '../fs/file-table.ts';
import { inodeWrite } from '../fs/inode-io.ts';
import { newMemoryFile } from '../fs/memory-file.ts';
import { newMount } from '../fs/mount-table.ts';
import { openFile } from '../fs/open.ts';
import { O_CREAT, O_RDWR } from '../fs/open-flags.ts';
import { resolveParent } from '../fs/path-walk.ts';
import { newTmpfs } from '../fs/tmpfs/tmpfs.ts';
import { makeDirectory } from '../fs/vfs.ts';
import type { HostSwap } from '../host.ts';
import type { Kernel, KernelState } from '../kernel.ts';
import type { LinuxAbi, ProgramStart } from '../linux-abi.ts';
import { guardState } from '../save/guard-test-kit.ts';
import { newSchedState } from '../sched/sched-state.ts';
import { kernelWork } from '../syscalls/work-cost.ts';
import { addTask, newGroup, newTask, rootCredentials } from '../task/new-task.ts';
import { newTimeState } from '../time/time-state.ts';
import type { Inode, Mm, OpenFile, Task } from '../types.ts';
import { newMm } from './address-space.ts';
import { allocKernelStack } from './kernel-stack.ts';
import { holdsFrame, isSwapEntry } from './pte.ts';
import { isSharedMemory } from './shared-memory.ts';
import { FRAME_FREE, FRAME_KERNEL, mmState } from './state.ts';
import { findVma } from './vma.ts';

export interface TestKernel extends Kernel {
  /** Frames that loadProgram asked the ABI for, in order. */
  readonly starts: ProgramStart[];
  /** Messages logged as warnings. */
  readonly warnings: string[];
}

export interface TestOptions {
  readonly frames?: number;
  readonly swapPages?: number;
  readonly swap?: HostSwap;
  readonly allKernelMode?: boolean;
  readonly byteOrder?: 'little' | 'big';
}

const TASK_SIZE = 0xc000_0000;

function fakeAbi(starts: ProgramStart[], byteOrder: 'little' | 'big'): LinuxAbi {
  const abi: Partial<LinuxAbi> = {
    name: 'fake',
    isa: { byteOrder, layout: { size: 64, slots: [] } } as unknown as LinuxAbi['isa'],
    debug: { stackWalk: { columns: new Map(), stackPointer: 0 } } as unknown as LinuxAbi['debug'],
    machine: 'fake',
    checkElf: (header) => (header.machine === 3 ? undefined : 'wrong machine'),
    taskSize: TASK_SIZE,
    stackTop: TASK_SIZE - 0x1000,
    mmapBase: 0xb000_0000,
    dynBase: 0x5655_5000,
    frameBytes: 68,
    startFrame: (_kernel, _task, _frame, start) => {
      starts.push(start);
    },
    flushThread: () => {},
    switchTo: () => {},
    auxv: (_kernel, _task, mm) => [[33, mm.vdso]],
    platform: 'i686',
    vdso: () => new Uint8Array(4096).fill(0x90),
  };
  return abi as LinuxAbi;
}

function newKernelState(): KernelState {
  return {
    tasks: new Map(),
    groups: new Map(),
    nextPid: 2,
    current: undefined,
    runQueue: [],
    sched: newSchedState(),
    time: newTimeState(100),
    firstPid: 0,
    jiffies: 0,
    bootRealtime: 0n,
    idleNs: 0n,
    rootMount: undefined,
    mounts: [],
    hostname: 'test',
    domainname: '',
    keyedQueues: new Map(),
    counters: {
      calls: [],
      syscalls: new Map(),
      unimplemented: new Map(),
      minorFaults: 0,
      majorFaults: 0,
      pagesOut: 0,
      pagesIn: 0,
      contextSwitches: 0,
      forks: 0,
      execs: 0,
      ticks: 0,
      signals: 0,
    },
    initStatus: undefined,
    panic: undefined,
    sub: {},
  };
}

/** A kernel with an empty root and no tasks. */
export function testKernel(options: TestOptions = {}): TestKernel {
  const memory = new GuestMemory(options.frames ?? 1024, options.byteOrder ?? 'little');
  const starts: ProgramStart[] = [];
  const warnings: string[] = [];
  const quiet = () => {};
  const kernel = {
    image: { segments: [], symbols: new Map(), textStart: TASK_SIZE, textEnd: TASK_SIZE },
    abi: fakeAbi(starts, options.byteOrder ?? 'little'),
    memory,
    mmu: new Mmu(memory, TASK_SIZE),
    engine: { instructions: () => 0, cycles: () => 0, stop: quiet, setInterrupt: quiet, addCycles: quiet },
    host: {
      clock: { realtime: () => 0n, monotonic: () => 0n },
      entropy: { fill: (into: Uint8Array) => into.fill(0x5a) },
      log: { debug: quiet, info: quiet, warn: (_fields: unknown, text: string) => warnings.push(text), error: quiet },
      ...(options.swap ? { swap: options.swap } : {}),
    },
    options: {
      root: undefined,
      mounts: [],
      swapPages: options.swapPages ?? 0,
      allKernelMode: options.allKernelMode ?? false,
      time: 'virtual',
      clockHz: 1e9,
      hz: 100,
    },
    state: newKernelState(),
    plans: [],
    syscalls: [],
    work: kernelWork(),
    starts,
    warnings,
  } as unknown as TestKernel;
  const { superblock, root } = newTmpfs(kernel, 'tmpfs', 0o755);
  const mount = newMount(kernel, superblock, root, 'root', 'tmpfs', 0);
  kernel.state.rootMount = mount;
  guardState(kernel);
  return kernel;
}

let nextTid = 100;

/** A process with an empty address space and a kernel stack. */
export function testTask(kernel: Kernel): Task {
  const tid = nextTid++;
  const group = newGroup(tid, undefined);
  const mount = kernel.state.rootMount!;
  const place = { mount, dentry: mount.root };
  const fs = { users: 1, root: place, cwd: place, umask: 0 };
  const cred = rootCredentials();
  const task = newTask(kernel, { tid, group, comm: 'test', cred, files: newFileTable(), fs });
  group.leader = task;
  addTask(kernel, task);
  task.mm = newMm(kernel);
  task.stackSlot = allocKernelStack(kernel);
  return task;
}

/** A file with that content and no name, open for reading and writing. */
export function testFile(kernel: Kernel, bytes: Uint8Array): OpenFile {
  const file = newMemoryFile(kernel, 'test', 0);
  const written = inodeWrite(kernel, file.inode, 0, bytes);
  if (written !== bytes.length) throw new Error(`test file: ${written}`);
  return file;
}

/** A named file, executable; directories of the path are made. */
export function testProgram(kernel: Kernel, task: Task, path: string, bytes: Uint8Array): void {
  for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
    const parent = resolveParent(kernel, task, path.slice(0, at));
    if (typeof parent === 'number') throw new Error(`${path}: ${parent}`);
    makeDirectory(kernel, task, parent, 0o755);
  }
  const file = openFile(kernel, task, path, O_CREAT | O_RDWR, 0o755);
  if (typeof file === 'number') throw new Error(`${path}: ${file}`);
  inodeWrite(kernel, file.inode, 0, bytes);
  releaseFile(kernel, file);
}

/** Another open description of the same file, for reading only. */
export function reopenReadOnly(file: OpenFile): OpenFile {
  return newFile('regular', file.path, 0, undefined);
}

/**
 * Counts all references to frames and swap slots afresh and compares with the books. Returns what
 * is wrong, nothing if all is well.
 */
export function auditMemory(kernel: Kernel): string[] {
  const state = mmState(kernel);
  const { frames, swap } = state;
  const refs = new Int32Array(frames.refs.length);
  const slots = new Map<number, number>();
  const wrong: string[] = [];
  for (const mm of state.mms) auditMm(mm, refs, slots, wrong);
  if (state.zeroFrame >= 0) {
    const zeros = new Uint8Array(4096);
    kernel.memory.readFrame(state.zeroFrame, 0, zeros);
    if (zeros.some((byte) => byte !== 0)) wrong.push('the zero page is not zero');
  }
  const inodes = new Set(frames.inode.filter((inode) => inode !== undefined));
  for (const inode of inodes) for (const page of inode.pages.values()) refs[page.frame]!++;
  for (let frame = 0; frame < frames.fresh; frame++) {
    const expected = refs[frame]! + (frames.owner[frame] === FRAME_KERNEL ? 1 : 0);
    if (frames.refs[frame] !== expected)
      wrong.push(`frame ${frame}: ${frames.refs[frame]} references, ${expected} found`);
  }
  const free = frames.owner.subarray(0, frames.fresh).filter((owner) => owner === FRAME_FREE).length;
  if (free !== frames.freeCount) wrong.push(`${frames.freeCount} frames on the free list, ${free} free`);
  for (const [slot, count] of slots) {
    if (swap.refs[slot] !== count) wrong.push(`slot ${slot}: ${swap.refs[slot]} references, ${count} found`);
  }
  for (const [slot, frame] of swap.frames) {
    if (frames.slot[frame] !== slot) wrong.push(`slot ${slot} and frame ${frame} are not a pair`);
  }
  const used = new Set([...slots.keys(), ...swap.frames.keys()]).size;
  if (!hasSharedSlots(inodes) && used !== swap.used) wrong.push(`${swap.used} slots in use, ${used} found`);
  return wrong;
}

function hasSharedSlots(inodes: Set<Inode>): boolean {
  return [...inodes].some((inode) => isSharedMemory(inode));
}

function auditMm(mm: Mm, refs: Int32Array, slots: Map<number, number>, wrong: string[]): void {
  let present = 0;
  let swapped = 0;
  mm.space.pages.forEach(0, TASK_SIZE / 4096, (page, entry) => {
    if (findVma(mm, page * 4096) === undefined) wrong.push(`page ${page} is mapped outside all VMAs`);
    if (holdsFrame(entry)) {
      present++;
      refs[pteFrame(entry)]!++;
    } else if (isSwapEntry(entry)) {
      swapped++;
      slots.set(pteFrame(entry), (slots.get(pteFrame(entry)) ?? 0) + 1);
    }
  });
  if (present !== mm.rss) wrong.push(`rss ${mm.rss}, ${present} pages present`);
  if (swapped !== mm.swapped) wrong.push(`${mm.swapped} pages swapped, ${swapped} found`);
  let bytes = 0;
  let locked = 0;
  let last = 0;
  for (const vma of mm.vmas) {
    if (vma.start < last || vma.end <= vma.start) wrong.push(`VMA at ${vma.start.toString(16)} out of order`);
    last = vma.end;
    bytes += vma.end - vma.start;
    if (vma.locked) locked += vma.end - vma.start;
  }
  if (bytes !== mm.mappedBytes) wrong.push(`${mm.mappedBytes} bytes mapped, ${bytes} found`);
  if (locked !== mm.lockedBytes) wrong.push(`${mm.lockedBytes} bytes locked, ${locked} found`);
}
