import { E2BIG, EFAULT } from '../errno.ts';
import { cloneFileTable, closeOnExec, releaseFile, releaseFileTable } from '../fs/fs-api.ts';
import type { Kernel } from '../kernel.ts';
import { loadProgram } from '../loader/exec.ts';
import { readCString, readWord } from '../mm/user-access.ts';
import { unlink } from '../ptrace/attach.ts';
import { EVENT_EXEC } from '../ptrace/numbers.ts';
import { wantsEvent } from '../ptrace/stop.ts';
import { noAltStack } from '../signal/alt-stack.ts';
import { SI_USER, SIG_IGN, SIGCHLD, SIGTRAP } from '../signal/numbers.ts';
import { sendSignal, sigInfo } from '../signal/send.ts';
import { deletePosixTimers } from '../time/group-timers.ts';
import type { OpenFile, SigAction, Task } from '../types.ts';
import { exitOtherThreads } from './exit.ts';
import { releaseVfork } from './fork.ts';
import { DEFAULT_ACTION, IGNORE_ACTION } from './new-task.ts';
import { RLIMIT_STACK } from './rlimit-numbers.ts';
import { mirrorTask } from './thread-info.ts';

/** Longest single argument. Linux: MAX_ARG_STRLEN */
const MAX_STRING = 131_072;
/** Space for arguments and environment at most, and at least. Linux 6.1 fs/exec.c: bprm_stack_limits */
const MAX_ARGUMENTS = 6 << 20;
const MIN_ARGUMENTS = 131_072;

/** Strings of a NULL-terminated vector in user memory; a null pointer is an empty vector. -errno. */
export function readStrings(kernel: Kernel, task: Task, vector: number, room: { left: number }): string[] | number {
  const strings: string[] = [];
  if (vector === 0) return strings;
  for (let at = vector; ; at += 4) {
    const pointer = readWord(kernel, task, at);
    if (pointer === undefined) return -EFAULT;
    if (pointer === 0) return strings;
    const text = readCString(kernel, task, pointer >>> 0, MAX_STRING);
    if (typeof text === 'number') return text === -EFAULT ? -EFAULT : -E2BIG;
    room.left -= text.length + 5;
    if (room.left < 0) return -E2BIG;
    strings.push(text);
  }
}

/**
 * Replaces the program of a process: 0, or -errno with the old program intact (or killed, where it
 * was too late for an errno). `file` (or why it
 * could not be opened) is given back; `path` is what it was called by.
 * Linux 6.1 fs/exec.c: do_execveat_common
 */
export function execProgram(
  kernel: Kernel,
  task: Task,
  file: OpenFile | number,
  path: string,
  argv: string[],
  envp: string[],
): number {
  if (typeof file === 'number') return file;
  const result = loadProgram(kernel, task, file, path, argv, envp);
  releaseFile(kernel, file);
  if (result === 0) afterExec(kernel, task);
  return result;
}

/** The new program is in place: what the old one set up goes. Linux: begin_new_exec, setup_new_exec */
function afterExec(kernel: Kernel, task: Task): void {
  const { group } = task;
  const oldTid = task.tid;
  exitOtherThreads(kernel, group, task, 0);
  becomeLeader(kernel, task);
  traceExec(kernel, task, oldTid);
  unshareFiles(kernel, task);
  closeOnExec(kernel, task);
  group.actions = actionsAfterExec(group.actions);
  deletePosixTimers(kernel, group);
  task.altStack = noAltStack();
  task.restartBlock = undefined;
  task.robustList = 0;
  task.rseq = undefined;
  task.clearChildTid = 0;
  task.exitSignal = SIGCHLD;
  group.didExec = true;
  kernel.state.counters.execs++;
  releaseVfork(kernel, task);
  mirrorTask(kernel, task);
  kernel.cpu.leaveRequested = true;
}

/** Handlers are gone, what was ignored stays so. Linux 6.1 kernel/signal.c: flush_signal_handlers */
function actionsAfterExec(before: readonly SigAction[]): SigAction[] {
  const actions = before.slice();
  for (let signal = 0; signal < actions.length; signal++) {
    const action = actions[signal]!;
    if (action !== DEFAULT_ACTION) actions[signal] = action.handler === SIG_IGN ? IGNORE_ACTION : DEFAULT_ACTION;
  }
  return actions;
}

/** The tracer hears of it: by an event, or as a SIGTRAP. Linux 6.1 fs/exec.c: exec_binprm */
function traceExec(kernel: Kernel, task: Task, oldTid: number): void {
  const { tracing } = task;
  if (tracing === undefined) return;
  if (wantsEvent(task, EVENT_EXEC)) tracing.event = { event: EVENT_EXEC, message: oldTid };
  else if (!tracing.seized) sendSignal(kernel, task, sigInfo(SIGTRAP, { code: SI_USER, pid: task.tid }));
}

/** The thread that execs takes the process's id. Linux 6.1 fs/exec.c: de_thread */
function becomeLeader(kernel: Kernel, task: Task): void {
  const { group } = task;
  if (group.leader === task) return;
  const old = group.leader;
  task.startTime = old.startTime;
  group.deadUserCycles += old.userCycles;
  group.deadSystemCycles += old.systemCycles;
  unlink(old);
  // Threads that a tracer has yet to wait for stay.
  group.tasks = [task, ...group.tasks.filter((other) => other !== task && other !== old)];
  kernel.state.tasks.delete(task.tid);
  task.tid = group.pid;
  kernel.state.tasks.set(task.tid, task);
  group.leader = task;
}

function unshareFiles(kernel: Kernel, task: Task): void {
  if (task.files.users === 1) return;
  const table = task.files;
  task.files = cloneFileTable(kernel, table);
  releaseFileTable(kernel, task, table);
}

/** Room for arguments and environment: a quarter of the stack limit, within bounds. */
export function argumentRoom(task: Task): { left: number } {
  const quarter = task.group.rlimits[RLIMIT_STACK]!.current / 4;
  return { left: Math.max(MIN_ARGUMENTS, Math.min(MAX_ARGUMENTS, quarter)) };
}
