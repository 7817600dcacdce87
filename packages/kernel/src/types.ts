/**
 * Kernel state. Everything here is plain data reachable from KernelState: no closures, no class
 * instances with behaviour, no timers or generators; behaviour lives in functions that take the
 * kernel first and look handlers up by `kind`. So a machine can be saved, restored and replayed.
 */
import type { AddressSpace } from '@kml/core';
import type { CoreDump } from './coredump/state.ts';
import type { FileQueue } from './fs/notify.ts';
import type { SemUndoList } from './ipc/sysv/state.ts';
import type { TracedStop, Tracing } from './ptrace/state.ts';
import type { MmRewrite } from './rewrite/state.ts';
import type { RseqArea } from './sched/rseq.ts';
import type { SigSet } from './signal/sig-set.ts';
import type { Capabilities } from './task/capabilities.ts';
import type { CpuClockId } from './time/clock-ids.ts';

export type { SigSet } from './signal/sig-set.ts';

/** A place where tasks wait: an id into KernelState.waitQueues' world; holds the waiting tids in order. */
export interface WaitQueue {
  waiters: number[];
}

/** Why a task sleeps. It is executed again when one of the queues is woken, the deadline passes or a signal comes. */
export interface Wait {
  queues: WaitQueue[];
  /** Monotonic nanoseconds, or undefined. */
  deadline: bigint | undefined;
  /** False: only fatal signals end it. */
  interruptible: boolean;
}

/**
 * What the first entry of a restartable system call recorded: re-execution starts from it. Each call
 * keeps its own fields here (absolute deadline, bytes done, old mask, …) under its name.
 */
export interface RestartRecord {
  call: string;
  [field: string]: unknown;
}

export interface Credentials {
  uid: number;
  euid: number;
  suid: number;
  fsuid: number;
  gid: number;
  egid: number;
  sgid: number;
  fsgid: number;
  groups: number[];
  caps: Capabilities;
}

/** A task's alternate signal stack (sigaltstack): address, bytes (0: none), SS_ flags. */
export interface AltStack {
  readonly sp: number;
  readonly size: number;
  readonly flags: number;
}

/** 'traced': stopped for its tracer. */
export type TaskState = 'runnable' | 'sleeping' | 'stopped' | 'traced' | 'zombie' | 'dead';

