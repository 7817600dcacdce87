/**
 * The exception vectors, at the beginning of kernel text. Linux 6.1 arch/mips/kernel/genex.S: except_vec3_generic
 *
 * The page table is the MMU's own, so a TLB refill exception is a fault like any other: there is
 * nothing to refill from.
 */
export const VECTORS = `
except_vec0_refill:
  j except_vec3_generic
  nop
  .org 0x180
except_vec3_generic:
  mfc0 k1, c0_cause
  andi k1, k1, 0x7c
  lui k0, %hi(EXCEPTION_HANDLERS)
  addu k0, k0, k1
  lw k0, %lo(EXCEPTION_HANDLERS)(k0)
  jr k0
  nop
  .org 0x200
`;
