import type { Cpu } from '@kml/core';
import { FINITE, newUnpacked, ZERO } from '@kml/core/softfloat';
import { isEmpty, readSt, top } from './x87-state.ts';

const u = newUnpacked();

/** Tags by physical register: 0 valid, 1 zero, 2 special, 3 empty. SDM vol. 1, 8.1.7. */
export function tagWord(cpu: Cpu): number {
  let tags = 0;
  for (let i = 0; i < 8; i++) {
    let tag = 3;
    if (!isEmpty(cpu, i)) {
      readSt(cpu, u, i);
      tag = u.kind === ZERO ? 1 : u.kind === FINITE && u.denormal === 0 ? 0 : 2;
    }
    tags |= tag << (((top(cpu) + i) & 7) * 2);
  }
  return tags;
}
