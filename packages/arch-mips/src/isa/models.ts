import type { CpuModel, CycleCosts } from '@kml/core';

const K24 = 'MIPS32 24K Processor Core Family Software User’s Manual (MD00343), chapter 2, pipeline latencies';
const KC4 = 'MIPS32 4K Processor Cores Software User’s Manual (MD00016), chapter 2';
const ASSUMED = 'assumed';

type Table = Readonly<Record<string, readonly [k24: number, kc4: number, source?: string]>>;

/** Cycles by class. Where a source is named it holds for both models; else it is the model's manual. */
const TABLE: Table = {
  alu: [1, 1],
  load: [1, 1, 'assumed: first-level hit, latency hidden'],
  store: [1, 1],
  branch: [1, 1, 'assumed: predicted'],
  jump: [1, 1],
  jumpIndirect: [2, 2, ASSUMED],
  multiply: [1, 2, 'assumed: latency partly hidden'],
  divide: [25, 35],
  moveHiLo: [1, 1],
  sync: [10, 5, ASSUMED],
  cache: [5, 5, ASSUMED],
  trap: [1, 1],
  cp0: [5, 3, ASSUMED],
  eret: [10, 4, ASSUMED],
  tlb: [5, 3, ASSUMED],
  exception: [20, 8, ASSUMED],
  // ---- floating point; a 4Kc has no FPU, the figures are the 24Kf's.
  fpMove: [1, 1],
  fpAdd: [1, 1, 'assumed: 4 cycles, pipelined'],
  fpMultiply: [2, 2, 'assumed: 5 cycles, double every second'],
  fpMultiplyAdd: [2, 2, ASSUMED],
  fpDivide: [25, 25],
  fpSqrt: [29, 29],
  fpConvert: [1, 1, 'assumed: 4 cycles, pipelined'],
  fpCompare: [1, 1],
  kernelCall: [1, 1, 'assumed: what the kernel does is charged by the kernel'],
};

function model(name: string, title: string, clockHz: number, column: 0 | 1, manual: string): CpuModel {
  const costs: Record<string, number> = {};
  const sources: Record<string, string> = {};
  for (const [key, entry] of Object.entries(TABLE)) {
    costs[key] = entry[column];
    sources[key] = entry[2] ?? manual;
  }
  return { name, title, clockHz, costs: costs satisfies CycleCosts, sources };
}

/** CPU models; the first is the default. */
export const cpuModels: readonly CpuModel[] = [
  model('mips-24kf', 'MIPS 24Kf 400 MHz', 400_000_000, 0, K24),
  model('mips-4kc', 'MIPS 4Kc 200 MHz', 200_000_000, 1, KC4),
];
