import { randomFillSync } from 'node:crypto';
import type { HostClock, HostEntropy } from '@kml/kernel';

/** The host's clocks. */
export const nodeClock: HostClock = {
  realtime: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)),
  monotonic: () => process.hrtime.bigint(),
};

/** The host's random bytes. */
export const nodeEntropy: HostEntropy = { fill: (into) => void randomFillSync(into) };

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
