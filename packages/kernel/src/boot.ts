/** Making a kernel and its first process. */

import type { Cpu, GuestMemory, Mmu } from '@kml/core';
import { lastSignal } from './abi/signals.ts';
import { ENOENT, ENOTDIR } from './errno.ts';
import {
  attachConsole,
  mountRoot,
  newFileTable,
  newFsContext,
  openExecutable,
  releaseFile,
  resolvePath,
} from './fs/fs-api.ts';
import { isDirectory } from './fs/mode.ts';
import type { HostPorts } from './host.ts';
import type { EnginePort, Kernel, KernelOptions, KernelState } from './kernel.ts';
import { TIF_KU } from './kernel-memory.ts';
import type { KernelImage, LinuxAbi } from './linux-abi.ts';
import { loadProgram } from './loader/exec.ts';
import { newMm } from './mm/address-space.ts';
import { mapKernelImage } from './mm/kernel-image.ts';
import { allocKernelStack } from './mm/kernel-stack.ts';
import { enqueue } from './sched/run-queue.ts';
import { newSchedState } from './sched/sched-state.ts';
import { publishCurrent } from './sched/switch.ts';
import { SIGCHLD } from './signal/numbers.ts';
import { callTables } from './syscalls/call-tables.ts';
import { kernelWork } from './syscalls/work-cost.ts';
import {
  addTask,
  defaultActions,
  IGNORE_ACTION,
  newCredentials,
  newGroup,
  newTask,
  rootCredentials,
} from './task/new-task.ts';
import { mirrorTask } from './task/thread-info.ts';
import { monotonicNs, startClock } from './time/clock.ts';
import { updateClockMirror } from './time/tick.ts';
import { newTimeState } from './time/time-state.ts';
import type { OpenFile, Task, ThreadGroup } from './types.ts';

/** The parts a kernel works on. */
export interface KernelParts {
  readonly abi: LinuxAbi;
  readonly cpu: Cpu;
  readonly memory: GuestMemory;
  readonly mmu: Mmu;
  readonly engine: EnginePort;
  readonly host: HostPorts;
  readonly options: KernelOptions;
  /** Kernel text and data, where the caller has built them already (the engine wants to know where kernel text lies). */
  readonly image?: KernelImage;
}

/** The program a machine starts with. */
export interface BootProgram {
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly uid: number;
  readonly gid: number;
  /** Path of its file in the guest, or a name to look up in PATH. */
  readonly path: string;
}

