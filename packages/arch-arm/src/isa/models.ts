import type { CpuModel, CycleCosts } from '@kml/core';

const A9 = 'Cortex-A9 TRM (DDI0388), appendix B: instruction cycle timings; NEON MPE TRM (DDI0409), chapter 3';
const A8 = 'Cortex-A8 TRM (DDI0344), chapter 16: instruction cycle timing';
const ARM926 = 'ARM9EJ-S TRM (DDI0222), chapter 8: instruction cycle times; VFP9-S TRM (DDI0238)';
const ASSUMED = 'assumed';

type Table = Readonly<Record<string, readonly [a9: number, a8: number, arm926: number, source?: string]>>;

/** Cycles by class. Where a source is named it holds for all models; else it is the model's manual. */
const TABLE: Table = {
  alu: [1, 1, 1],
  aluShift: [1, 1, 1],
  aluShiftByRegister: [2, 1, 2],
  move: [1, 1, 1],
  multiply: [2, 1, 2],
  multiplyLong: [3, 2, 3],
  divide: [20, 20, 20, 'assumed: the model traps it, later ones take 2 to 20'],
  saturate: [1, 1, 1],
  parallel: [1, 1, 1],
  bitField: [1, 1, 1],
  load: [1, 1, 1],
  loadDouble: [2, 2, 2],
  loadMultiple: [3, 3, 4, 'assumed: a list of four to six'],
  store: [1, 1, 1],
  storeDouble: [1, 2, 2],
  storeMultiple: [3, 3, 4, 'assumed: a list of four to six'],
  exclusive: [4, 4, 4, ASSUMED],
  swap: [6, 6, 3, ASSUMED],
  branch: [1, 1, 3, 'assumed: predicted where the core predicts'],
  call: [1, 1, 3, 'assumed: predicted where the core predicts'],
  branchIndirect: [1, 1, 3, 'assumed: predicted where the core predicts'],
  tableBranch: [4, 4, 6, ASSUMED],
  status: [3, 8, 1],
  statusWrite: [4, 8, 2],
  hint: [1, 1, 1],
  barrier: [10, 10, 1, ASSUMED],
  coprocessor: [3, 4, 2, ASSUMED],
  systemControl: [20, 20, 10, ASSUMED],
  supervisorCall: [30, 30, 6, ASSUMED],
  exceptionReturn: [20, 20, 5, ASSUMED],
  modeChange: [8, 8, 3, ASSUMED],
  undefined: [1, 1, 1],
  kernelCall: [1, 1, 1, 'assumed: what the kernel does is charged by the kernel'],
  // ---- floating point and SIMD
  vfpMove: [1, 1, 1],
  vfpAdd: [1, 9, 1],
  vfpMultiply: [1, 10, 1],
  vfpMultiplyDouble: [2, 11, 2],
  vfpAccumulate: [1, 18, 1],
  vfpDivide: [10, 20, 15],
  vfpDivideDouble: [20, 29, 28],
  vfpCompare: [1, 4, 1],
  vfpConvert: [1, 7, 1],
  vfpTransfer: [1, 20, 2],
  vfpLoad: [1, 1, 1],
  vfpLoadMultiple: [4, 4, 8, ASSUMED],
  neonAlu: [1, 1, 1],
  neonMultiply: [2, 2, 2],
  neonFloat: [2, 2, 2],
  neonMove: [1, 1, 1],
  neonLoad: [2, 2, 2],
};

function model(name: string, title: string, clockHz: number, column: 0 | 1 | 2, manual: string): CpuModel {
  const costs: Record<string, number> = {};
  const sources: Record<string, string> = {};
  for (const [key, entry] of Object.entries(TABLE)) {
    costs[key] = entry[column];
    sources[key] = entry[3] ?? manual;
  }
  return { name, title, clockHz, costs: costs satisfies CycleCosts, sources };
}

/** CPU models; the first is the default. All execute ARMv7-A; they differ in what things cost. */
export const cpuModels: readonly CpuModel[] = [
  model('cortex-a9', 'ARM Cortex-A9 1.0 GHz', 1_000_000_000, 0, A9),
  model('cortex-a8', 'ARM Cortex-A8 800 MHz', 800_000_000, 1, A8),
  model('arm926', 'ARM926EJ-S 400 MHz (timing only)', 400_000_000, 2, ARM926),
];
