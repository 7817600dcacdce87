import type { Cpu } from '@kml/core';
import { FINITE, newUnpacked, ZERO } from '@kml/core/softfloat';
import { emptyMask, readSt, top } from './x87-state.ts';

const u = newUnpacked();

/** Tags by physical register: 0 valid, 1 zero, 2 special, 3 empty. SDM vol. 1, 8.1.7. */
export function tagWord(cpu: Cpu): number {
  const empty = emptyMask(cpu);
  if (empty === 0xff) return 0xffff;
  const first = top(cpu);
  let tags = 0;
  for (let physical = 0; physical < 8; physical++) {
    let tag = 3;
    if (((empty >> physical) & 1) === 0) {
      readSt(cpu, u, (physical - first) & 7);
      tag = u.kind === ZERO ? 1 : u.kind === FINITE && u.denormal === 0 ? 0 : 2;
    }
    tags |= tag << (physical * 2);
  }
  return tags;
}