export interface Task {
  tid: number;
  group: ThreadGroup;
  state: TaskState;
  /** Executable's base name, 15 bytes. */
  comm: string;
  /** Runs at kernel privilege (KML: main ELF under /trusted). */
  kernelMode: boolean;
  mm: Mm | undefined;
  files: FileTable;
  fs: FsContext;
  cred: Credentials;
  sigMask: SigSet;
  /** Mask to put back when sigsuspend and its like end. */
  savedSigMask: SigSet | undefined;
  /** Signals that sigtimedwait unblocks while it waits for them: blocked as far as their action goes. */
  realBlocked: SigSet;
  pending: PendingSignals;
  altStack: AltStack;
  wait: Wait | undefined;
  /** Set by the waker's reason: the deadline passed. */
  timedOut: boolean;
  restart: RestartRecord | undefined;
  /** The call in progress waits for a time of the real-time clock: its deadline moves when that clock is set. */
  onRealtime: boolean;
  /** Record of a call that ended with ERESTART_RESTARTBLOCK, for restart_syscall. */
  restartBlock: RestartRecord | undefined;
  /** The system call that waits: its kernel call is executed again when the task is woken. */
  inCall: boolean;
  /** Trace line of the system call in progress, made at its entry. */
  traceEntry: string | undefined;
  /** Address of the buffer that the traced call fills. */
  traceBuffer: number;
  /** CPU state while switched out (StateLayout.size bytes). */
  context: Uint8Array;
  /** Kernel stack: slot number (see kernel-memory.ts). */
  stackSlot: number;
  /** Work that waits at the exit to user code, TIF_* (kernel-memory.ts); thread_info flags mirror it. Changed by task/thread-info.ts alone. */
  work: number;
  nice: number;
  /** SCHED_* policy and real-time priority, as set; see sched/policy.ts. */
  policy: number;
  rtPriority: number;
  /** Highest real-time priority of those who wait for a lock that the task holds, 0 for none. */
  boost: number;
  /** 1 to 99 for a real-time task, or one that holds a lock such a task waits for; 0 for all others. See weigh (sched/weights.ts). */
  priority: number;
  /** Its weight among those of fair share; see weigh. */
  weight: number;
  /** Children start with the default policy. */
  resetOnFork: boolean;
  /** Cycles used of a turn of SCHED_RR; at the next switch the task goes behind its equals. */
  turnUsed: number;
  /** Cycles that it had used when it last blocked (RLIMIT_RTTIME). */
  rtStart: number;
  toTail: boolean;
  /** As ioprio_set was told; undefined: never. */
  ioPriority: number | undefined;
  /** Fair-share clock: cycles used, weighted by nice. */
  vruntime: number;
  /** Cycle count up to which the task has been charged, and at which it last got the CPU. */
  chargedAt: number;
  sliceStart: number;
  userCycles: number;
  systemCycles: number;
  minorFaults: number;
  majorFaults: number;
  /** Voluntary and involuntary context switches. */
  switchesVoluntary: number;
  switchesForced: number;
  /** Address to store the tid at when the task first runs (CLONE_CHILD_SETTID), or 0. */
  setChildTid: number;
  clearChildTid: number;
  robustList: number;
  /** Adjustments of semaphores that are due when the task ends (SEM_UNDO). */
  semUndo: SemUndoList | undefined;
  /** Exit status word as wait() gives it, once zombie. */
  exitCode: number;
  exitSignal: number;
  /** The parent whose vfork waits for this task's exec or exit, and the queue it waits on. */
  vforkParent: number | undefined;
  vforkDone: WaitQueue;
  /** PR_SET_PDEATHSIG. */
  parentDeathSignal: number;
  /** Nanoseconds by which waits may be late, now and as PR_SET_TIMERSLACK of 0 sets it; kept and reported. */
  timerSlack: number;
  defaultSlack: number;
  /** As PR_MCE_KILL was told. */
  mceKill: number;
  noNewPrivs: boolean;
  personality: number;
  startTime: bigint;
  /** Who traces it, the stop it is in, and whom it traces itself (ptrace/). */
  tracing: Tracing | undefined;
  tracedStop: TracedStop | undefined;
  tracees: Task[];
  /** Its part in a stop of the whole process is due, by this signal; 0: none. Linux: JOBCTL_STOP_PENDING */
  stopSignal: number;
  /** Restartable sequences (sched/rseq.ts). */
  rseq: RseqArea | undefined;
  /** What the ABI keeps per task (TLS descriptors, iopl, …): plain data of its own. */
  arch: Record<string, unknown>;
}

export interface SigInfo {
  signo: number;
  code: number;
  errno: number;
  pid: number;
  uid: number;
  /** Address of a fault, status of a child, value of a queued signal or timer. */
  addr: number;
  status: number;
  value: number;
  /** POSIX timer: its id and overrun count. */
  timerId?: number;
  overrun?: number;
  /** Child's times, in clock ticks. */
  utime?: number;
  stime?: number;
  /** File (POLL_*): what can be done, and with which descriptor. */
  band?: number;
  fd?: number;
}

export interface PendingSignals {
  set: SigSet;
  queue: SigInfo[];
}

/** Never changed, only replaced: processes share them until one sets its own. */
export interface SigAction {
  readonly handler: number;
  readonly flags: number;
  readonly mask: SigSet;
  readonly restorer: number;
}

/** A resource limit. Never changed, only replaced, as SigAction. */
export interface ResourceLimit {
  readonly current: number;
  readonly max: number;
}

