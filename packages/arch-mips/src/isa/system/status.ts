/** Fields of Status, Cause and Config. MIPS32 vol. III, chapter 9. */
export const STATUS_IE = 0x1;
export const STATUS_EXL = 0x2;
export const STATUS_ERL = 0x4;
/** KSU: 0 kernel, 2 user. */
export const STATUS_KSU = 0x18;
export const STATUS_USER = 0x10;
/** Interrupt mask, IM0 to IM7. */
export const STATUS_IM = 0xff00;
export const STATUS_BEV = 0x40_0000;
export const STATUS_FR = 0x400_0000;
export const STATUS_CU0 = 0x1000_0000;
export const STATUS_CU1 = 0x2000_0000;
export const STATUS_CU2 = 0x4000_0000;
export const STATUS_CU3 = 0x8000_0000 | 0;

export const CAUSE_EXC_CODE = 0x7c;
/** Pending interrupts, IP0 to IP7; the two low ones are software's. */
export const CAUSE_IP = 0xff00;
export const CAUSE_IP_SOFTWARE = 0x300;
/** Use the interrupt vector of its own. */
export const CAUSE_IV = 0x80_0000;
export const CAUSE_DC = 0x800_0000;
/** Coprocessor of a Coprocessor Unusable exception. */
export const CAUSE_CE = 0x3000_0000;
export const CAUSE_CE_SHIFT = 28;
/** The exception is in a delay slot. */
export const CAUSE_BD = 0x8000_0000 | 0;
