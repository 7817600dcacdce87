/** Parameters of a region's function: its pc, and the bytes of host stack left. */
export const PARAM_PC = 0;
export const PARAM_STACK = 1;

/** Function numbers of what a module imports: settle (record address), kernelCall (number), then the helpers. */
export const IMPORT_SETTLE = 0;
export const IMPORT_KERNEL_CALL = 1;
export const IMPORT_HELPERS = 2;
/** Type number of a region's function in every module. */
export const REGION_TYPE = 0;
