/** How to tell the targets of a computed jump apart: (target >>> shift) & mask differs for all of them. */
export interface TargetHash {
  readonly shift: number;
  readonly mask: number;
}

/** Entries of a br_table at most. */
const MAX_TABLE = 512;

/** A collision-free hash of the targets, the smallest found; undefined if there is none. */
export function hashTargets(targets: readonly number[]): TargetHash | undefined {
  for (let mask = 3; mask < MAX_TABLE; mask = mask * 2 + 1) {
    if (mask + 1 < targets.length) continue;
    for (let shift = 0; shift < 16; shift++) {
      const seen = new Set(targets.map((target) => (target >>> shift) & mask));
      if (seen.size === targets.length) return { shift, mask };
    }
  }
  return undefined;
}
