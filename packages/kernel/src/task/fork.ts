import { copyPlain } from '../copy-plain.ts';
import { BLOCKED, EAGAIN, EFAULT, EINVAL, EPERM } from '../errno.ts';
import { closeFd } from '../fs/file-table.ts';
import { cloneFileTable, cloneFsContext, installFd, releaseFileTable, releaseFsContext } from '../fs/fs-api.ts';
import { newPidfd } from '../fs/pidfd.ts';
import { exitUndo, shareUndo } from '../ipc/sysv/sem-undo.ts';
import type { Kernel } from '../kernel.ts';
import { TIF_KU, TIF_NEED_RESCHED, TIF_REWRITE } from '../kernel-memory.ts';
import { exitMm } from '../mm/exit.ts';
import { forkMm } from '../mm/fork.ts';
import { kernelCopy } from '../mm/kernel-access.ts';
import { allocKernelStack, freeKernelStack } from '../mm/kernel-stack.ts';
import { writeWord } from '../mm/user-access.ts';
import { inheritTracing } from '../ptrace/attach.ts';
import { EVENT_CLONE, EVENT_FORK, EVENT_VFORK, EVENT_VFORK_DONE } from '../ptrace/numbers.ts';
import { endStop, eventStop, sendOn, wantsEvent } from '../ptrace/stop.ts';
import { inheritPolicy } from '../sched/change-policy.ts';
import { chargeTask, enqueue } from '../sched/run-queue.ts';
import { blockOn, wake } from '../sched/wait.ts';
import { SIG_DFL, SIG_IGN, SIGCHLD } from '../signal/numbers.ts';
import type { RestartRecord, SigAction, Task, ThreadGroup } from '../types.ts';
import {
  CLONE_CHILD_CLEARTID,
  CLONE_CHILD_SETTID,
  CLONE_CLEAR_SIGHAND,
  CLONE_FILES,
  CLONE_FS,
  CLONE_NAMESPACES,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  CLONE_PARENT,
  CLONE_PARENT_SETTID,
  CLONE_PIDFD,
  CLONE_PTRACE,
  CLONE_SETTLS,
  CLONE_SIGHAND,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CLONE_UNTRACED,
  CLONE_VFORK,
  CLONE_VM,
} from './clone-flags.ts';
import { addTask, allocPid, newGroup, newTask, PID_MAX } from './new-task.ts';
import { RLIMIT_NPROC } from './rlimit-numbers.ts';
import { frameAddress, mirrorTask, setWork } from './thread-info.ts';

export interface CloneArguments {
  /** CLONE_* without the exit signal; CLONE_CLEAR_SIGHAND lies above 32 bits. */
  flags: number;
  exitSignal: number;
  /** The child's stack pointer, 0 for the parent's. */
  sp: number;
  parentTid: number;
  /** Where CLONE_PIDFD's descriptor is stored. */
  pidfd?: number;
  childTid: number;
  tls: number;
}

/** The flag that lies beyond those 32 that bit operations see. */
function clearsHandlers(args: CloneArguments): boolean {
  return args.flags >= CLONE_CLEAR_SIGHAND;
}

function checkFlags(args: CloneArguments): number {
  if (args.flags & CLONE_PIDFD && args.flags & CLONE_THREAD) return -EINVAL;
  if (args.flags & CLONE_FS && args.flags & (CLONE_NEWNS | CLONE_NEWUSER)) return -EINVAL;
  if (args.flags & CLONE_THREAD && !(args.flags & CLONE_SIGHAND)) return -EINVAL;
  if (args.flags & CLONE_SIGHAND && !(args.flags & CLONE_VM)) return -EINVAL;
  if (args.flags & CLONE_SIGHAND && clearsHandlers(args)) return -EINVAL;
  return args.flags & CLONE_NAMESPACES ? -EPERM : 0;
}

/**
 * Makes a task as clone, fork and vfork do: it starts runnable, at the exit of the same system call.
 * `traced`: the parent's tracer traces it too. The task, or -EINVAL, -EPERM, -EAGAIN, -ENOMEM. Linux 6.1 kernel/fork.c: copy_process
 */