function newState(parts: KernelParts): KernelState {
  return {
    tasks: new Map(),
    groups: new Map(),
    nextPid: 2,
    current: undefined,
    runQueue: [],
    sched: newSchedState(),
    time: newTimeState(parts.options.hz),
    firstPid: 0,
    jiffies: 0,
    bootRealtime: 0n,
    idleNs: 0n,
    rootMount: undefined,
    mounts: [],
    hostname: parts.options.hostname,
    domainname: '(none)',
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

/** A kernel whose image is in guest memory; nothing runs on it yet. */
export function createKernel(parts: KernelParts): Kernel {
  const { callWork, workScale } = parts.options;
  const kernel: Kernel = {
    ...parts,
    image: parts.image ?? parts.abi.buildImage(),
    state: newState(parts),
    ...callTables(parts.abi, callWork, workScale),
    work: kernelWork(parts.options.work, workScale),
  };
  mapKernelImage(kernel);
  return kernel;
}

/**
 * Boots, and makes the first program runnable: 0, or -errno if a file system cannot be mounted or the
 * program cannot be started.
 *
 * Task 0 idles. Process 1 stands for init: it never runs, ignores its children's ends, and adopts
 * orphans. The program is process 2, leader of its own session and process group on the console, so
 * that a shell does not take itself for init; when it ends the machine stops (state.initStatus).
 */
export function bootKernel(kernel: Kernel, program: BootProgram): number {
  startClock(kernel);
  const mounted = mountRoot(kernel);
  if (mounted < 0) return mounted;
  const idle = makeIdle(kernel);
  const init = makeInit(kernel);
  kernel.abi.boot(kernel);
  const task = makeFirst(kernel, init, program);
  const failed = enterDirectory(kernel, task, program.cwd) || load(kernel, task, program);
  if (failed !== 0) return failed;
  // Loading made the program's address space current: the idle task goes on without one.
  kernel.state.current = idle;
  publishCurrent(kernel, idle);
  kernel.abi.switchTo(kernel, idle);
  enqueue(kernel, task);
  updateClockMirror(kernel, monotonicNs(kernel));
  return 0;
}

function makeIdle(kernel: Kernel): Task {
  const idle = bareTask(kernel, newGroup(0, undefined), 'swapper');
  idle.group.leader = idle;
  idle.group.tasks.push(idle);
  idle.stackSlot = allocKernelStack(kernel);
  kernel.state.sched.idle = idle;
  kernel.state.current = idle;
  mirrorTask(kernel, idle);
  publishCurrent(kernel, idle);
  return idle;
}

function makeInit(kernel: Kernel): ThreadGroup {
  const group = newGroup(1, undefined, defaultActions(lastSignal(kernel)));
  const task = bareTask(kernel, group, 'init');
  task.state = 'sleeping';
  group.actions[SIGCHLD] = IGNORE_ACTION;
  addTask(kernel, task);
  return group;
}

function bareTask(kernel: Kernel, group: ThreadGroup, comm: string): Task {
  const parts = { tid: group.pid, group, comm, cred: rootCredentials() };
  return newTask(kernel, { ...parts, files: newFileTable(), fs: newFsContext(kernel) });
}

function makeFirst(kernel: Kernel, init: ThreadGroup, program: BootProgram): Task {
  const { state } = kernel;
  const pid = state.nextPid++;
  const group = newGroup(pid, init, defaultActions(lastSignal(kernel)));
  const task = bareTask(kernel, group, '');
  task.cred = newCredentials(program.uid, program.gid);
  state.firstPid = pid;
  init.children.push(group);
  addTask(kernel, task);
  attachConsole(kernel, task);
  return task;
}

function enterDirectory(kernel: Kernel, task: Task, cwd: string): number {
  if (cwd === '') return 0;
  const place = resolvePath(kernel, task, cwd);
  if (typeof place === 'number') return place;
  const { inode } = place.dentry;
  if (inode === undefined) return -ENOENT;
  if (!isDirectory(inode.mode)) return -ENOTDIR;
  task.fs.cwd = place;
  return 0;
}

function load(kernel: Kernel, task: Task, program: BootProgram): number {
  const slot = allocKernelStack(kernel);
  if (slot < 0) return slot;
  task.stackSlot = slot;
  mirrorTask(kernel, task);
  const found = findProgram(kernel, task, program);
  if (typeof found === 'number') return found;
  const { file, path } = found;
  task.mm = newMm(kernel);
  const result = loadProgram(kernel, task, file, path, [...program.argv], [...program.env]);
  releaseFile(kernel, file);
  if (result < 0) return result;
  if (task.kernelMode) task.work |= TIF_KU | 0;
  task.group.didExec = true;
  kernel.state.counters.execs++;
  mirrorTask(kernel, task);
  kernel.abi.newContext(kernel, task, undefined);
  return 0;
}

/** The program's file; a name without a slash is looked up in the directories of PATH, as execvp does. */
function findProgram(kernel: Kernel, task: Task, program: BootProgram): { file: OpenFile; path: string } | number {
  const { path } = program;
  const search = program.env.find((variable) => variable.startsWith('PATH='))?.slice('PATH='.length) ?? '';
  const paths = path.includes('/') ? [path] : search.split(':').map((directory) => `${directory || '.'}/${path}`);
  let failed = -ENOENT;
  for (const candidate of paths) {
    const file = openExecutable(kernel, task, candidate);
    if (typeof file !== 'number') return { file, path: candidate };
    // A place that has it but may not be used counts for more than one that has not.
    if (file !== -ENOENT && file !== -ENOTDIR) failed = file;
    else if (paths.length === 1) failed = file;
  }
  return failed;
}

/** Wait status of the first program: exit code << 8, or the signal's number; undefined while it runs. */
export function runExitStatus(kernel: Kernel): number | undefined {
  return kernel.state.initStatus;
}

/** The status a shell would show for it: the exit code, or 128 + signal. */
export function shellStatus(status: number): number {
  const signo = status & 0x7f;
  return signo !== 0 ? 128 + signo : (status >> 8) & 0xff;
}
