import type { CpuModel } from '@kml/core';
import { withCallWork } from './call-work.ts';

const FOG =
  'Agner Fog, Instruction tables, Skylake: micro-operations in the fused domain; of a unit that is not pipelined, its reciprocal throughput';
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
  table: [3],
  conditionalMove: [1],
  setCondition: [1],
  shift: [1],
  rotateCarry: [3],
  doubleShift: [1],
  multiply: [1],
  divide: [6 * SLOTS],
  bitTest: [1],
  bitScan: [1],
  push: [1],
  pop: [1],
  pushAll: [11],
  pushFlags: [3],
  enter: [12],
  branch: [1, 'assumed: predicted'],
  loop: [7],
  call: [3],
  callIndirect: [3, 'assumed: predicted'],
  jumpIndirect: [1, 'assumed: predicted'],
  return: [2],
  bound: [15],
  string: [SLOTS, 'assumed: an iteration'],
  decimal: [10, ASSUMED],
  pause: [140 * SLOTS],
  cpuid: [100 * SLOTS],
  timeStamp: [25 * SLOTS],
  interrupt: [200 * SLOTS, ASSUMED],
  // ---- system
  segmentRead: [1],
  segmentLoad: [14 * SLOTS],
  farTransfer: [60 * SLOTS, ASSUMED],
  iret: [100 * SLOTS, ASSUMED],
  sysenter: [29, LUPINE],
  sysexit: [29, LUPINE],
  popf: [10, LUPINE],
  cli: [4 * SLOTS, ASSUMED],
  sti: [8, LUPINE],
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
  fpuDivide: [5 * SLOTS],
  fpuMove: [1],
  fpuFunction: [60 * SLOTS, ASSUMED],
  fpuControl: [2 * SLOTS, ASSUMED],
  fpuState: [40 * SLOTS, ASSUMED],
  simdAlu: [1],
  simdMultiply: [1],
  simdMove: [1],
  floatAdd: [1],
  floatMultiply: [1],
  floatDivide: [4 * SLOTS],
  floatConvert: [2 * SLOTS, ASSUMED],
  fence: [8 * SLOTS, ASSUMED],
  kernelCall: [1, 'assumed: what the kernel does is charged by the kernel'],
};

/** The kernel's work behind the calls that the paper has, Kernel Mode Linux's own way in for 64-bit programs included. */
const WORK = {
  getppid: [223, 'fitted: null by Kernel Mode Linux is 20.0 ns (Lupine, figure 9)'],
  read: [539, 'fitted: read by Kernel Mode Linux is 40.8 ns (Lupine, figure 9)'],
  write: [344, 'fitted: write by Kernel Mode Linux is 28.0 ns (Lupine, figure 9)'],
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
  sources: Object.fromEntries(Object.entries(COSTS).map(([name, [, source]]) => [name, source ?? FOG])),
};

export const xeonModel = withCallWork(instructions, WORK);
