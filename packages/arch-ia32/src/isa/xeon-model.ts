import type { CpuModel } from '@kml/core';
import { withCallWork } from './call-work.ts';

const LLVM = 'LLVM lib/Target/X86/X86SchedSkylakeClient.td: micro-operations';
const DIVIDER = 'LLVM lib/Target/X86/X86SchedSkylakeClient.td: cycles that the divider is busy';
/** Only the sum of the four was fitted: how it is split is assumed. */
const LUPINE = 'fitted: null by the original kernel is 32.8 ns (Lupine, figure 9)';
const ASSUMED = 'assumed: no source of it was read';

/** Issue slots in a cycle: the core renames and retires four micro-operations a cycle. */
const SLOTS = 4;

/** Costs in issue slots, with their source where it is not the instruction tables. */
const COSTS: Readonly<Record<string, readonly [slots: number, source?: string]>> = {
  alu: [1],
  aluCarry: [1],
  move: [1],
  lea: [1],
  memoryOperand: [2, 'assumed: half a cycle, of a latency of four or five'],
  exchange: [3],
  byteSwap: [1],
  table: [3, ASSUMED],
  conditionalMove: [1],
  setCondition: [1],
  shift: [1],
  rotateCarry: [3],
  doubleShift: [1],
  multiply: [1],
  divide: [10 * SLOTS, DIVIDER],
  bitTest: [1],
  bitScan: [1],
  push: [3],
  pop: [2],
  pushAll: [11, ASSUMED],
  pushFlags: [6],
  enter: [12, ASSUMED],
  branch: [1],
  loop: [7],
  call: [4],
  callIndirect: [4],
  jumpIndirect: [1],
  return: [3],
  bound: [15, ASSUMED],
  string: [SLOTS, 'assumed: an iteration'],
  decimal: [10, ASSUMED],
  pause: [140 * SLOTS, ASSUMED],
  cpuid: [100 * SLOTS, ASSUMED],
  timeStamp: [25 * SLOTS, ASSUMED],
  interrupt: [200 * SLOTS, ASSUMED],
  // ---- system
  segmentRead: [1, ASSUMED],
  segmentLoad: [14 * SLOTS, ASSUMED],
  farTransfer: [60 * SLOTS, ASSUMED],
  iret: [100 * SLOTS, ASSUMED],
  sysenter: [21, LUPINE],
  sysexit: [21, LUPINE],
  popf: [6, LUPINE],
  cli: [4 * SLOTS, ASSUMED],
  sti: [5, LUPINE],
  hlt: [10 * SLOTS, ASSUMED],
  controlRead: [5 * SLOTS, ASSUMED],
  controlWrite: [50 * SLOTS, ASSUMED],
  msr: [60 * SLOTS, ASSUMED],
  tableStore: [4 * SLOTS, ASSUMED],
  tableLoad: [40 * SLOTS, ASSUMED],
  selectorCheck: [20 * SLOTS, ASSUMED],
  port: [1000 * SLOTS, 'assumed: a bus cycle to a slow device'],
  // ---- floating point and SIMD
  fpuAdd: [1],
  fpuMultiply: [1],
  fpuDivide: [4 * SLOTS, DIVIDER],
  fpuMove: [1],
  fpuFunction: [60 * SLOTS, ASSUMED],
  fpuControl: [2 * SLOTS, ASSUMED],
  fpuState: [40 * SLOTS, ASSUMED],
  simdAlu: [1],
  simdMultiply: [1],
  simdMove: [1],
  floatAdd: [1],
  floatMultiply: [1],
  floatDivide: [3 * SLOTS, DIVIDER],
  floatConvert: [2],
  fence: [3],
  kernelCall: [1, 'assumed: what the kernel does is charged by the kernel'],
};

/** The kernel's work behind the calls that the paper has, Kernel Mode Linux's own way in for 64-bit programs included. */
const WORK = {
  getppid: [195, 'fitted: null by Kernel Mode Linux is 20.0 ns (Lupine, figure 9)'],
  read: [511, 'fitted: read by Kernel Mode Linux is 40.8 ns (Lupine, figure 9)'],
  write: [316, 'fitted: write by Kernel Mode Linux is 28.0 ns (Lupine, figure 9)'],
} as const;

/**
 * The Lupine paper’s machine, as far as one cost for each class of instructions can say what an
 * out-of-order core takes. It does up to four micro-operations in a cycle, so costs, the clock and
 * the time-stamp counter are in issue slots of a quarter of a cycle. It runs 32-bit programs here;
 * the paper’s were 64-bit, and entered by SYSCALL where these do by SYSENTER.
 */
const instructions: CpuModel = {
  name: 'xeon-e3-1270v6',
  title: 'Intel Xeon E3-1270 v6 3.80 GHz (Kaby Lake), counted in quarter cycles',
  clockHz: 3_800_000_000 * SLOTS,
  costs: Object.fromEntries(Object.entries(COSTS).map(([name, [slots]]) => [name, slots])),
  sources: Object.fromEntries(Object.entries(COSTS).map(([name, [, source]]) => [name, source ?? LLVM])),
};

export const xeonModel = withCallWork(instructions, WORK);
