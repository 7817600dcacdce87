/**
 * A kernel whose CPU is the test: tasks make system calls through the real kernel-call entry, with
 * frames in their real kernel stacks, but no instruction is executed.
 */

import { kernelCall } from '../entry.ts';
import { newFileTable } from '../fs/file-table.ts';
import { IPC_SYSCALLS } from '../ipc/syscalls.ts';
import type { Kernel } from '../kernel.ts';
import { KC_EXIT_WORK, KC_INTERRUPT, KERNEL_DATA_OFFSET, TIF_WORK_MASK } from '../kernel-memory.ts';
import type { LinuxAbi } from '../linux-abi.ts';
import { exitMm } from '../mm/exit.ts';
import { kernelRead32, kernelWrite32 } from '../mm/kernel-access.ts';
import { mapKernelPage } from '../mm/kernel-image.ts';
import { testKernel, testTask } from '../mm/mm-test-kit.ts';
import { mmap } from '../mm/mmap.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE } from '../mm/mmap-flags.ts';
import { dequeue, enqueue } from '../sched/run-queue.ts';
import { publishCurrent } from '../sched/switch.ts';
import { SCHED_SYSCALLS } from '../sched/syscalls.ts';
import { SIGCHLD } from '../signal/numbers.ts';
import { SIGNAL_SYSCALLS } from '../signal/syscalls.ts';
import type { SyscallDef } from '../syscalls/define.ts';
import { TIME_SYSCALLS } from '../time/syscalls.ts';
import type { SigInfo, SigSet, Task } from '../types.ts';
import { addTask, IGNORE_ACTION, newGroup, newTask } from './new-task.ts';
import { TASK_SYSCALLS } from './syscalls.ts';
import { frameAddress } from './thread-info.ts';

/** A handler that was set up. */
export interface Handled {
  task: Task;
  info: SigInfo;
  handler: number;
  /** Mask that sigreturn is to put back. */
  mask: SigSet;
}

/** What became of a system call: its result, or that it waits, or that the task ended. */
export type Outcome = number | 'blocked' | 'ended';

export interface TaskKit {
  readonly kernel: Kernel;
  /** Stands for init. */
  readonly init: Task;
  readonly idle: Task;
  readonly handled: Handled[];
  readonly console: string[];
  readonly trace: string[];
  /** A process with memory at USER (one page is enough for the tests), child of `parent`. */
  newProcess(parent?: Task): Task;
  /** The task makes a system call by name. */
  call(task: Task, name: string, ...args: number[]): Outcome;
  /** A task that waited and was woken executes its call again. */
  resume(task: Task): Outcome;
  /** The task goes back to user code: pending work is done until none is left. */
  exitWork(task: Task): void;
  /** Guest time passes. */
  advance(ns: number): void;
  /** The timer interrupt hits the current task in user code. */
  tick(): void;
  /** Gives the CPU to a task. */
  run(task: Task): void;
  frame(task: Task): { pc: number; result: number; syscall: number };
}

export const USER = 0x1000_0000;
/** Words of the fake frame. */
const PC = 0;
const SP = 4;
const RESULT = 8;
const SYSCALL = 12;
/** What frame.restart leaves in the result register for restart_syscall. */
export const RESTART_SYSCALL = 999;

const ROWS: readonly SyscallDef[] = [
  ...TASK_SYSCALLS,
  ...SIGNAL_SYSCALLS,
  ...SCHED_SYSCALLS,
  ...TIME_SYSCALLS,
  ...IPC_SYSCALLS,
];

