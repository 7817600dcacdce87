import type { I32 } from '@kml/core';
import { reg } from '../state.ts';
import { REP_DONE } from '../vectors.ts';
import { DS, EAX, ECX, EDI, ES, ESI, type Insn, type Width } from './insn.ts';

const DF = reg('df');

/**
 * String instructions. A repeated one does one iteration each time its block runs and branches back
 * to itself; each iteration counts as an instruction. A count of 0 at the start raises the pseudo
 * trap REP_DONE before anything is touched, which steps over the instruction uncounted.
 */

/** MOVS. */
export function movs(x: Insn): void {
  const width = x.width(0);
  repeat(x, () => {
    const value = x.load(sourceAddress(x, width), width);
    x.store(destinationAddress(x, width, true), width, value);
    return advance(x, width, true, true);
  });
}

/** STOS. */
export function stos(x: Insn): void {
  const width = x.width(0);
  repeat(x, () => {
    x.store(destinationAddress(x, width, true), width, x.getReg(EAX, width));
    return advance(x, width, false, true);
  });
}

/** LODS. */
export function lods(x: Insn): void {
  const width = x.width(1);
  repeat(x, () => {
    const value = x.load(sourceAddress(x, width), width);
    x.setReg(EAX, width, value);
    return advance(x, width, true, false);
  });
}

/** CMPS: source minus destination. */
export function cmps(x: Insn): void {
  const width = x.width(0);
  repeat(x, () => {
    const a = x.load(sourceAddress(x, width), width);
    const s = x.load(destinationAddress(x, width, false), width);
    advance(x, width, true, true);
    x.flags.sub(width, a, s, x.b.sub(a, s));
    return x.b.eq(a, s);
  });
}

/** SCAS: accumulator minus destination. */
export function scas(x: Insn): void {
  const width = x.width(0);
  repeat(x, () => {
    const s = x.load(destinationAddress(x, width, false), width);
    const a = x.getReg(EAX, width);
    advance(x, width, false, true);
    x.flags.sub(width, a, s, x.b.sub(a, s));
    return x.b.eq(a, s);
  });
}

/** Linear address of DS:(E)SI, or under the override. */
export function sourceAddress(x: Insn, width: Width): I32 {
  return x.linear(x.segment(DS), x.getReg(ESI, x.addrSize), width >> 3, false);
}

/** Linear address of ES:(E)DI; there is no override of ES. */
export function destinationAddress(x: Insn, width: Width, write: boolean): I32 {
  return x.linear(ES, x.getReg(EDI, x.addrSize), width >> 3, write);
}

/** Moves (E)SI, (E)DI on by one element in DF's direction. */
export function advance(x: Insn, width: Width, source: boolean, destination: boolean): undefined {
  const b = x.b;
  const bytes = width >> 3;
  const df = b.get(DF);
  const step = bytes === 1 ? df : b.shl(df, x.const(bytes === 2 ? 1 : 2));
  if (source) x.setReg(ESI, x.addrSize, b.add(x.get32(ESI), step));
  if (destination) x.setReg(EDI, x.addrSize, b.add(x.get32(EDI), step));
  return undefined;
}

/**
 * One iteration, repeated if the prefix says so. `iteration` gives the condition (0 or 1: the
 * elements were equal) that REPE and REPNE test beside the count, or undefined for plain REP.
 */
export function repeat(x: Insn, iteration: () => I32 | undefined): void {
  if (x.rep === 0) {
    iteration();
    return;
  }
  const b = x.b;
  const count = x.getReg(ECX, x.addrSize);
  x.trapIf(b.eqz(count), REP_DONE);
  const equal = iteration();
  x.setReg(ECX, x.addrSize, b.sub(count, x.const(1)));
  let more = b.ne(count, x.const(1));
  if (equal !== undefined) more = b.and(more, x.rep === 0xf3 ? equal : b.eqz(equal));
  b.endWith({ kind: 'branch', cond: more, taken: x.pc, next: x.next });
}
