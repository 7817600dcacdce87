/** The NaN rules of x87 and SSE. */
import { below64, copy, IE, QUIET, SIGNALING, setIndefinite, type Unpacked } from '@kml/core/softfloat';
import { UNSUPPORTED } from './number.ts';

/** The NaN of an operation with at least one NaN or unsupported operand, by the x87 rule. Returns the flags. */
export function x87Nan(r: Unpacked, a: Unpacked, b: Unpacked): number {
  if (a.kind === UNSUPPORTED || b.kind === UNSUPPORTED) {
    setIndefinite(r);
    return IE;
  }
  const flags = a.kind === SIGNALING || b.kind === SIGNALING ? IE : 0;
  const aNan = a.kind === QUIET || a.kind === SIGNALING;
  const bNan = b.kind === QUIET || b.kind === SIGNALING;
  let from = aNan ? a : b;
  if (aNan && bNan) {
    // A QNaN goes before an SNaN; of two alike the larger significand, then the positive one.
    if (a.kind !== b.kind) from = a.kind === QUIET ? a : b;
    else if (below64(a.high, a.low, b.high, b.low)) from = b;
    else if (a.high === b.high && a.low === b.low && a.sign !== 0) from = b;
  }
  copy(r, from);
  r.kind = QUIET;
  r.high |= 0x40000000;
  return flags;
}

/** The same by the SSE rule: the first operand if it is a NaN, else the second. */
export function sseNan(r: Unpacked, a: Unpacked, b: Unpacked): number {
  const flags = a.kind === SIGNALING || b.kind === SIGNALING ? IE : 0;
  copy(r, a.kind >= QUIET ? a : b);
  r.kind = QUIET;
  r.high |= 0x40000000;
  return flags;
}
