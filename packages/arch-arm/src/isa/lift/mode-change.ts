/** CPS with a mode in IR: what writePsrFields (system/status.ts) does for it. ARM ARM DDI0406C B9.3.2. */
import { FIQ, MODE_IT, MODE_M, reg } from '../state.ts';
import { bankedSlot, bankOf } from '../system/banks.ts';
import type { Insn } from './insn.ts';

const MASKS = reg('masks');

/** Whether a change of mode to `m` may be lifted inline: between modes that differ in R13 and R14 alone, not within an IT block. */
export function mayChangeInline(x: Insn, m: number): boolean {
  const banked = [x.mode & MODE_M, m].every((each) => each !== FIQ && bankOf(each) !== undefined);
  return banked && x.context.optimisations.inlineTraps && (x.mode & MODE_IT) === 0;
}

/** Goes on under mode `m`, with the bits of `masks` cleared but for those in `set`. */
export function changeInline(x: Insn, m: number, masks: number, set: number): void {
  const { b } = x;
  const old = x.mode & MODE_M;
  if (masks !== 0) b.set(b.or(b.and(b.get(MASKS), x.const(~masks)), x.const(set)), MASKS);
  if (bankOf(old) !== bankOf(m)) {
    for (const n of [13, 14] as const) {
      const live = reg(`r${n}`);
      b.set(b.get(live), bankedSlot(old, n)!);
      b.set(b.get(bankedSlot(m, n)!), live);
    }
  }
  const mode = x.const((x.mode & ~MODE_M) | m);
  b.endWith({ kind: 'switchMode', target: x.const(x.next), mode, next: x.next, comesBack: true });
}