/** A process: what its threads share. */
export interface ThreadGroup {
  pid: number;
  leader: Task;
  tasks: Task[];
  parent: ThreadGroup | undefined;
  /** The parent's thread that made it. */
  parentTid: number;
  children: ThreadGroup[];
  /** /proc/PID/oom_score_adj: -1000 (never killed for memory) to 1000 (first). */
  oomScoreAdj: number;
  pgid: number;
  sid: number;
  /** Controlling terminal, by device number, 0 for none. */
  tty: number;
  actions: SigAction[];
  pending: PendingSignals;
  /** Exiting as a whole, with this status word. */
  groupExit: number | undefined;
  stopped: boolean;
  /** The signal of the last stop. */
  lastStopSignal: number;
  /** A stop or continue that wait() has not reported yet. */
  stopReport: number | undefined;
  continueReport: boolean;
  childExit: WaitQueue;
  rlimits: ResourceLimit[];
  timers: { real: Itimer; virtual: Itimer; prof: Itimer };
  /** Times of children waited for. */
  childUserCycles: number;
  childSystemCycles: number;
  exe: string;
  argv: string[];
  environ: string[];
  exited: boolean;
  /** Its core file is being written. */
  core?: CoreDump | undefined;
  /** Polls of its pidfds. */
  pidQueue?: FileQueue;
  subreaper: boolean;
  /** Executed a program since it was forked: setpgid by the parent is over. */
  didExec: boolean;
  /** POSIX timers (timer_create) by id; see time/posix-timers.ts. */
  posixTimers: Map<number, PosixTimer>;
  nextTimerId: number;
  /** Cycles and faults of threads that have ended. */
  deadUserCycles: number;
  deadSystemCycles: number;
  childMinorFaults: number;
  childMajorFaults: number;
}

/** A timer made by timer_create. */
export interface PosixTimer {
  id: number;
  clock: number;
  /** The process or thread whose CPU time it counts; `expires` is a time of that clock then. */
  cpuClock?: CpuClockId;
  /** SIGEV_*: 0 signal, 1 none, 4 to a thread. */
  notify: number;
  signo: number;
  value: number;
  tid: number;
  /** Monotonic nanoseconds of the next expiry, undefined while disarmed; `absolute`: it was given as a time of the clock. */
  expires: bigint | undefined;
  absolute: boolean;
  interval: bigint;
  /** Expiries beyond the first since its signal was queued, and as of the last signal taken. */
  overrun: number;
  lastOverrun: number;
  /** It has expired, and is set again when its signal is taken. */
  waiting: boolean;
}

export interface Itimer {
  /** Monotonic nanoseconds (real), or cycles; undefined while off. */
  expires: bigint | undefined;
  interval: bigint;
  /** The real one: it has expired, and is set again when its signal is taken. */
  waiting: boolean;
}

export interface Mm {
  /** Users: tasks (CLONE_VM shares it). */
  users: number;
  space: AddressSpace;
  /** Sorted by start, disjoint. */
  vmas: Vma[];
  brkStart: number;
  brk: number;
  stackStart: number;
  argStart: number;
  argEnd: number;
  envStart: number;
  envEnd: number;
  vdso: number;
  /** What the ABI keeps per address space: plain data of its own. */
  arch: Record<string, unknown>;
  /** Private commands of membarrier that the process has registered for. */
  barriers: number;
  /** Trap instructions of its text that are direct calls now; undefined where none are made (rewrite/). */
  rewrite?: MmRewrite;
  /** PR_SET_THP_DISABLE; there are no huge pages anyway. */
  noHugePages: boolean;
  /** Pages present. */
  rss: number;
  /** Pages paged out. */
  swapped: number;
  /** Most pages that were ever present at once. */
  peakRss: number;
  /** Bytes in all VMAs, and in those that mlock keeps in memory. */
  mappedBytes: number;
  lockedBytes: number;
  /** mlockall(MCL_FUTURE). */
  lockFuture: boolean;
  /** PROT_READ implies PROT_EXEC (the program has no PT_GNU_STACK header). */
  readImpliesExec: boolean;
  /** The program's file, kept open. */
  exe: OpenFile | undefined;
  /** PR_SET_DUMPABLE: 1, or 0 for a process that nobody but root may look into and that leaves no core. */
  dumpable: number;
  /** /proc/PID/coredump_filter. */
  coreFilter: number;
  /** Auxiliary vector as words, for /proc/PID/auxv. */
  auxv: number[];
}

