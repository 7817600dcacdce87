/**
 * Cycles that the kernel's work behind a kernel call costs the guest, beside the entry and exit code,
 * which costs what its instructions cost. A system call costs its base (CALLS) and what it does, by
 * unit (REFERENCE_WORK): bytes copied, path components looked up, page-table entries copied and so on.
 *
 * The figures here are the reference: a Pentium 4 class machine that moves about 4 bytes a cycle. A
 * CPU model may have its own (CpuModel.work, CpuModel.callWork); else they are multiplied by its
 * workScale.
 */

const SIZE = 'assumed: the order of magnitude of lmbench on Linux and a Pentium 4 class machine';
const COPY = 'assumed: memory copied at 4 bytes a cycle';

/** The unit of each figure, its reference, and where that comes from. Cycles, but for fractions of copyByte. */
export const REFERENCE_WORK = {
  contextSwitch: [1200, 'a switch to another task', SIZE],
  interrupt: [600, 'a timer interrupt', SIZE],
  pageFault: [900, 'a page fault, what it does to the page apart', SIZE],
  signalDelivery: [700, 'a signal delivered to a handler', SIZE],
  copyByte: [0.25, 'a byte copied to or from a program, from 256 on', COPY],
  pathComponent: [150, 'a component of a path looked up', SIZE],
  pollDescriptor: [60, 'a descriptor asked by poll, select or epoll', SIZE],
  zeroPage: [1000, 'a page cleared', COPY],
  copyPage: [1500, 'a page copied', COPY],
  readPage: [4000, 'a page read into the page cache', 'assumed: the device’s time is not modelled'],
  swapPage: [6000, 'a page to or from swap', 'assumed: the device’s time is not modelled'],
  mapEntry: [10, 'a further page mapped by a fault', 'assumed: some instructions of Linux’s own'],
  copyEntry: [12, 'a page-table entry copied by fork', 'assumed: some instructions of Linux’s own'],
  zapEntry: [15, 'a page-table entry emptied by munmap, exec or exit', 'assumed: some instructions of Linux’s own'],
  copyArea: [250, 'a mapped area copied by fork', 'assumed: some instructions of Linux’s own'],
  execSegment: [10_000, 'a segment of a program mapped by exec', 'assumed: a mapping, and what exec does for it'],
} as const satisfies Readonly<Record<string, readonly [cycles: number, unit: string, source: string]>>;

export type WorkName = keyof typeof REFERENCE_WORK;
/** Cycles of a unit of each work, for the CPU model of a machine. */
export type KernelWork = { readonly [name in WorkName]: number };

const DEFAULT_CALL = 60;
/** Base of the calls: those that only read a word, and those that do a lot. All assumed (SIZE). */
const CALLS: Readonly<Record<string, number>> = {
  getpid: 0,
  gettid: 0,
  getppid: 10,
  getuid: 5,
  geteuid: 5,
  getgid: 5,
  getegid: 5,
  getuid32: 5,
  geteuid32: 5,
  getgid32: 5,
  getegid32: 5,
  gettimeofday: 150,
  time: 30,
  clock_gettime: 150,
  clock_gettime64: 150,
  read: 300,
  write: 300,
  open: 900,
  openat: 900,
  stat64: 400,
  fstatat64: 400,
  statx: 500,
  close: 200,
  fork: 50_000,
  vfork: 12_000,
  clone: 20_000,
  clone3: 20_000,
  execve: 90_000,
  execveat: 90_000,
  exit: 10_000,
  exit_group: 20_000,
  mmap: 1500,
  mmap2: 1500,
  munmap: 1500,
  mprotect: 1200,
  brk: 600,
  pipe: 2000,
  pipe2: 2000,
};

/** What a CPU model says of the kernel's work. */
export interface WorkModel {
  readonly work?: Readonly<Record<string, number>>;
  readonly workSources?: Readonly<Record<string, string>>;
  readonly callWork?: Readonly<Record<string, number>>;
  readonly callWorkSources?: Readonly<Record<string, string>>;
  readonly workScale?: { readonly factor: number; readonly source: string };
}

/** Cycles of each work on a model. @param scale of the reference figures */
export function kernelWork(own: Readonly<Record<string, number>> = {}, scale = 1): KernelWork {
  const entries = Object.entries(REFERENCE_WORK).map(([name, [cycles]]) => [name, own[name] ?? scaled(cycles, scale)]);
  return Object.fromEntries(entries) as KernelWork;
}

/** Base cycles of a system call, by name. @param scale of the reference figures */
export function workOf(name: string, scale = 1): number {
  return Math.round((CALLS[name] ?? DEFAULT_CALL) * scale);
}

/** A figure of the kernel's work on a model. */
export interface WorkConstant {
  readonly name: string;
  readonly cycles: number;
  /** What it is for one of. */
  readonly unit: string;
  readonly source: string;
}

/** All figures of the kernel's work on a CPU model, with their sources. Calls that are not listed cost what `otherCall` says. */
export function workConstants(model: WorkModel): WorkConstant[] {
  const { work = {}, workSources = {}, callWork = {}, callWorkSources = {}, workScale } = model;
  const factor = workScale?.factor ?? 1;
  const because = (source: string): string =>
    factor === 1 ? source : `${source}; times ${factor}: ${workScale!.source}`;
  const units = Object.entries(REFERENCE_WORK).map(([name, [cycles, unit, source]]) => {
    const own = work[name];
    if (own !== undefined) return { name, cycles: own, unit, source: workSources[name] ?? '' };
    return { name, cycles: scaled(cycles, factor), unit, source: because(source) };
  });
  const calls = [...new Set([...Object.keys(CALLS), ...Object.keys(callWork)])].sort().map((name) => {
    const own = callWork[name];
    const unit = 'a call, what it does by unit apart';
    if (own !== undefined) return { name, cycles: own, unit, source: callWorkSources[name] ?? '' };
    return { name, cycles: workOf(name, factor), unit, source: because(SIZE) };
  });
  const other = { name: 'otherCall', cycles: workOf('', factor), unit: 'any other call', source: because(SIZE) };
  return [...units, ...calls, other];
}

/** Whole cycles, but fractions stay what they are. */
function scaled(cycles: number, scale: number): number {
  return cycles < 1 ? cycles * scale : Math.round(cycles * scale);
}
