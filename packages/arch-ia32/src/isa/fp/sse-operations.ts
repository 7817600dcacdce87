/** Numbers of SSE's operations on lanes, beyond those of softfloat's `arithmetic`. */
export const SQRT = 8;
export const MIN = 9;
export const MAX = 10;
/** CMPPS and its kin: this plus the predicate. */
export const CMP = 16;
