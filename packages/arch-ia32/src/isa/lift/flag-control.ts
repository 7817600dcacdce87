import { reg } from '../state.ts';
import { EAX, type Insn } from './insn.ts';

const DF = reg('df');

/** CLC. */
export function clc(x: Insn): void {
  x.flags.setCf(x.const(0));
}
/** STC. */
export function stc(x: Insn): void {
  x.flags.setCf(x.const(1));
}
/** CMC. */
export function cmc(x: Insn): void {
  x.flags.setCf(x.b.xor(x.flags.carry(), x.const(1)));
}
/** CLD. */
export function cld(x: Insn): void {
  x.b.set(x.const(1), DF);
}
/** STD. */
export function std(x: Insn): void {
  x.b.set(x.const(-1), DF);
}
/** SALC (undocumented): AL becomes FF if CF, else 0. */
export function salc(x: Insn): void {
  x.setReg(EAX, 8, x.b.sub(x.const(0), x.flags.carry()));
}
