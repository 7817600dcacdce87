/** FCSR, the FPU's control and status register. MIPS32 vol. I-A, 6.4.4. */
/** Rounding mode: nearest, towards zero, up, down. */
export const FCSR_RM = 0x3;
export const RM_NEAREST = 0;
export const RM_ZERO = 1;
export const RM_UP = 2;
export const RM_DOWN = 3;

/** Exceptions as they stand in the fields Flags, Enables and Cause, which differ by a shift. */
export const INEXACT = 0x1;
export const UNDERFLOW = 0x2;
export const OVERFLOW = 0x4;
export const DIVIDE_BY_ZERO = 0x8;
export const INVALID = 0x10;
/** Cause only: unimplemented operation. */
export const UNIMPLEMENTED = 0x20;

export const FLAGS_SHIFT = 2;
export const ENABLES_SHIFT = 7;
export const CAUSE_SHIFT = 12;
export const FCSR_FLAGS = 0x1f << FLAGS_SHIFT;
export const FCSR_ENABLES = 0x1f << ENABLES_SHIFT;
export const FCSR_CAUSE = 0x3f << CAUSE_SHIFT;
export const FCSR_FLAG_I = INEXACT << FLAGS_SHIFT;
export const FCSR_ENABLE_I = INEXACT << ENABLES_SHIFT;
export const FCSR_ENABLE_U = UNDERFLOW << ENABLES_SHIFT;

export const FCSR_NAN2008 = 0x4_0000;
export const FCSR_ABS2008 = 0x8_0000;
/** Flush results too small for the format to zero. */
export const FCSR_FS = 0x100_0000;
/** Condition code 0, and bit of condition code 1. */
export const FCSR_FCC0 = 0x80_0000;
export const FCC1_SHIFT = 25;
export const FCSR_FCC = 0xfe80_0000 | 0;

/** Bits that CTC1 can write: NAN2008 and ABS2008 are the processor's choice. */
export const FCSR_WRITABLE = 0xff83_ffff | 0;
