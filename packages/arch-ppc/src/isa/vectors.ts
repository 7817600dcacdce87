/** Interrupt vectors: offsets from VECTOR_BASE. PEM, table 6-2. */
export const SYSTEM_RESET = 0x100;
export const MACHINE_CHECK = 0x200;
export const DSI = 0x300;
export const ISI = 0x400;
export const EXTERNAL = 0x500;
export const ALIGNMENT = 0x600;
export const PROGRAM = 0x700;
export const FP_UNAVAILABLE = 0x800;
export const DECREMENTER = 0x900;
export const SYSTEM_CALL = 0xc00;
export const TRACE = 0xd00;

/**
 * Where the vectors are. Interrupts are taken with translation on (MSR.IR and DR stay set), at the
 * kernel's address of physical address 0: see docs/quirks.md.
 */
export const VECTOR_BASE = 0xc0000000;
/** Where they are while MSR.IP is set. PEM, 6.2.1 (the kernel has nothing there). */
export const VECTOR_BASE_HIGH = 0xfff00000;

/** Causes of a program interrupt: the trap's error code, which goes to SRR1. PEM, 6.4.7. */
export const PROGRAM_FP = 0x00100000;
export const PROGRAM_ILLEGAL = 0x00080000;
export const PROGRAM_PRIVILEGED = 0x00040000;
export const PROGRAM_TRAP = 0x00020000;
/** SRR0 is not the instruction that caused it but a later one (an imprecise or enabling mtmsr/rfi/mtfsf). */
export const PROGRAM_NEXT = 0x00010000;

/** DSISR and SRR1 bits of storage interrupts. PEM, 6.4.3 and 6.4.4. */
export const STORAGE_ABSENT = 0x40000000;
export const STORAGE_PROTECTED = 0x08000000;
export const DSISR_STORE = 0x02000000;
/** SRR1 of an ISI: fetch from a page that must not be executed. */
export const ISI_NO_EXECUTE = 0x10000000;

/** Pseudo traps from here up, the operation (fp/operations.ts) added: host code does the whole instruction. */
export const ASSIST = 0x10000;
/** Pseudo trap: host code loads MSR with the error code, where more than inline code can do comes of it. */
export const MSR_ASSIST = 0x9000;
/** Pseudo trap: host code does an RFI with which the CPU stops, or takes an exception. */
export const RFI_ASSIST = 0x9001;
/** Pseudo trap: the condition of a branch through a register does not hold; the CPU goes on behind it. */
export const SKIP = 0x8000;