export function taskKit(options: { strace?: boolean } = {}): TaskKit {
  const base = testKernel({ frames: 4096 });
  const state = { cycles: 0, instructions: 0, result: 0, args: [] as readonly number[], line: 0 };
  const handled: Handled[] = [];
  const printed: string[] = [];
  const trace: string[] = [];
  const read = (kernel: Kernel, frame: number, at: number) => kernelRead32(kernel, frame + at);
  const write = (kernel: Kernel, frame: number, at: number, value: number) => kernelWrite32(kernel, frame + at, value);
  const abi: Partial<LinuxAbi> = {
    ...base.abi,
    isa: { ...base.abi.isa, debugRegisters: [], disassemble: () => undefined },
    kernelCallBytes: 4,
    syscallNumbers: new Map(ROWS.map((row, number) => [number, row.name])),
    syscallArguments(_kernel, count, words) {
      for (let i = 0; i < count; i++) words[i] = state.args[i] ?? 0;
    },
    kernelCallArgument: (kernel, index) => (index === 0 ? frameAddress(kernel, kernel.state.current!) : state.line),
    forkFrame: (kernel, _child, frame) => write(kernel, frame, RESULT, 0),
    newContext: () => {},
    setTls: () => 0,
    frame: {
      pc: (kernel, frame) => read(kernel, frame, PC),
      setPc: (kernel, frame, value) => write(kernel, frame, PC, value),
      sp: (kernel, frame) => read(kernel, frame, SP),
      setSp: (kernel, frame, value) => write(kernel, frame, SP, value),
      result: (kernel, frame) => read(kernel, frame, RESULT),
      setResult: (kernel, frame, value) => write(kernel, frame, RESULT, value),
      syscall: (kernel, frame) => read(kernel, frame, SYSCALL),
      clearSyscall: (kernel, frame) => write(kernel, frame, SYSCALL, -1),
      restart: (kernel, frame, via) => {
        write(kernel, frame, PC, read(kernel, frame, PC) - 2);
        write(kernel, frame, RESULT, via ? RESTART_SYSCALL : read(kernel, frame, SYSCALL));
      },
      registers: () => ({}),
    },
    setupSignal: (_kernel, task, _frame, info, action, mask) => {
      handled.push({ task, info, handler: action.handler, mask });
      return true;
    },
    sigreturn: () => true,
  };
  const kernel: Kernel = {
    ...base,
    abi: abi as LinuxAbi,
    cpu: {
      pc: 0,
      leaveRequested: false,
      saveState: () => {},
      loadState: () => {},
      // What is written is a call's result.
      set: (_slot: unknown, result: number) => {
        state.result = result;
      },
    } as unknown as Kernel['cpu'],
    engine: {
      instructions: () => state.instructions,
      cycles: () => state.cycles,
      stop: () => {},
      setInterrupt: () => {},
      addCycles: (cycles) => {
        state.cycles += cycles;
      },
    },
    host: {
      ...base.host,
      console: {
        isTty: () => false,
        size: () => ({ rows: 24, columns: 80 }),
        write: (_fd: number, bytes: Uint8Array) => printed.push(String.fromCharCode(...bytes)),
        read: () => undefined,
        setRaw: () => {},
      } as unknown as Kernel['host']['console'],
    },
    options: { ...base.options, strace: options.strace ? (line) => trace.push(line) : undefined },
    image: { segments: [], symbols: new Map(), textStart: 0xc010_0000, textEnd: 0xc010_1000 },
    plans: [],
    syscalls: ROWS,
  };
  mapKernelPage(kernel, (kernel.abi.taskSize + KERNEL_DATA_OFFSET) >>> 12, true, false);
  // Ids of testTask count from 100.
  kernel.state.nextPid = 10_000;
  const idle = makeIdle(kernel);
  const init = makeInit(kernel);
  kernel.state.current = idle;
  publishCurrent(kernel, idle);
  const calls = new Map<Task, { number: number; args: readonly number[] }>();

  function run(task: Task): void {
    const { current } = kernel.state;
    if (current === task) return;
    if (current !== undefined && current !== idle && current.state === 'runnable') enqueue(kernel, current);
    dequeue(kernel, task);
    kernel.state.current = task;
    publishCurrent(kernel, task);
    task.chargedAt = state.cycles;
    task.sliceStart = state.cycles;
  }

  function execute(task: Task): Outcome {
    const { number, args } = calls.get(task)!;
    if (task.state !== 'runnable') throw new Error(`task ${task.tid} is ${task.state}`);
    run(task);
    state.args = args;
    kernelCall(kernel, number);
    if (task.inCall) return 'blocked';
    if (task.stackSlot < 0) return 'ended';
    kernelWrite32(kernel, frameAddress(kernel, task) + RESULT, state.result);
    return state.result;
  }

  return {
    kernel,
    init,
    idle,
    handled,
    console: printed,
    trace,
    run,
    newProcess(parent = init) {
      const task = testTask(kernel);
      const { group } = task;
      group.parent = parent.group;
      group.pgid = group.sid = group.pid;
      parent.group.children.push(group);
      mmap(kernel, task, USER, 0x4000, 3, MAP_PRIVATE | MAP_ANONYMOUS | 0x10, undefined, 0);
      return task;
    },
    call(task, name, ...args) {
      const number = ROWS.findIndex((row) => row.name === name);
      if (number < 0) throw new Error(`no row ${name}`);
      calls.set(task, { number, args });
      const frame = frameAddress(kernel, task);
      kernelWrite32(kernel, frame + PC, 0x8000);
      kernelWrite32(kernel, frame + SYSCALL, number);
      return execute(task);
    },
    resume: execute,
    exitWork(task) {
      for (let round = 0; round < 100; round++) {
        if (task.state !== 'runnable' || (task.work & TIF_WORK_MASK) === 0) return;
        run(task);
        kernelCall(kernel, KC_EXIT_WORK);
      }
      throw new Error('exit work does not end');
    },
    advance(ns) {
      state.cycles += ns;
      state.instructions += ns;
    },
    tick() {
      state.line = 0;
      kernelCall(kernel, KC_INTERRUPT);
    },
    frame(task) {
      const at = frameAddress(kernel, task);
      return {
        pc: kernelRead32(kernel, at + PC),
        result: kernelRead32(kernel, at + RESULT),
        syscall: kernelRead32(kernel, at + SYSCALL),
      };
    },
  };
}

function makeIdle(kernel: Kernel): Task {
  const task = testTask(kernel);
  kernel.state.tasks.delete(task.tid);
  kernel.state.groups.delete(task.group.pid);
  exitMm(kernel, task);
  kernel.state.sched.idle = task;
  return task;
}

function makeInit(kernel: Kernel): Task {
  const group = newGroup(1, undefined);
  const { fs, cred } = kernel.state.sched.idle!;
  const task = newTask(kernel, { tid: 1, group, comm: 'init', cred, files: newFileTable(), fs });
  task.state = 'sleeping';
  group.actions[SIGCHLD] = IGNORE_ACTION;
  addTask(kernel, task);
  return task;
}