export function cloneTask(kernel: Kernel, parent: Task, args: CloneArguments, traced = false): Task | number {
  const bad = checkFlags(args);
  if (bad !== 0) return bad;
  if (!mayFork(kernel, parent)) return -EAGAIN;
  const slot = allocKernelStack(kernel);
  if (slot < 0) return slot;
  const mm = copyMm(kernel, parent, args);
  if (typeof mm === 'number') {
    freeKernelStack(kernel, slot);
    return mm;
  }
  const tid = allocPid(kernel);
  if (tid === undefined) {
    freeKernelStack(kernel, slot);
    return -EAGAIN;
  }
  const group = args.flags & CLONE_THREAD ? parent.group : copyGroup(parent, tid, args);
  const child = newTask(kernel, {
    tid,
    group,
    comm: parent.comm,
    cred: { ...parent.cred, groups: [...parent.cred.groups] },
    files: args.flags & CLONE_FILES ? parent.files : cloneFileTable(kernel, parent.files),
    fs: args.flags & CLONE_FS ? parent.fs : cloneFsContext(parent.fs),
  });
  if (args.flags & CLONE_FILES) parent.files.users++;
  if (args.flags & CLONE_FS) parent.fs.users++;
  child.mm = mm;
  child.stackSlot = slot;
  chargeTask(kernel, parent, 'user');
  inherit(parent, child, args);
  const failed = copyThread(kernel, parent, child, args) || makePidfd(kernel, parent, child, args);
  if (failed !== 0) {
    dropUnborn(kernel, child);
    return failed;
  }
  if (traced || args.flags & CLONE_PTRACE) inheritTracing(kernel, parent, child);
  start(kernel, parent, child, args);
  return child;
}

function mayFork(kernel: Kernel, parent: Task): boolean {
  if (kernel.state.tasks.size >= PID_MAX - 300) return false;
  if (parent.cred.uid === 0) return true;
  const limit = parent.group.rlimits[RLIMIT_NPROC]!.current;
  if (limit >= PID_MAX) return true;
  let count = 0;
  for (const task of kernel.state.tasks.values()) if (task.cred.uid === parent.cred.uid) count++;
  return count < limit;
}

function copyMm(kernel: Kernel, parent: Task, args: CloneArguments): Task['mm'] | number {
  if (parent.mm === undefined) return -EINVAL;
  if (args.flags & CLONE_VM) {
    parent.mm.users++;
    return parent.mm;
  }
  return forkMm(kernel, parent.mm);
}

/** A new process beside (CLONE_PARENT) or below the parent. */
function copyGroup(parent: Task, pid: number, args: CloneArguments): ThreadGroup {
  const from = parent.group;
  const above = args.flags & CLONE_PARENT ? from.parent : from;
  const group = newGroup(pid, above, copyActions(from, args), from.rlimits.slice());
  group.parentTid = args.flags & CLONE_PARENT ? from.parentTid : parent.tid;
  group.pgid = from.pgid;
  group.sid = from.sid;
  group.tty = from.tty;
  group.oomScoreAdj = from.oomScoreAdj;
  group.exe = from.exe;
  group.argv = from.argv;
  group.environ = from.environ;
  return group;
}

/** Handlers are shared, not copied, when asked for: the array itself. */
function copyActions({ actions }: ThreadGroup, args: CloneArguments): SigAction[] {
  if (args.flags & CLONE_SIGHAND) return actions;
  if (!clearsHandlers(args)) return actions.slice();
  return actions.map((action) => (action.handler === SIG_IGN ? action : { ...action, handler: SIG_DFL }));
}

function inherit(parent: Task, child: Task, args: CloneArguments): void {
  child.kernelMode = parent.kernelMode;
  child.work = parent.work & (TIF_KU | TIF_REWRITE);
  child.sigMask = parent.sigMask;
  if (!(args.flags & CLONE_VM) || args.flags & CLONE_VFORK) child.altStack = { ...parent.altStack };
  inheritPolicy(parent, child);
  if (parent.ioPriority !== undefined) child.ioPriority = parent.ioPriority;
  child.vruntime = parent.vruntime;
  child.noNewPrivs = parent.noNewPrivs;
  child.timerSlack = child.defaultSlack = parent.timerSlack;
  child.mceKill = parent.mceKill;
  child.personality = parent.personality;
  if (!(args.flags & CLONE_VM) && parent.rseq !== undefined) child.rseq = { ...parent.rseq };
  child.arch = copyPlain(parent.arch);
  if (args.flags & CLONE_SYSVSEM) shareUndo(parent, child);
  if (args.flags & CLONE_THREAD) child.exitSignal = -1;
  else child.exitSignal = args.flags & CLONE_PARENT ? parent.group.leader.exitSignal : args.exitSignal;
  if (args.flags & CLONE_CHILD_SETTID) child.setChildTid = args.childTid;
  if (args.flags & CLONE_CHILD_CLEARTID) child.clearChildTid = args.childTid;
}

