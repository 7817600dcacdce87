import { MODE_IT, MODE_IT_SHIFT } from '../state.ts';

/** ITAdvance. ARM ARM DDI0406C A2.5.2. */
export function advanceIt(it: number): number {
  return (it & 7) === 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f);
}

/** The mode word behind the instruction that it is the mode word of. */
export function advanceMode(mode: number): number {
  const it = (mode & MODE_IT) >> MODE_IT_SHIFT;
  return it === 0 ? mode : (mode & ~MODE_IT) | (advanceIt(it) << MODE_IT_SHIFT);
}
