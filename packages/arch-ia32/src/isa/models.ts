import type { CpuModel, CycleCosts } from '@kml/core';
import { withCallWork } from './call-work.ts';
import { xeonModel } from './xeon-model.ts';

/** Source of the Pentium 4's figures. */
const P4 =
  'Intel 64 and IA-32 Optimization Reference Manual, appendix C, latency or throughput of model 0F_2H, rounded up';
const P3 = 'Intel Architecture Optimization Reference Manual (245127), appendix C, P6 family';
/** Of two constants only the sum was fitted: how it is split is assumed. */
const TRAP_FIT = 'fitted: getpid by int 0x80 is 132 times a function call (Linux Journal 109, 2003)';
const FAST_FIT = 'fitted: getpid by sysenter is 432 cycles (Linux Journal 109, 2003)';

const ASSUMED = 'assumed';

type Table = Readonly<
  Record<string, readonly [pentium4: number, pentium3: number, source?: string, ofPentium3?: string]>
>;

/** Cycles by class. Where a source is named it holds for both models, unless the second has its own; else it is the model's manual. */
const TABLE: Table = {
  alu: [1, 1],
  aluCarry: [3, 2],
  move: [1, 1],
  lea: [1, 1],
  memoryOperand: [1, 1, 'assumed: first-level hit, partly hidden'],
  exchange: [3, 3],
  byteSwap: [1, 1],
  table: [5, 3],
  conditionalMove: [2, 2],
  setCondition: [2, 1],
  shift: [1, 1],
  rotateCarry: [4, 2],
  doubleShift: [6, 2],
  multiply: [5, 1],
  divide: [30, 21],
  bitTest: [4, 1],
  bitScan: [4, 2],
  push: [1, 1],
  pop: [1, 1],
  pushAll: [9, 8],
  pushFlags: [4, 5],
  enter: [12, 10, ASSUMED],
  branch: [1, 1, 'assumed: predicted'],
  loop: [4, 4],
  call: [2, 2],
  callIndirect: [3, 3, 'assumed: predicted'],
  jumpIndirect: [2, 2, 'assumed: predicted'],
  return: [2, 2],
  bound: [7, 7],
  string: [2, 2, 'assumed: an iteration'],
  decimal: [10, 4],
  pause: [40, 1],
  cpuid: [200, 100, ASSUMED],
  timeStamp: [80, 35],
  interrupt: [999, 400, TRAP_FIT, ASSUMED],
  // ---- system
  segmentRead: [1, 1, ASSUMED],
  segmentLoad: [20, 12, ASSUMED],
  farTransfer: [40, 25, ASSUMED],
  iret: [444, 150, TRAP_FIT, ASSUMED],
  sysenter: [107, 80, FAST_FIT, ASSUMED],
  sysexit: [71, 60, FAST_FIT, ASSUMED],
  popf: [30, 15, ASSUMED],
  cli: [25, 9, ASSUMED],
  sti: [30, 9, ASSUMED],
  hlt: [10, 10, ASSUMED],
  controlRead: [10, 6, ASSUMED],
  controlWrite: [60, 30, ASSUMED],
  msr: [100, 60, ASSUMED],
  tableStore: [5, 4, ASSUMED],
  tableLoad: [30, 20, ASSUMED],
  selectorCheck: [20, 15, ASSUMED],
  port: [1000, 500, 'assumed: a bus cycle to a slow device'],
  // ---- floating point and SIMD
  fpuAdd: [5, 3],
  fpuMultiply: [7, 5],
  fpuDivide: [38, 32],
  fpuMove: [2, 1],
  fpuFunction: [160, 100],
  fpuControl: [6, 4],
  fpuState: [160, 90, ASSUMED],
  simdAlu: [2, 1],
  simdMultiply: [8, 3],
  simdMove: [2, 1],
  floatAdd: [4, 3],
  floatMultiply: [6, 4],
  floatDivide: [32, 30],
  floatConvert: [6, 4],
  fence: [8, 5, ASSUMED],
  kernelCall: [1, 1, 'assumed: what the kernel does is charged by the kernel'],
};

/** The kernel's work behind the two calls that the article has. */
const PENTIUM4_WORK = {
  getpid: [4, 'fitted: getpid by function call is 12 cycles (Linux Journal 109, 2003)'],
  gettimeofday: [387, 'fitted: gettimeofday by function call is 404 cycles (Linux Journal 109, 2003)'],
} as const;

function model(name: string, title: string, clockHz: number, column: 0 | 1, manual: string): CpuModel {
  const costs: Record<string, number> = {};
  const sources: Record<string, string> = {};
  for (const [key, entry] of Object.entries(TABLE)) {
    costs[key] = entry[column];
    sources[key] = (column === 1 ? entry[3] : undefined) ?? entry[2] ?? manual;
  }
  return { name, title, clockHz, costs: costs satisfies CycleCosts, sources };
}

/** CPU models; the first is the default. */
export const cpuModels: readonly CpuModel[] = [
  withCallWork(model('pentium4', 'Intel Pentium 4 2.40 GHz (Northwood)', 2_400_000_000, 0, P4), PENTIUM4_WORK),
  model('pentium3', 'Intel Pentium III 1.0 GHz (Coppermine)', 1_000_000_000, 1, P3),
  xeonModel,
];
