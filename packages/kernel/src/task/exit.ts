import { leavesCoreDump } from '../coredump/dump.ts';
import { hangUpSession, releaseFileTable, releaseFsContext } from '../fs/fs-api.ts';
import { pidfdEnds } from '../fs/pidfd.ts';
import { futexWake } from '../ipc/futex.ts';
import { exitPiFutexes } from '../ipc/futex-pi.ts';
import { exitRobustList } from '../ipc/robust-list.ts';
import { exitUndo } from '../ipc/sysv/sem-undo.ts';
import type { Kernel } from '../kernel.ts';
import { exitMm } from '../mm/exit.ts';
import { freeKernelStack } from '../mm/kernel-stack.ts';
import { writeWord } from '../mm/user-access.ts';
import { exitPtrace, unlink } from '../ptrace/attach.ts';
import { threadReleased } from '../ptrace/exit-work.ts';
import { notifyTracerOfExit } from '../ptrace/notify.ts';
import { EVENT_EXIT } from '../ptrace/numbers.ts';
import { wantsEvent } from '../ptrace/stop.ts';
import { chargeTask, dequeue } from '../sched/run-queue.ts';
import { leaveQueues } from '../sched/wait.ts';
import { exitReason, notifyExit } from '../signal/child.ts';
import { SIGCHLD, SIGCONT, SIGHUP } from '../signal/numbers.ts';
import { killThread, sendPgrpSignal, sendSignal, sigInfo } from '../signal/send.ts';
import { cancelGroupTimers } from '../time/group-timers.ts';
import { traceExit } from '../trace/strace.ts';
import type { Task, ThreadGroup } from '../types.ts';
import { releaseVfork } from './fork.ts';
import { hasStoppedJobs, isOrphanedPgrp } from './jobs.ts';
import { giveContext } from './spare-contexts.ts';
import { setState } from './thread-info.ts';

/**
 * Ends one thread with a wait status word; with the last one the process ends. The caller gives the
 * CPU away if it was the current task. Linux 6.1 kernel/exit.c: do_exit
 */
export function exitTask(kernel: Kernel, task: Task, status: number): void {
  if (task.state === 'zombie' || task.state === 'dead') return;
  const { group } = task;
  if (task === kernel.state.current) chargeTask(kernel, task, 'system');
  leaveQueues(kernel, task);
  dequeue(kernel, task);
  task.exitCode = status;
  task.restart = undefined;
  task.inCall = false;
  traceExit(kernel, task, group.groupExit ?? status);
  releaseMemory(kernel, task);
  exitUndo(kernel, task);
  releaseFileTable(kernel, task, task.files);
  releaseFsContext(task.fs);
  setState(kernel, task, 'zombie');
  freeKernelStack(kernel, task.stackSlot);
  task.stackSlot = -1;
  giveContext(task);
  task.tracedStop = undefined;
  leavesCoreDump(kernel, task);
  exitPtrace(kernel, task);
  const last = group.tasks.every((other) => other.state === 'zombie' || other.state === 'dead');
  if (last) groupEnds(kernel, group);
  if (task !== group.leader) threadEnds(kernel, task);
  if (last) announceGroup(kernel, group);
}

/** A thread that is not the leader leaves nothing behind, but for what its tracer waits for. Linux: exit_notify */
function threadEnds(kernel: Kernel, task: Task): void {
  if (task.tracing !== undefined) {
    const reason = exitReason(threadStatus(task));
    if (!notifyTracerOfExit(kernel, task, reason.code, reason.status)) return;
    unlink(task);
  }
  forgetThread(kernel, task);
}

/** A thread's wait status: its process's, where that ends as a whole. */
export function threadStatus(task: Task): number {
  return task.group.groupExit ?? task.exitCode;
}

/** What a tracer waited for, or let go, goes: a thread at once, a process to its parent. Linux: wait_task_zombie, __ptrace_detach */
export function releaseTraced(kernel: Kernel, task: Task): void {
  const { group } = task;
  unlink(task);
  if (task === group.leader) {
    announceGroup(kernel, group);
    return;
  }
  forgetThread(kernel, task);
  threadReleased(kernel, group);
  announceGroup(kernel, group);
}

/** A process has ended, and no thread of it but the leader is left: whoever is to hear of it does. */
function announceGroup(kernel: Kernel, group: ThreadGroup): void {
  const { leader } = group;
  if (!group.exited || group.tasks.length > 1 || leader.state !== 'zombie') return;
  pidfdEnds(kernel, group);
  if (leader.tracing !== undefined && leader.tracing.tracer.group !== group.parent) {
    const reason = exitReason(leader.exitCode);
    if (notifyTracerOfExit(kernel, leader, reason.code, reason.status)) releaseTraced(kernel, leader);
  } else if (notifyExit(kernel, group, leader.exitCode)) reap(kernel, group);
}

/** What the thread promised to do to memory at its end, then the memory itself. Linux: exit_mm_release */
function releaseMemory(kernel: Kernel, task: Task): void {
  if (task.mm !== undefined) {
    exitRobustList(kernel, task);
    exitPiFutexes(kernel, task);
    if (task.clearChildTid !== 0 && task.mm.users > 1) {
      if (writeWord(kernel, task, task.clearChildTid, 0)) futexWake(kernel, task, task.clearChildTid, 1);
    }
    exitMm(kernel, task);
  }
  releaseVfork(kernel, task);
}

