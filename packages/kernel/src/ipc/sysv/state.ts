/** State of System V IPC: plain data under KernelState.sub.sysv. Linux 6.1 include/linux/ipc_namespace.h */
import type { Kernel } from '../../kernel.ts';
import type { OpenFile, RestartRecord, WaitQueue } from '../../types.ts';

/** What every semaphore array, queue and segment has. Linux: struct kern_ipc_perm */
export interface IpcObject {
  id: number;
  key: number;
  seq: number;
  uid: number;
  gid: number;
  cuid: number;
  cgid: number;
  mode: number;
  /** IPC_RMID was done: whoever still waits on it gets EIDRM. */
  removed: boolean;
}

/** The objects of one family by index, and how the next id is found. Linux: struct ipc_ids */
export interface IpcSet<T extends IpcObject> {
  objects: Map<number, T>;
  next: number;
  lastIndex: number;
  seq: number;
}

export interface SemOp {
  num: number;
  op: number;
  flags: number;
}

/** A semop that waits: the record of its call, and a place in the array's queue. */
export interface SemWaiter extends RestartRecord {
  call: 'semop';
  tid: number;
  array: SemArray;
  ops: SemOp[];
  alters: boolean;
  undo: SemUndo | undefined;
  deadline: bigint | undefined;
  /** Index of the operation that cannot be done yet. */
  blocking: number;
  /** Set by whoever did the operations for the waiter, or made them impossible. */
  result: number | undefined;
}

/** Adjustments that a process owes one array. Linux: struct sem_undo */
export interface SemUndo {
  array: SemArray;
  adjust: number[];
}

/** All adjustments of tasks that share them (CLONE_SYSVSEM). Linux: struct sem_undo_list */
export interface SemUndoList {
  users: number;
  entries: Map<SemArray, SemUndo>;
}

export interface SemArray extends IpcObject {
  sems: { value: number; pid: number }[];
  otime: number;
  ctime: number;
  waiters: SemWaiter[];
  queue: WaitQueue;
  undos: SemUndo[];
}

export interface Message {
  type: number;
  bytes: Uint8Array;
}

export type MessageMode = 'any' | 'equal' | 'not-equal' | 'up-to' | 'number';

/** A msgrcv that waits. */
export interface MsgReceiver extends RestartRecord {
  call: 'msgrcv';
  tid: number;
  queue: MsgQueue;
  type: number;
  mode: MessageMode;
  room: number;
  cut: boolean;
  /** What a sender handed over, or why the wait is over. */
  result: Message | number | undefined;
}

export interface MsgQueue extends IpcObject {
  messages: Message[];
  bytes: number;
  maxBytes: number;
  stime: number;
  rtime: number;
  ctime: number;
  lastSender: number;
  lastReceiver: number;
  receivers: MsgReceiver[];
  receiving: WaitQueue;
  sending: WaitQueue;
}

export interface ShmSegment extends IpcObject {
  size: number;
  /** The pages, held as long as the segment lives. */
  memory: OpenFile;
  /** One open file for each shmat; its references are the mappings. */
  attached: OpenFile[];
  atime: number;
  dtime: number;
  ctime: number;
  creator: number;
  lastUser: number;
}

/** What /proc/sys/kernel shows and sets. */
export interface SysvLimits {
  semmsl: number;
  semmns: number;
  semopm: number;
  semmni: number;
  shmmax: number;
  shmall: number;
  shmmni: number;
  msgmax: number;
  msgmnb: number;
  msgmni: number;
}

export interface SysvState {
  sem: IpcSet<SemArray>;
  msg: IpcSet<MsgQueue>;
  shm: IpcSet<ShmSegment>;
  limits: SysvLimits;
}

/** ULONG_MAX - (1 << 24) of a 32-bit kernel. Linux 6.1 include/uapi/linux/shm.h: SHMMAX, SHMALL */
const SHMMAX = 0xfeff_ffff;

function defaultLimits(): SysvLimits {
  return {
    semmsl: 32_000,
    semmns: 32_000 * 32_000,
    semopm: 500,
    semmni: 32_000,
    shmmax: SHMMAX,
    shmall: SHMMAX,
    shmmni: 4096,
    msgmax: 8192,
    msgmnb: 16_384,
    msgmni: 32_000,
  };
}

function newSet<T extends IpcObject>(): IpcSet<T> {
  return { objects: new Map(), next: 0, lastIndex: -1, seq: 0 };
}

export function sysvState(kernel: Kernel): SysvState {
  const { sub } = kernel.state;
  sub.sysv ??= { sem: newSet(), msg: newSet(), shm: newSet(), limits: defaultLimits() } satisfies SysvState;
  return sub.sysv as SysvState;
}
