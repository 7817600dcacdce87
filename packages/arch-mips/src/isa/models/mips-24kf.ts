import { type CpuModel, cpuModel } from '@kml/core';

const GCC = 'GCC config/mips/24k.md (by MIPS, after MD00343): cycles in the unit';
const FPU = 'GCC config/mips/24k.md: cycles in the FPU, which runs at half the clock';

/** The 24Kf: one instruction a cycle, the FPU at half the clock. */
export const mips24kf: CpuModel = cpuModel(
  'mips-24kf',
  'MIPS 24Kf 400 MHz',
  400_000_000,
  {
    alu: [1, `${GCC}, r24k_int_arith`],
    load: [1, `${GCC}, r24k_int_load; latency 2`],
    store: [1, `${GCC}, r24k_int_store`],
    branch: [1, `${GCC}, r24k_int_branch`],
    jump: [1, `${GCC}, r24k_int_jump`],
    jumpIndirect: [2, 'assumed: returns predicted, other computed jumps not'],
    multiply: [1, `${GCC}, r24k_int_mult`],
    divide: [36, `${GCC}, r24k_int_div, 32 bits`],
    moveHiLo: [1, `${GCC}, r24k_int_mfhilo; latency 5`],
    sync: [10, 'assumed: waits for the write buffer'],
    cache: [5, 'assumed: a look-up and a write of the tags'],
    trap: [1, 'assumed: not taken'],
    cp0: [3, 'GCC config/mips/24k.md, r24k_int_cop (in a comment): latency'],
    eret: [10, 'assumed: flushes the pipeline'],
    tlb: [5, 'assumed: a few stages'],
    exception: [20, 'assumed: flushes the pipeline, fetches the vector'],
    // ---- floating point; a 4Kc has no FPU, the figures are the 24Kf's.
    fpMove: [2, `${FPU}, r24k_fmove`],
    fpAdd: [2, `${FPU}, r24k_fadd`],
    fpMultiply: [4, `${FPU}, r24k_fmul_df`],
    fpMultiplyAdd: [4, `${FPU}, r24k_fmul_df`],
    fpDivide: [58, `${FPU}, r24k_fdiv_df`],
    fpSqrt: [58, `${FPU}, r24k_fdiv_df`],
    fpConvert: [2, `${FPU}, r24k_fcvt_i2f_s2d`],
    fpCompare: [2, `${FPU}, r24k_fcmp`],
    kernelCall: [1, 'assumed: what the kernel does is charged by the kernel'],
  },
  { factor: 0.9, source: 'assumed: one instruction a cycle, memory near in cycles' },
);
