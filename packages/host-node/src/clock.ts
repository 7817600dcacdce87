import { randomFillSync } from 'node:crypto';
import type { HostClock, HostEntropy } from '@kml/kernel';

/** The host's clocks. */
export const nodeClock: HostClock = {
  realtime: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)),
  monotonic: () => process.hrtime.bigint(),
};

/** Asking the host costs 10 microseconds, however few bytes it is asked for. */
const BATCH = 4096;
let batch: Uint8Array | undefined;
let left = 0;

/** The host's random bytes, of which small requests share a batch: each byte is handed out once. */
export const nodeEntropy: HostEntropy = {
  fill(into) {
    if (into.length > BATCH / 4) {
      randomFillSync(into);
      return;
    }
    if (left < into.length) {
      // None before the first request: a batch in the start-up snapshot would be the same in every run.
      batch ??= new Uint8Array(BATCH);
      randomFillSync(batch);
      left = BATCH;
    }
    const from = left - into.length;
    for (let i = 0; i < into.length; i++) {
      into[i] = batch![from + i]!;
      batch![from + i] = 0;
    }
    left = from;
  },
};

/** Random bytes that are the same in every run with the same seed (xorshift32), for `--time virtual`. */
export function seededEntropy(seed: number): HostEntropy {
  let state = seed | 0 || 1;
  return {
    fill(into) {
      for (let i = 0; i < into.length; i++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        into[i] = state >>> 16;
      }
    },
    position: () => state,
    seek(position) {
      state = position;
    },
  };
}
