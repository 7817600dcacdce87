import { type CpuModel, cpuModel } from '@kml/core';
import { withCallWork } from '../call-work.ts';

/** Of two constants only the sum was fitted: how it is split is assumed. */
const TRAP_FIT = 'fitted: getpid by int 0x80 is 132 times a function call (Linux Journal 109, 2003)';
const FAST_FIT = 'fitted: getpid by sysenter is 432 cycles (Linux Journal 109, 2003)';

const GCC = 'GCC config/i386/x86-tune-costs.h, pentium4_cost';

/** The Pentium 4 of 0F_2H. */
const instructions: CpuModel = cpuModel('pentium4', 'Intel Pentium 4 2.40 GHz (Northwood)', 2_400_000_000, {
  alu: [1, `${GCC}: add`],
  aluCarry: [3, 'assumed: no source of it was read'],
  move: [1, 'assumed: as alu'],
  lea: [1, 'assumed: throughput; latency up to 3 (GCC config/i386/x86-tune-costs.h, pentium4_cost)'],
  memoryOperand: [1, 'assumed: first-level hit, partly hidden'],
  exchange: [3, 'assumed: no source of it was read'],
  byteSwap: [1, 'assumed: no source of it was read'],
  table: [5, 'assumed: no source of it was read'],
  conditionalMove: [2, 'assumed: no source of it was read'],
  setCondition: [2, 'assumed: no source of it was read'],
  shift: [1, 'assumed: throughput; latency 4 (GCC config/i386/x86-tune-costs.h, pentium4_cost)'],
  rotateCarry: [4, 'assumed: no source of it was read'],
  doubleShift: [6, 'assumed: no source of it was read'],
  multiply: [5, 'assumed: throughput; latency 15 (GCC config/i386/x86-tune-costs.h, pentium4_cost)'],
  divide: [30, 'assumed: throughput; latency 56 (GCC config/i386/x86-tune-costs.h, pentium4_cost)'],
  bitTest: [4, 'assumed: no source of it was read'],
  bitScan: [4, 'assumed: no source of it was read'],
  push: [1, 'assumed: no source of it was read'],
  pop: [1, 'assumed: no source of it was read'],
  pushAll: [9, 'assumed: microcode; no source of this figure was read'],
  pushFlags: [4, 'assumed: microcode; no source of this figure was read'],
  enter: [12, 'assumed: some micro-operations'],
  branch: [1, 'assumed: predicted'],
  loop: [4, 'assumed: no source of it was read'],
  call: [2, 'assumed: no source of it was read'],
  callIndirect: [3, 'assumed: predicted'],
  jumpIndirect: [2, 'assumed: predicted'],
  return: [2, 'assumed: no source of it was read'],
  bound: [7, 'assumed: no source of it was read'],
  string: [2, 'assumed: an iteration'],
  decimal: [10, 'assumed: no source of it was read'],
  pause: [40, 'assumed: no source of it was read'],
  cpuid: [200, 'assumed: microcode; no source of this figure was read'],
  timeStamp: [80, 'assumed: microcode; no source of this figure was read'],
  interrupt: [999, TRAP_FIT],
  // ---- system
  segmentRead: [1, 'assumed: microcode; no source of this figure was read'],
  segmentLoad: [20, 'assumed: microcode; no source of this figure was read'],
  farTransfer: [40, 'assumed: microcode; no source of this figure was read'],
  iret: [444, TRAP_FIT],
  sysenter: [107, FAST_FIT],
  sysexit: [71, FAST_FIT],
  popf: [30, 'assumed: microcode; no source of this figure was read'],
  cli: [25, 'assumed: microcode; no source of this figure was read'],
  sti: [30, 'assumed: microcode; no source of this figure was read'],
  hlt: [10, 'assumed: microcode; no source of this figure was read'],
  controlRead: [10, 'assumed: microcode; no source of this figure was read'],
  controlWrite: [60, 'assumed: microcode; no source of this figure was read'],
  msr: [100, 'assumed: microcode; no source of this figure was read'],
  tableStore: [5, 'assumed: microcode; no source of this figure was read'],
  tableLoad: [30, 'assumed: microcode; no source of this figure was read'],
  selectorCheck: [20, 'assumed: microcode; no source of this figure was read'],
  port: [1000, 'assumed: a bus cycle to a slow device'],
  // ---- floating point and SIMD
  fpuAdd: [5, `${GCC}: FADD; latency`],
  fpuMultiply: [7, `${GCC}: FMUL; latency`],
  fpuDivide: [38, 'assumed: double precision; 43 for extended (GCC config/i386/x86-tune-costs.h, pentium4_cost)'],
  fpuMove: [2, `${GCC}: FABS and FCHS`],
  fpuFunction: [160, 'assumed: microcode; no source of this figure was read'],
  fpuControl: [6, 'assumed: microcode; no source of this figure was read'],
  fpuState: [160, 'assumed: microcode; no source of this figure was read'],
  simdAlu: [2, 'assumed: no source of it was read'],
  simdMultiply: [8, 'assumed: no source of it was read'],
  simdMove: [2, 'assumed: no source of it was read'],
  floatAdd: [4, `${GCC}: ADDSS`],
  floatMultiply: [6, `${GCC}: MULSS`],
  floatDivide: [32, 'assumed: no source of it was read'],
  floatConvert: [6, 'assumed: no source of it was read'],
  fence: [8, 'assumed: microcode; no source of this figure was read'],
  kernelCall: [1, 'assumed: what the kernel does is charged by the kernel'],
});

/** The kernel's work behind the two calls that the article has. */
const PENTIUM4_WORK = {
  getpid: [4, 'fitted: getpid by function call is 12 cycles (Linux Journal 109, 2003)'],
  gettimeofday: [387, 'fitted: gettimeofday by function call is 404 cycles (Linux Journal 109, 2003)'],
} as const;

export const pentium4 = withCallWork(instructions, PENTIUM4_WORK);
