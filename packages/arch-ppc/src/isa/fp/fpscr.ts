/** Bits of the floating-point status and control register. PEM, 2.1.4, table 2-4. */
export const FPSCR_FX = 0x80000000 | 0;
export const FPSCR_FEX = 0x40000000;
export const FPSCR_VX = 0x20000000;
export const FPSCR_OX = 0x10000000;
export const FPSCR_UX = 0x08000000;
export const FPSCR_ZX = 0x04000000;
export const FPSCR_XX = 0x02000000;
export const FPSCR_VXSNAN = 0x01000000;
export const FPSCR_VXISI = 0x00800000;
export const FPSCR_VXIDI = 0x00400000;
export const FPSCR_VXZDZ = 0x00200000;
export const FPSCR_VXIMZ = 0x00100000;
export const FPSCR_VXVC = 0x00080000;
export const FPSCR_FR = 0x00040000;
export const FPSCR_FI = 0x00020000;
/** Class of the result: C, then FPCC (FL FG FE FU). */
export const FPSCR_FPRF = 0x0001f000;
export const FPSCR_FPCC = 0x0000f000;
export const FPSCR_VXSOFT = 0x00000400;
export const FPSCR_VXSQRT = 0x00000200;
export const FPSCR_VXCVI = 0x00000100;
export const FPSCR_VE = 0x00000080;
export const FPSCR_OE = 0x00000040;
export const FPSCR_UE = 0x00000020;
export const FPSCR_ZE = 0x00000010;
export const FPSCR_XE = 0x00000008;
export const FPSCR_NI = 0x00000004;
/** Rounding mode: 0 nearest, 1 toward zero, 2 up, 3 down. */
export const FPSCR_RN = 0x00000003;

export const FPSCR_ENABLES = FPSCR_VE | FPSCR_OE | FPSCR_UE | FPSCR_ZE | FPSCR_XE;
/** All invalid-operation exceptions. */
export const FPSCR_ALL_VX =
  FPSCR_VXSNAN |
  FPSCR_VXISI |
  FPSCR_VXIDI |
  FPSCR_VXZDZ |
  FPSCR_VXIMZ |
  FPSCR_VXVC |
  FPSCR_VXSOFT |
  FPSCR_VXSQRT |
  FPSCR_VXCVI;
/** Exception bits, which stay until cleared. */
export const FPSCR_STICKY = FPSCR_ALL_VX | FPSCR_OX | FPSCR_UX | FPSCR_ZX | FPSCR_XX;

/** The value with its summary bits FEX and VX computed from the others. */
export function withSummaries(fpscr: number): number {
  let word = fpscr & ~(FPSCR_FEX | FPSCR_VX);
  if (word & FPSCR_ALL_VX) word |= FPSCR_VX;
  // VX OX UX ZX XX lie 22 bits above VE OE UE ZE XE.
  if ((word >>> 22) & word & FPSCR_ENABLES) word |= FPSCR_FEX;
  return word;
}
