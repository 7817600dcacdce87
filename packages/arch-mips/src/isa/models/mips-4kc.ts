import { type CpuModel, cpuModel } from '@kml/core';

const GCC = 'GCC config/mips/4k.md (by MIPS, after MD00016 rev. 1.18): cycles in the unit';
const FPU = 'assumed: a 4Kc has no FPU; what a 24K’s takes at the core’s clock (GCC config/mips/24k.md)';

/** The 4Kc: five stages, one instruction a cycle. */
export const mips4kc: CpuModel = cpuModel(
  'mips-4kc',
  'MIPS 4Kc 200 MHz',
  200_000_000,
  {
    alu: [1, `${GCC}, r4k_int_alu`],
    load: [1, `${GCC}, r4k_int_load; latency 2`],
    store: [1, `${GCC}, r4k_int_store`],
    branch: [1, `${GCC}, r4k_int_branch`],
    jump: [1, `${GCC}, r4k_int_jump_4k`],
    jumpIndirect: [1, `${GCC}, r4k_int_jump_4k`],
    multiply: [2, `${GCC}, r4k_mult_4kc`],
    divide: [34, `${GCC}, r4k_idiv_4kc, 32 bits, signed`],
    moveHiLo: [1, `${GCC}, r4k_int_mfhilo; latency 2`],
    sync: [5, 'assumed: waits for the write buffer'],
    cache: [5, 'assumed: a look-up and a write of the tags'],
    trap: [1, 'assumed: not taken'],
    cp0: [2, 'GCC config/mips/4k.md, r4k_int_cop (in a comment): latency'],
    eret: [4, 'assumed: flushes the pipeline'],
    tlb: [3, 'assumed: a few stages'],
    exception: [8, 'assumed: flushes the pipeline, fetches the vector'],
    // ---- floating point; a 4Kc has no FPU, the figures are the 24Kf's.
    fpMove: [1, `${FPU}, r24kx_fmove`],
    fpAdd: [1, `${FPU}, r24kx_fadd`],
    fpMultiply: [2, `${FPU}, r24kx_fmul_df`],
    fpMultiplyAdd: [2, `${FPU}, r24kx_fmul_df`],
    fpDivide: [29, `${FPU}, r24kx_fdiv_df`],
    fpSqrt: [29, `${FPU}, r24kx_fdiv_df`],
    fpConvert: [1, `${FPU}, r24kx_fcvt_i2f_s2d`],
    fpCompare: [1, `${FPU}, r24kx_fcmp`],
    kernelCall: [1, 'assumed: what the kernel does is charged by the kernel'],
  },
  { factor: 0.9, source: 'assumed: one instruction a cycle, memory near in cycles' },
);
