import type { Kernel } from '../kernel.ts';
import { NICE_0_WEIGHT } from '../sched/weights.ts';
import { noAltStack } from '../signal/alt-stack.ts';
import { NSIG, SIG_DFL, SIG_IGN, SIGCHLD, SIGSTOP } from '../signal/numbers.ts';
import { NO_SIGNALS } from '../signal/sig-set.ts';
import { monotonicNs } from '../time/clock.ts';
import type {
  Credentials,
  FileTable,
  FsContext,
  Itimer,
  PendingSignals,
  RestartRecord,
  SigAction,
  Task,
  ThreadGroup,
} from '../types.ts';
import { initialCaps } from './capabilities.ts';
import { defaultRlimits } from './rlimit-numbers.ts';
import { takeContext } from './spare-contexts.ts';

/** Largest process id. Linux: PID_MAX_DEFAULT */
export const PID_MAX = 32_768;
/** First id after the numbers have gone round. Linux: RESERVED_PIDS */
const RESERVED_PIDS = 300;

/** What a signal does that nobody has set an action for. */
export const DEFAULT_ACTION: SigAction = { handler: SIG_DFL, flags: 0, mask: NO_SIGNALS, restorer: 0 };
/** The same for one that is ignored. */
export const IGNORE_ACTION: SigAction = { handler: SIG_IGN, flags: 0, mask: NO_SIGNALS, restorer: 0 };

export function newPending(): PendingSignals {
  return { set: NO_SIGNALS, queue: [] };
}

export function defaultActions(signals = NSIG): SigAction[] {
  return new Array(signals + 1).fill(DEFAULT_ACTION);
}

/** What a process of that user and group begins with. */
export function newCredentials(uid: number, gid: number): Credentials {
  const groups = uid === 0 ? [0] : [];
  return {
    uid,
    euid: uid,
    suid: uid,
    fsuid: uid,
    gid,
    egid: gid,
    sgid: gid,
    fsgid: gid,
    groups,
    caps: initialCaps(uid),
  };
}

export function rootCredentials(): Credentials {
  return { ...newCredentials(0, 0), groups: [] };
}

/** A process without threads yet. Actions and limits become its own. */
export function newGroup(
  pid: number,
  parent: ThreadGroup | undefined,
  actions = defaultActions(),
  rlimits = defaultRlimits(PID_MAX / 4),
): ThreadGroup {
  return {
    pid,
    leader: undefined as unknown as Task,
    tasks: [],
    parent,
    parentTid: parent?.pid ?? 0,
    children: [],
    pgid: pid,
    sid: pid,
    tty: 0,
    actions,
    pending: newPending(),
    groupExit: undefined,
    stopped: false,
    lastStopSignal: SIGSTOP,
    stopReport: undefined,
    continueReport: false,
    childExit: { waiters: [] },
    rlimits,
    timers: { real: newItimer(), virtual: newItimer(), prof: newItimer() },
    childUserCycles: 0,
    childSystemCycles: 0,
    exe: '',
    argv: [],
    environ: [],
    exited: false,
    subreaper: false,
    didExec: false,
    oomScoreAdj: 0,
    posixTimers: new Map(),
    nextTimerId: 0,
    deadUserCycles: 0,
    deadSystemCycles: 0,
    childMinorFaults: 0,
    childMajorFaults: 0,
  };
}

function newItimer(): Itimer {
  return { expires: undefined, interval: 0n, waiting: false };
}

export interface TaskParts {
  tid: number;
  group: ThreadGroup;
  comm: string;
  cred: Credentials;
  files: FileTable;
  fs: FsContext;
}

/**
 * A task with nothing in it but its parts; not yet known to the kernel. All fields are there from the start, in one
 * order: the host knows all tasks by one layout then, and finds what every kernel call asks for without a search.
 */
export function newTask(kernel: Kernel, parts: TaskParts): Task {
  const { tid, group, comm, cred, files, fs } = parts;
  return {
    tid,
    group,
    comm,
    cred,
    files,
    fs,
    state: 'runnable',
    kernelMode: false,
    mm: undefined,
    sigMask: NO_SIGNALS,
    savedSigMask: undefined,
    realBlocked: NO_SIGNALS,
    pending: newPending(),
    altStack: noAltStack(),
    wait: undefined,
    timedOut: false,
    restart: undefined as RestartRecord | undefined,
    onRealtime: false,
    restartBlock: undefined,
    inCall: false,
    traceEntry: undefined,
    traceBuffer: 0,
    context: takeContext(kernel.abi.isa.layout.size),
    stackSlot: -1,
    work: 0,
    nice: 0,
    policy: 0,
    rtPriority: 0,
    boost: 0,
    priority: 0,
    weight: NICE_0_WEIGHT,
    resetOnFork: false,
    turnUsed: 0,
    rtStart: 0,
    toTail: false,
    vruntime: kernel.state.sched.minVruntime,
    chargedAt: 0,
    sliceStart: 0,
    userCycles: 0,
    systemCycles: 0,
    minorFaults: 0,
    majorFaults: 0,
    switchesVoluntary: 0,
    switchesForced: 0,
    setChildTid: 0,
    clearChildTid: 0,
    robustList: 0,
    exitCode: 0,
    exitSignal: SIGCHLD,
    vforkParent: undefined,
    vforkDone: { waiters: [] },
    parentDeathSignal: 0,
    timerSlack: 50_000,
    defaultSlack: 50_000,
    mceKill: 2,
    noNewPrivs: false,
    personality: 0,
    startTime: monotonicNs(kernel),
    tracees: [],
    stopSignal: 0,
    arch: {},
    ioPriority: undefined,
    semUndo: undefined,
    tracing: undefined,
    tracedStop: undefined,
    rseq: undefined,
  };
}

/** A free process id, or undefined where all are taken. */
export function allocPid(kernel: Kernel): number | undefined {
  const { state } = kernel;
  for (let tries = 0; tries < PID_MAX; tries++) {
    const pid = state.nextPid;
    state.nextPid = pid + 1 >= PID_MAX ? RESERVED_PIDS : pid + 1;
    if (!isPidUsed(kernel, pid)) return pid;
  }
  return undefined;
}

/** An id is free when no task has it and no process group or session is named by it. */
function isPidUsed(kernel: Kernel, pid: number): boolean {
  const { tasks, groups } = kernel.state;
  if (tasks.has(pid) || groups.has(pid)) return true;
  for (const group of groups.values()) if (group.pgid === pid || group.sid === pid) return true;
  return false;
}

/** Makes a task known. */
export function addTask(kernel: Kernel, task: Task): void {
  kernel.state.tasks.set(task.tid, task);
  task.group.tasks.push(task);
  if (task.tid === task.group.pid) {
    task.group.leader = task;
    kernel.state.groups.set(task.group.pid, task.group);
  }
}
