import type { I32 } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { MODE_M } from '../state.ts';
import { spsrSlot } from '../system/banks.ts';
import { returnTo } from '../system/return.ts';
import { type Insn, LR } from './insn.ts';

const RETURN = defineRoutine(returnTo);

/**
 * Ends the block with an exception return to `address`, CPSR from SPSR; slot writes of the
 * instruction may have come before. USR and SYS have no SPSR: UNPREDICTABLE, taken as UNDEFINED.
 */
export function returnFromException(x: Insn, address: I32): void {
  const spsr = spsrSlot(x.mode & MODE_M);
  if (spsr === undefined) x.undefined();
  else returnWithPsr(x, address, x.b.get(spsr));
}

/** The same with the PSR given (RFE). */
export function returnWithPsr(x: Insn, address: I32, psr: I32): void {
  x.b.endWith({ kind: 'system', routine: RETURN, args: [address, psr], next: x.next, faults: false });
}

/** SUBS pc, lr, #imm (T32). ARM ARM DDI0406C B9.3.19. */
export function subsPcLr(x: Insn): void {
  if (x.userBank) {
    x.undefined();
    return;
  }
  x.endsBlock();
  returnFromException(x, x.sub(x.get(LR), x.const(x.imm)));
}
