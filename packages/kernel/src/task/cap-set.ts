/** A set of capabilities: bits 0 to 31, and 32 and up. Sets are never changed, so that credentials may share them. */
export interface CapSet {
  readonly low: number;
  readonly high: number;
}

/** Highest capability. Linux 6.1: CAP_CHECKPOINT_RESTORE */
export const CAP_LAST = 40;

export const NO_CAPS: CapSet = { low: 0, high: 0 };
export const ALL_CAPS: CapSet = { low: -1, high: 2 ** (CAP_LAST - 31) - 1 };

/** Words as programs give them, without bits that are no capability. */
export function capSet(low: number, high: number): CapSet {
  return { low: low | 0, high: high & ALL_CAPS.high };
}

export function capSetOf(...caps: readonly number[]): CapSet {
  let set = NO_CAPS;
  for (const cap of caps) set = withCap(set, cap);
  return set;
}

export function includesCap(set: CapSet, cap: number): boolean {
  return ((cap < 32 ? set.low >>> cap : set.high >>> (cap - 32)) & 1) !== 0;
}

export function withCap(set: CapSet, cap: number): CapSet {
  return cap < 32
    ? { low: set.low | (1 << cap), high: set.high }
    : { low: set.low, high: set.high | (1 << (cap - 32)) };
}

export function withoutCap(set: CapSet, cap: number): CapSet {
  return without(set, withCap(NO_CAPS, cap));
}

export function union(a: CapSet, b: CapSet): CapSet {
  return { low: a.low | b.low, high: a.high | b.high };
}

export function intersection(a: CapSet, b: CapSet): CapSet {
  return { low: a.low & b.low, high: a.high & b.high };
}

export function without(a: CapSet, b: CapSet): CapSet {
  return { low: a.low & ~b.low, high: a.high & ~b.high };
}

export function isSubset(a: CapSet, b: CapSet): boolean {
  return (a.low & ~b.low) === 0 && (a.high & ~b.high) === 0;
}
