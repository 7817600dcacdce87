import type { I32 } from '@kml/core';
import { reg } from '../state.ts';
import { FLAG_DF } from './flags.ts';
import { EAX, EBP, ESP, type Insn } from './insn.ts';
import { readSegment } from './segment.ts';

const EFL = reg('efl');
const DF = reg('df');

/** EFLAGS bits that PUSHF stores from `efl`: not RF and VM. SDM vol. 2, PUSHF. */
const PUSHED_EFL = 0x00fcffff;

/** PUSH register, memory or immediate. PUSH ESP stores the value before. */
export function push(x: Insn): void {
  x.push(x.read(0));
}

/** PUSH segment register: zero-extended. */
export function pushSegment(x: Insn): void {
  x.push(readSegment(x, x.registerOf(x.operands[0]!)));
}

/** POP register or memory. ESP as base counts after the increment; POP ESP keeps the value popped. */
export function pop(x: Insn): void {
  const sp = x.sp();
  const value = x.stackLoad(sp, x.opSize);
  const after = x.spAdd(sp, x.opSize >> 3);
  if (x.isMemory) {
    if (x.base === ESP) x.disp = (x.disp + (x.opSize >> 3)) | 0;
    x.write(0, value);
    x.setSp(after);
  } else {
    x.setSp(after);
    x.write(0, value);
  }
}

/** PUSHA: EAX first; stores the ESP from before. */
export function pusha(x: Insn): void {
  const bytes = x.opSize >> 3;
  const sp = x.sp();
  for (let n = 0; n < 8; n++) x.stackStore(x.spAdd(sp, -bytes * (n + 1)), x.opSize, x.get32(n));
  x.setSp(x.spAdd(sp, -bytes * 8));
}

/** POPA: the stored ESP is skipped. */
export function popa(x: Insn): void {
  const bytes = x.opSize >> 3;
  const sp = x.sp();
  const values: I32[] = [];
  for (let n = 0; n < 8; n++) values.push(x.stackLoad(x.spAdd(sp, bytes * n), x.opSize));
  x.setSp(x.spAdd(sp, bytes * 8));
  for (let n = 0; n < 8; n++) if (7 - n !== ESP) x.setReg(7 - n, x.opSize, values[n]!);
}

/** The whole EFLAGS word as PUSHF stores it. */
export function eflagsWord(x: Insn): I32 {
  const b = x.b;
  const other = b.and(b.get(EFL), x.const(PUSHED_EFL));
  // df is 1 or -1: the latter has the DF bit.
  const direction = b.and(b.get(DF), x.const(FLAG_DF));
  return b.or(b.or(other, direction), b.or(x.flags.word(), x.const(2)));
}

/** PUSHF, PUSHFD. */
export function pushf(x: Insn): void {
  x.push(eflagsWord(x));
}

/** ENTER size, level. */
export function enter(x: Insn): void {
  const bytes = x.opSize >> 3;
  const level = x.imm2 & 31;
  const ebp = x.get32(EBP);
  let sp = x.spAdd(x.sp(), -bytes);
  x.stackStore(sp, x.opSize, ebp);
  const frame = sp;
  if (level > 0) {
    const old = x.stackOffset(ebp);
    for (let i = 1; i < level; i++) {
      const link = x.stackLoad(x.spAdd(old, -bytes * i), x.opSize);
      sp = x.spAdd(sp, -bytes);
      x.stackStore(sp, x.opSize, link);
    }
    sp = x.spAdd(sp, -bytes);
    x.stackStore(sp, x.opSize, frame);
  }
  sp = x.spAdd(sp, -x.imm);
  // A write at the new top must be possible. SDM vol. 2, ENTER.
  x.b.probeW(x.linear(2, sp, bytes, true), bytes);
  x.setReg(EBP, x.opSize, frame);
  x.setSp(sp);
}

/** LEAVE. */
export function leave(x: Insn): void {
  const sp = x.stackOffset(x.get32(EBP));
  const value = x.stackLoad(sp, x.opSize);
  x.setSp(x.spAdd(sp, x.opSize >> 3));
  x.setReg(EBP, x.opSize, value);
}

/** LAHF. */
export function lahf(x: Insn): void {
  x.setReg(EAX + 4, 8, x.b.or(x.flags.lowByte(), x.const(2)));
}

/** SAHF. */
export function sahf(x: Insn): void {
  x.flags.setLowByte(x.getReg(EAX + 4, 8));
}
