import type { ValueType } from '../ir/ops.ts';

/** A region's function: its pc, the bytes of host stack left, where its caller goes on (LEAVE: it has none), the clock -> the next pc, or LEAVE, and the clock. */
export const REGION_PARAMETERS: readonly ValueType[] = ['i32', 'i32', 'i32', 'i64'];
export const REGION_RESULTS: readonly ValueType[] = ['i32', 'i64'];
export const PARAM_PC = 0;
export const PARAM_STACK = 1;
export const PARAM_BACK = 2;
export const PARAM_CLOCK = 3;

/**
 * Function numbers of what a module imports: settle (record address), kernelCall (number), left
 * (stack, back: a region took an exit; gives its result), inPlace (number of the place, arguments;
 * see in-place-emitter.ts), then the helpers.
 */
export const IMPORT_SETTLE = 0;
export const IMPORT_KERNEL_CALL = 1;
export const IMPORT_LEFT = 2;
export const IMPORT_IN_PLACE = 3;
export const IMPORT_HELPERS = 4;
/** Type number of a region's function in every module. */
export const REGION_TYPE = 0;
