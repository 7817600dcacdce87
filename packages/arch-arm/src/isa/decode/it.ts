/** ITAdvance. ARM ARM DDI0406C A2.5.2. */
export function advanceIt(it: number): number {
  return (it & 7) === 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f);
}