/** Virtual memory area. Addresses are unsigned numbers, page-aligned, end exclusive. */
export interface Vma {
  start: number;
  end: number;
  /** PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4. */
  prot: number;
  shared: boolean;
  growsDown: boolean;
  /** Mapped file and byte offset of `start`, or undefined for anonymous memory. */
  file: OpenFile | undefined;
  offset: number;
  /** '[heap]', '[stack]', '[vdso]', or ''. */
  name: string;
  /** Protections that mprotect may give (a shared mapping of a file opened for reading: no PROT_WRITE). */
  maxProt: number;
  /** mlock: never paged out. */
  locked: boolean;
  /** madvise(MADV_DONTFORK), madvise(MADV_WIPEONFORK). */
  dontFork: boolean;
  wipeOnFork: boolean;
  /** madvise(MADV_DONTDUMP): not in core files. */
  dontDump: boolean;
  /** Nothing but execution is permitted: reads fault. */
  executeOnly?: boolean;
  /** Image key of code mapped here: file identity and load bias ; '' where it is not a file's. */
  image: string;
}

// ---------------------------------------------------------------- files

export interface FileTable {
  users: number;
  /** By descriptor. */
  fds: (FileDescriptor | undefined)[];
  /** No descriptor below this one is free. */
  nextFree: number;
}

export interface FileDescriptor {
  file: OpenFile;
  closeOnExec: boolean;
}

/** Open file description: what dup and fork share. Behaviour by `kind` (see fs/file-ops.ts). */
export interface OpenFile {
  kind: string;
  refs: number;
  inode: Inode;
  /** Where it was opened; /proc/PID/fd and maps show it. */
  path: PathRef;
  position: number;
  /** O_* flags, generic values. */
  flags: number;
  /** Whom it tells by signal. */
  owner?: FileOwner;
  /** What the kind keeps: pipe ends, directory cursor, tty, epoll set, … plain data. */
  data: unknown;
}

/** Whom a file tells by signal: fcntl(F_SETOWN). */
export interface FileOwner {
  /** F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP: 0 to 2. */
  type: number;
  id: number;
  /** Who set it: it may only signal whom that user may. */
  uid: number;
  euid: number;
  /** F_SETSIG; 0: SIGIO without information. */
  signo: number;
}

/** A place in the mount tree. */
export interface PathRef {
  mount: Mount;
  dentry: Dentry;
}

export interface Mount {
  id: number;
  source: string;
  type: string;
  flags: number;
  superblock: Superblock;
  root: Dentry;
  parent: Mount | undefined;
  mountpoint: Dentry | undefined;
  /** Of MS_SHARED, MS_SLAVE and MS_UNBINDABLE; private if left out. Nothing is propagated: there is one name space. */
  propagation?: number;
  /** umount2(MNT_EXPIRE) found it unused once. */
  expiring?: boolean;
}

export interface Superblock {
  /** File-system type, key of its operations: 'tmpfs', 'hostfs', 'proc', 'devtmpfs', 'pipefs', … */
  kind: string;
  dev: number;
  nextIno: number;
  readOnly: boolean;
  data: unknown;
}

/** A name in a directory. Negative entries have no inode. */
export interface Dentry {
  name: string;
  parent: Dentry | undefined;
  inode: Inode | undefined;
  /** Cached children by name (file systems whose tree lives here keep them all). */
  children: Map<string, Dentry>;
  mounted: Mount | undefined;
}

export interface Inode {
  ino: number;
  superblock: Superblock;
  /** S_IFMT and permission bits. */
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  size: number;
  rdev: number;
  /** Nanoseconds since the epoch. */
  atime: bigint;
  mtime: bigint;
  ctime: bigint;
  /** When it was made; undefined where the file system does not know. */
  btime?: bigint | undefined;
  /** Frames of the page cache by page index: where a page is here, it is the truth (see mm/page-cache.ts). */
  pages: Map<number, CachedPage>;
  /** Open descriptions and mappings; storage of an unlinked file goes when it drops to 0. */
  users: number;
  /** Extended attributes by name. */
  xattrs?: Map<string, Uint8Array>;
  /** RWH_*: fcntl(F_SET_RW_HINT). */
  writeHint?: number;
  /** It has no name yet and may be given one (O_TMPFILE without O_EXCL). */
  linkable?: boolean;
  /** What the file system keeps for the inode: plain data. */
  data: unknown;
}

export interface CachedPage {
  frame: number;
  dirty: boolean;
}

/** Root, working directory and umask; shared under CLONE_FS. */
export interface FsContext {
  users: number;
  root: PathRef;
  cwd: PathRef;
  umask: number;
}
