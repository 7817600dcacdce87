/**
 * What the processor says it is: a MIPS 24Kf (MIPS32 Release 2 with FPU).
 * MIPS32 24Kf Processor Core Software User's Manual, chapter 6.
 */
/** PRId: MIPS Technologies, 24K, revision 0. */
export const PRID = 0x0001_9300;

/** FIR: 64-bit FPU with single, double, word and long formats, of a 24Kf. */
export const FIR = 0x0073_9300;

/** Config1: more follow; 16 TLB entries; 32 KiB caches of 4 ways and 32-byte lines; watch registers; EJTAG; FPU. */
const CONFIG1 = 0x9ea3_518b | 0;
/** Config3: the UserLocal register. */
const CONFIG3 = 0x0000_2000;

/** Config1 and Config2 are constants; the others have bits that can be written. */
export const CONFIG1_VALUE = CONFIG1;
export const CONFIG2_VALUE = 0x8000_0000 | 0;

/** Config registers after reset. Config0: Release 2, TLB, cacheable. */
export const CONFIG = { config0: 0x8000_0482 | 0, config3: CONFIG3, config7: 0 } as const;

/** Line size that SYNCI works by (RDHWR register 1), and cycles a Count step (register 3). */
export const SYNCI_STEP = 32;
export const COUNT_RESOLUTION = 2;
