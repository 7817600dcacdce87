/** POPF, CLI, STI, HLT. */
import type { I32 } from '@kml/core';
import type { Insn } from '../../lift/insn.ts';
import { MODE_IO_DENIED, MODE_STEP, reg } from '../../state.ts';
import { POPF_ASSIST, STI_ASSIST } from '../../vectors.ts';
import { DF, EFL, EFL_KEPT, FLAG_DF, FLAG_IF, FLAG_OF, writableFlags } from '../eflags.ts';
import { ROUTINE } from '../routines.ts';
import { ioSensitive, privileged } from './privilege.ts';

const OF = reg('of');

/**
 * POPF, POPFD: bits that may not be changed stay, without a fault. Status flags, DF and IF are loaded in
 * line; what changes another flag, or lets an interrupt in that waits, is the whole routine's.
 */
export function popf(x: Insn): void {
  const wide = x.const(x.opSize === 32 ? 1 : 0);
  if (x.mode & MODE_STEP) {
    x.system(ROUTINE.popFlags, wide);
    return;
  }
  const { b } = x;
  const sp = x.sp();
  const flags = x.stackLoad(sp, x.opSize);
  let mask = writableFlags(x.cpl, x.mode & MODE_IO_DENIED ? -1 : 3);
  if (x.opSize === 16) mask &= 0xffff;
  const old = b.get(EFL);
  const kept = mask & EFL_KEPT;
  const others = b.and(b.xor(flags, old), x.const(kept & ~FLAG_IF));
  b.trapIf(mask & FLAG_IF ? b.or(others, waits(x, flags)) : others, wide, POPF_ASSIST);
  if (mask & FLAG_IF) b.set(b.or(b.and(old, x.const(~FLAG_IF)), b.and(flags, x.const(FLAG_IF))), EFL);
  x.flags.setLowByte(flags);
  // Bit 11 to bit 31, and bit 10 to 1 or -1.
  b.set(b.shl(b.and(flags, x.const(FLAG_OF)), x.const(20)), OF);
  b.set(b.sub(x.const(1), b.and(b.shrU(flags, x.const(9)), x.const(FLAG_DF >> 9))), DF);
  x.setSp(x.spAdd(sp, x.opSize >> 3));
}

/** Not 0 where `flags` enable interrupts and one waits. */
function waits(x: Insn, flags: I32): I32 {
  const { b } = x;
  return b.select(b.interrupts(), x.const(0), b.and(flags, x.const(FLAG_IF)));
}

export const cli = ioSensitive((x) => {
  x.b.set(x.b.and(x.b.get(EFL), x.const(~FLAG_IF)), EFL);
});

/** STI: where an interrupt waits it is the routine's, after which the engine takes it. */
export const sti = ioSensitive((x) => {
  if (x.mode & MODE_STEP) {
    x.system(ROUTINE.enableInterrupts);
    return;
  }
  x.trapIf(x.b.interrupts(), STI_ASSIST);
  x.b.set(x.b.or(x.b.get(EFL), x.const(FLAG_IF)), EFL);
});
export const hlt = privileged((x) => x.system(ROUTINE.halt));
