/** POPF, CLI, STI, HLT. */
import type { Insn } from '../../lift/insn.ts';
import { EFL, FLAG_IF } from '../eflags.ts';
import { ROUTINE } from '../routines.ts';
import { ioSensitive, privileged } from './privilege.ts';

/** POPF, POPFD: bits that may not be changed stay, without a fault. */
export function popf(x: Insn): void {
  x.system(ROUTINE.popFlags, x.const(x.opSize === 32 ? 1 : 0));
}

export const cli = ioSensitive((x) => {
  x.b.set(x.b.and(x.b.get(EFL), x.const(~FLAG_IF)), EFL);
});
export const sti = ioSensitive((x) => x.system(ROUTINE.enableInterrupts));
export const hlt = privileged((x) => x.system(ROUTINE.halt));