/** A thread that is not the leader leaves nothing behind. */
function forgetThread(kernel: Kernel, task: Task): void {
  const { group } = task;
  setState(kernel, task, 'dead');
  group.deadUserCycles += task.userCycles;
  group.deadSystemCycles += task.systemCycles;
  group.leader.minorFaults += task.minorFaults;
  group.leader.majorFaults += task.majorFaults;
  group.tasks.splice(group.tasks.indexOf(task), 1);
  kernel.state.tasks.delete(task.tid);
}

/** Ends all threads but `except`, at once: none of them is on the CPU. */
export function exitOtherThreads(kernel: Kernel, group: ThreadGroup, except: Task, status: number): void {
  for (const other of [...group.tasks]) {
    if (other !== except && (group.groupExit === undefined || !exitIsEvent(other))) exitTask(kernel, other, status);
  }
}

/** exit_group, or death by a signal: the whole process ends with this status word. Linux: do_group_exit */
export function exitGroup(kernel: Kernel, task: Task, status: number): void {
  const { group } = task;
  group.groupExit ??= status;
  // A thread whose tracer wants to see it coming ends on its own way to user code.
  for (const other of group.tasks) if (other !== task && exitIsEvent(other)) killThread(kernel, other);
  exitOtherThreads(kernel, group, task, group.groupExit);
  exitTask(kernel, task, group.groupExit);
}

function exitIsEvent(task: Task): boolean {
  return task.state !== 'zombie' && wantsEvent(task, EVENT_EXIT) && !task.tracing!.exitReported;
}

/** The last thread is gone. Linux 6.1 kernel/exit.c: exit_notify */
function groupEnds(kernel: Kernel, group: ThreadGroup): void {
  const status = group.groupExit ?? group.leader.exitCode;
  group.leader.exitCode = status;
  group.exited = true;
  group.stopped = false;
  cancelGroupTimers(kernel, group);
  if (group.sid === group.pid) hangUpSession(kernel, group.sid);
  const { parent } = group;
  if (parent !== undefined && parent.pgid !== group.pgid && parent.sid === group.sid)
    signalIfOrphaned(kernel, group.pgid, group);
  giveChildrenAway(kernel, group);
  if (group.pid === kernel.state.firstPid) {
    kernel.state.initStatus = status;
    kernel.engine.stop();
  }
}

/** A process group that nobody can continue any more, with stopped members: SIGHUP and SIGCONT. Linux: kill_orphaned_pgrp */
function signalIfOrphaned(kernel: Kernel, pgid: number, leaving: ThreadGroup): void {
  if (!isOrphanedPgrp(kernel, pgid, leaving) || !hasStoppedJobs(kernel, pgid)) return;
  sendPgrpSignal(kernel, pgid, sigInfo(SIGHUP));
  sendPgrpSignal(kernel, pgid, sigInfo(SIGCONT));
}

/** Children go to the nearest ancestor that reaps for others, or to process 1. Linux: forget_original_parent */
function giveChildrenAway(kernel: Kernel, group: ThreadGroup): void {
  if (group.children.length === 0) return;
  const reaper = findReaper(kernel, group);
  const children = group.children.splice(0);
  for (const child of children) {
    child.parent = reaper;
    child.parentTid = reaper?.pid ?? 0;
    // Whoever takes it in did not choose the signal.
    child.leader.exitSignal = SIGCHLD;
    reaper?.children.push(child);
    for (const task of child.tasks) {
      if (task.parentDeathSignal !== 0)
        sendSignal(kernel, task, sigInfo(task.parentDeathSignal, { code: 0, pid: group.pid }));
    }
    if (child.exited) {
      announceGroup(kernel, child);
    } else if (child.pgid !== group.pgid && child.sid === group.sid) signalIfOrphaned(kernel, child.pgid, group);
  }
}

function findReaper(kernel: Kernel, group: ThreadGroup): ThreadGroup | undefined {
  for (let up = group.parent; up !== undefined; up = up.parent) if (up.subreaper && !up.exited) return up;
  return kernel.state.groups.get(1);
}

/** A process that has ended and been waited for goes: its times to the parent, its id free. Linux: release_task */
export function reap(kernel: Kernel, group: ThreadGroup): void {
  const { leader, parent } = group;
  unlink(leader);
  setState(kernel, leader, 'dead');
  kernel.state.tasks.delete(leader.tid);
  kernel.state.groups.delete(group.pid);
  pidfdEnds(kernel, group);
  if (parent === undefined) return;
  const at = parent.children.indexOf(group);
  if (at >= 0) parent.children.splice(at, 1);
  parent.childUserCycles += leader.userCycles + group.deadUserCycles + group.childUserCycles;
  parent.childSystemCycles += leader.systemCycles + group.deadSystemCycles + group.childSystemCycles;
  parent.childMinorFaults += leader.minorFaults + group.childMinorFaults;
  parent.childMajorFaults += leader.majorFaults + group.childMajorFaults;
}