/** Registers: the parent's frame with the child's result, and a CPU state at ret_from_fork. */
function copyThread(kernel: Kernel, parent: Task, child: Task, args: CloneArguments): number {
  const { abi } = kernel;
  const frame = frameAddress(kernel, child);
  kernelCopy(kernel, frame, frameAddress(kernel, parent), abi.frameBytes);
  abi.forkFrame(kernel, child, frame, args.sp);
  abi.newContext(kernel, child, parent);
  return args.flags & CLONE_SETTLS ? abi.setTls(kernel, child, args.tls) : 0;
}

/** CLONE_PIDFD: the parent gets a descriptor of the child. 0 or -errno */
function makePidfd(kernel: Kernel, parent: Task, child: Task, args: CloneArguments): number {
  if (!(args.flags & CLONE_PIDFD)) return 0;
  const fd = installFd(kernel, parent, newPidfd(kernel, child.group, 0), true);
  if (fd < 0) return fd;
  if (writeWord(kernel, parent, args.pidfd ?? 0, fd)) return 0;
  closeFd(kernel, parent, fd);
  return -EFAULT;
}

function dropUnborn(kernel: Kernel, child: Task): void {
  freeKernelStack(kernel, child.stackSlot);
  child.stackSlot = -1;
  exitMm(kernel, child);
  exitUndo(kernel, child);
  releaseFileTable(kernel, child, child.files);
  releaseFsContext(child.fs);
}

function start(kernel: Kernel, parent: Task, child: Task, args: CloneArguments): void {
  addTask(kernel, child);
  if (!(args.flags & CLONE_THREAD)) child.group.parent?.children.push(child.group);
  if (args.flags & CLONE_VFORK) child.vforkParent = parent.tid;
  mirrorTask(kernel, child);
  kernel.state.counters.forks++;
  if (args.flags & CLONE_PARENT_SETTID) writeWord(kernel, parent, args.parentTid, child.tid);
  // A new process goes first, as on a machine with a CPU to spare: what the parent does to it next
  // finds it with its signals set up, and most children exec, which spares the parent's copies.
  if (!(args.flags & CLONE_THREAD)) setWork(kernel, parent, TIF_NEED_RESCHED);
  enqueue(kernel, child);
}

/** The event that a tracer may want to hear of. Linux 6.1 kernel/fork.c: kernel_clone */
function cloneEvent(task: Task, args: CloneArguments): number {
  if (args.flags & CLONE_UNTRACED) return 0;
  let event = EVENT_FORK;
  if (args.flags & CLONE_VFORK) event = EVENT_VFORK;
  else if (args.exitSignal !== SIGCHLD) event = EVENT_CLONE;
  return wantsEvent(task, event) ? event : 0;
}

/** The body of fork, vfork and clone: gives the child's id, after vfork only once the child has let go of the memory. */
export function doClone(kernel: Kernel, task: Task, args: CloneArguments): number {
  if (task.restart?.call === 'clone') return endClone(kernel, task, task.restart);
  const event = cloneEvent(task, args);
  const child = cloneTask(kernel, task, args, event !== 0);
  if (typeof child === 'number') return child;
  const vfork = (args.flags & CLONE_VFORK) !== 0;
  if (!vfork && event === 0) return child.tid;
  task.restart = { call: 'clone', tid: child.tid, event, vfork, told: false };
  return endClone(kernel, task, task.restart);
}

/** The child runs: its tracer is told, vfork waits, and the tracer is told of that. Only a fatal signal ends the wait early. */
function endClone(kernel: Kernel, task: Task, record: RestartRecord): number {
  const tid = record.tid as number;
  sendOn(kernel, task, endStop(task, 'call'));
  if (record.event !== 0) {
    const event = record.event as number;
    record.event = 0;
    if (eventStop(kernel, task, 'call', event, tid)) return BLOCKED;
  }
  const child = kernel.state.tasks.get(tid);
  if (record.vfork && child?.vforkParent === task.tid) {
    return blockOn(kernel, task, [child.vforkDone], { interruptible: false, onSignal: tid });
  }
  if (record.vfork && !record.told) {
    record.told = true;
    if (eventStop(kernel, task, 'call', EVENT_VFORK_DONE, tid)) return BLOCKED;
  }
  return tid;
}

/** The child has its own memory now, or none: the parent goes on. */
export function releaseVfork(kernel: Kernel, child: Task): void {
  if (child.vforkParent === undefined) return;
  child.vforkParent = undefined;
  wake(kernel, child.vforkDone);
}

/** First instruction of a new task in the kernel. Linux 6.1 kernel/sched/core.c: schedule_tail */
export function scheduleTail(kernel: Kernel, task: Task): void {
  if (task.setChildTid !== 0) writeWord(kernel, task, task.setChildTid, task.tid);
  task.setChildTid = 0;
}
