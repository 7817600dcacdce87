/** PUSHF, POPF, CLI, STI, HLT. */
import type { I32 } from '@kml/core';
import type { Insn } from '../../lift/insn.ts';
import { reg } from '../../state.ts';
import { EFL, EFL_KEPT, FLAG_AF, FLAG_IF, FLAG_ONE, FLAG_RF, FLAG_VM } from '../eflags.ts';
import { ROUTINE } from '../routines.ts';
import { ioSensitive, privileged } from './privilege.ts';

const CF = reg('cf');
const PR = reg('pr');
const AF = reg('af');
const ZR = reg('zr');
const SR = reg('sr');
const OF = reg('of');
const DF = reg('df');

/** The EFLAGS image PUSHF stores: RF and VM read as 0. */
function flagsImage(x: Insn): I32 {
  const b = x.b;
  const bit = (value: I32, shift: number) => b.shl(value, b.const(shift));
  const sign = (value: I32, shift: number) => bit(b.shrU(value, b.const(31)), shift);
  const parity = b.and(b.popcnt(b.and(b.get(PR), b.const(0xff))), b.const(1));
  let image = b.or(b.and(b.get(EFL), b.const(EFL_KEPT & ~(FLAG_RF | FLAG_VM))), b.const(FLAG_ONE));
  image = b.or(image, b.and(b.get(CF), b.const(1)));
  image = b.or(image, bit(b.eqz(parity), 2));
  image = b.or(image, b.and(b.get(AF), b.const(FLAG_AF)));
  image = b.or(image, bit(b.eqz(b.get(ZR)), 6));
  image = b.or(image, sign(b.get(SR), 7));
  image = b.or(image, sign(b.get(DF), 10));
  return b.or(image, sign(b.get(OF), 11));
}

/** PUSHF, PUSHFD. */
export function pushf(x: Insn): void {
  x.push(flagsImage(x));
}

/** POPF, POPFD: bits that may not be changed stay, without a fault. */
export function popf(x: Insn): void {
  x.system(ROUTINE.popFlags, x.const(x.opSize === 32 ? 1 : 0));
}

export const cli = ioSensitive((x) => {
  x.b.set(x.b.and(x.b.get(EFL), x.const(~FLAG_IF)), EFL);
});
export const sti = ioSensitive((x) => x.system(ROUTINE.enableInterrupts));
export const hlt = privileged((x) => x.system(ROUTINE.halt));
