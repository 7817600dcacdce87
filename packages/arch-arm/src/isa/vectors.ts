/**
 * Traps by number. Those of the architecture are the offset of their vector. ARM ARM DDI0406C B1.8.1.
 */
export const UNDEFINED = 0x04;
export const SUPERVISOR_CALL = 0x08;
export const PREFETCH_ABORT = 0x0c;
export const DATA_ABORT = 0x10;
export const INTERRUPT = 0x18;
export const FAST_INTERRUPT = 0x1c;

/** BKPT: a prefetch abort whose status says debug event. */
export const BREAKPOINT = 0x20;
/** Data aborts for a misaligned address, which is the trap's error: a read, a write. */
export const ALIGNMENT_READ = 0x21;
export const ALIGNMENT_WRITE = 0x22;
/** Prefetch abort for A32 code at an address that is no multiple of 4. */
export const ALIGNMENT_FETCH = 0x23;

/** Pseudo trap of an instruction whose condition failed: the CPU goes on behind it. */
export const CONDITION_FAILED = 0x100;
/** Pseudo trap of a floating-point instruction with unusual operands: host code executes it (vfp/assist). The error is the instruction word. */
export const FP_ASSIST = 0x101;
/** Pseudo trap of an exception return from SVC mode to another than USR or SYS. The error is the address. */
export const RETURN_ASSIST = 0x103;
/** Pseudo trap of a CPS that clears masks (the error) while an interrupt waits. */
export const UNMASK_ASSIST = 0x102;
