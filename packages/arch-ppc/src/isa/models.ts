import type { CpuModel, CycleCosts } from '@kml/core';

const MPC750 = 'MPC750 RISC Microprocessor User’s Manual, table 6-6 and 6-7, latency or throughput';
const MPC603E = 'MPC603e RISC Microprocessor User’s Manual, chapter 6, instruction latency tables';
const E300 = 'e300 Power Architecture Core Family Reference Manual, chapter 7, instruction latency tables';
const ASSUMED = 'assumed';

type Table = Readonly<Record<string, readonly [ppc750: number, ppc603e: number, e300: number, source?: string]>>;

/** Cycles by class. Where a source is named it holds for all models; else it is the model's manual. */
const TABLE: Table = {
  alu: [1, 1, 1],
  shift: [1, 1, 1],
  compare: [1, 1, 1],
  multiplyImmediate: [3, 3, 2],
  multiply: [4, 5, 2],
  divide: [19, 37, 20],
  condition: [1, 1, 1],
  branch: [1, 1, 1, 'assumed: folded or predicted'],
  branchRegister: [2, 2, 2, 'assumed: predicted'],
  load: [2, 2, 2, 'throughput 1; half of the latency hidden'],
  store: [1, 1, 1],
  multiple: [16, 16, 16, 'assumed: 2 and a cycle a register, for half the registers'],
  reserve: [4, 4, 4, ASSUMED],
  cache: [3, 3, 3],
  cacheZero: [4, 5, 5, ASSUMED],
  sync: [4, 4, 4],
  crMove: [2, 1, 1],
  sprRead: [2, 2, 2, ASSUMED],
  sprWrite: [2, 2, 2, ASSUMED],
  timeBase: [2, 2, 2, ASSUMED],
  fpuAdd: [1, 1, 1, 'throughput; latency 3'],
  fpuMultiply: [1, 1, 1, 'throughput of single precision; latency 3'],
  fpuMultiplyDouble: [2, 2, 2, 'throughput; latency 4'],
  fpuDivide: [17, 18, 18],
  fpuDivideDouble: [31, 33, 33],
  fpuLoad: [2, 2, 2, 'throughput 1; half of the latency hidden'],
  fpuStore: [1, 1, 1],
  fpuMove: [1, 1, 1],
  fpuCompare: [1, 1, 1],
  fpuConvert: [1, 1, 1],
  fpuControl: [3, 3, 3],
  trapIf: [2, 2, 2],
  systemCall: [90, 90, 90, 'assumed: flushes the pipeline, fetches the vector'],
  returnInterrupt: [40, 40, 40, 'assumed: flushes the pipeline'],
  msrRead: [1, 1, 1],
  msrWrite: [17, 17, 17, ASSUMED],
  segment: [3, 2, 2, ASSUMED],
  tlb: [3, 3, 3, ASSUMED],
  kernelCall: [1, 1, 1, 'assumed: what the kernel does is charged by the kernel'],
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

/** CPU models; the first is the default. */
export const cpuModels: readonly CpuModel[] = [
  model('ppc-750', 'IBM/Motorola PowerPC 750 (G3) 400 MHz', 400_000_000, 0, MPC750),
  model('ppc-603e', 'Motorola PowerPC 603e 300 MHz', 300_000_000, 1, MPC603E),
  model('e300', 'Freescale e300c3 (MPC8349E) 533 MHz', 533_000_000, 2, E300),
];
