/** Where the x87 unit's state lies: byte offsets in the CPU state. */
import { FPU, layout } from '../state.ts';

/** The registers, by physical number, 16 bytes each. */
export const ST = layout.array('st').offset;
const FPU_AT = layout.array('fpu').offset;
export const CONTROL = FPU_AT + FPU.control;
/** The status word without TOP. */
export const STATUS = FPU_AT + FPU.status;
export const TOP = FPU_AT + FPU.top;
/** A bit for each physical register that is empty. */
export const EMPTY_MASK = FPU_AT + FPU.empty;

/** Of the control word: PC = 3, RC = 0 (nearest), PM set, which is what the host's own arithmetic can do. */
export const CONTROL_BITS = 0x0f20;
export const CONTROL_USUAL = 0x0320;
