import type { I32 } from '@kml/core';
import { MODE_CODE_SEGMENTED, MODE_CODE32, MODE_CPL, MODE_SEGMENTED, MODE_STACK32, MODE_STEP } from '../state.ts';
import { interruptInline, mayInterruptInline } from '../system/lift/int-inline.ts';
import { BR, DB, SOFTWARE, UD } from '../vectors.ts';
import { ECX, type Insn } from './insn.ts';
import { codeAddress, eipOf } from './segment.ts';

/** Vector of Linux's system call. */
const SYSTEM_CALL = 0x80;

/** Linear address of a relative branch's target where the bytes alone tell it, else undefined. */
function staticTarget(x: Insn): number | undefined {
  if (x.mode & MODE_CODE_SEGMENTED) return undefined;
  const target = (x.next + x.imm) | 0;
  return x.opSize === 16 ? target & 0xffff : target;
}

/** EIP of a relative branch's target under a CS with a base. */
function dynamicTarget(x: Insn): I32 {
  const eip = x.b.add(eipOf(x, x.const(x.next)), x.const(x.imm));
  return x.opSize === 16 ? x.b.and(eip, x.const(0xffff)) : eip;
}

/** JMP relative. */
export function jump(x: Insn): void {
  const target = staticTarget(x);
  if (target !== undefined) x.b.endWith({ kind: 'jump', target });
  else x.b.endWith({ kind: 'jumpIndirect', target: codeAddress(x, dynamicTarget(x)) });
}

/** Jcc relative. */
export function jcc(x: Insn): void {
  branchIf(x, x.flags.condition(x.opcode & 15));
}

function branchIf(x: Insn, cond: I32): void {
  const taken = staticTarget(x);
  if (taken !== undefined) {
    x.b.endWith({ kind: 'branch', cond, taken, next: x.next });
    return;
  }
  const target = codeAddress(x, dynamicTarget(x), cond);
  x.b.endWith({ kind: 'jumpIndirect', target: x.b.select(target, x.const(x.next), cond) });
}

/** JECXZ, JCXZ: the address size chooses the register. */
export function jecxz(x: Insn): void {
  branchIf(x, x.b.eqz(x.getReg(ECX, x.addrSize)));
}

/** LOOP. */
export function loop(x: Insn): void {
  loopWhile(x, undefined);
}
/** LOOPE. */
export function loope(x: Insn): void {
  loopWhile(x, x.flags.condition(4));
}
/** LOOPNE. */
export function loopne(x: Insn): void {
  loopWhile(x, x.flags.condition(5));
}

function loopWhile(x: Insn, also: I32 | undefined): void {
  const b = x.b;
  const count = b.sub(x.getReg(ECX, x.addrSize), x.const(1));
  const left = x.addrSize === 16 ? b.and(count, x.const(0xffff)) : count;
  const more = b.ne(left, x.const(0));
  const cond = also === undefined ? more : b.and(more, also);
  // Under a CS with a base the target's check can fault: it comes before the write.
  if (staticTarget(x) !== undefined) {
    x.setReg(ECX, x.addrSize, left);
    branchIf(x, cond);
  } else {
    branchIf(x, cond);
    x.setReg(ECX, x.addrSize, left);
  }
}

/** CALL relative. A call of the next instruction only fetches the program counter: it is a jump. */
export function call(x: Insn): void {
  const target = staticTarget(x);
  const returnEip = eipOf(x, x.const(x.next));
  if (target === undefined) {
    const linear = codeAddress(x, dynamicTarget(x));
    x.push(returnEip);
    x.b.endWith({ kind: 'callIndirect', target: linear, returnTo: x.next });
    return;
  }
  x.push(returnEip);
  if (target === x.next) x.b.endWith({ kind: 'jump', target });
  else x.b.endWith({ kind: 'call', target, returnTo: x.next });
}

/** CALL register or memory, near. */
export function callIndirect(x: Insn): void {
  const target = codeAddress(x, x.read(0));
  x.push(eipOf(x, x.const(x.next)));
  x.b.endWith({ kind: 'callIndirect', target, returnTo: x.next });
}

/** JMP register or memory, near. */
export function jumpIndirect(x: Insn): void {
  x.b.endWith({ kind: 'jumpIndirect', target: codeAddress(x, x.read(0)) });
}

/** RET, RET imm16. */
export function ret(x: Insn): void {
  const sp = x.sp();
  const target = codeAddress(x, x.stackLoad(sp, x.opSize));
  x.setSp(x.spAdd(sp, (x.opSize >> 3) + x.imm));
  x.b.endWith({ kind: 'return', target });
}

/** CPL 0 and flat 32-bit segments, not single-stepped. */
const PLAIN_MASK = MODE_CPL | MODE_CODE32 | MODE_STACK32 | MODE_SEGMENTED | MODE_CODE_SEGMENTED | MODE_STEP;
const PLAIN = MODE_CODE32 | MODE_STACK32;

/** INT n. The system call's is recognised at CPL 0 in flat segments: it pushes where it goes on, as the trap would. */
export function int(x: Insn): void {
  const { recognised, costs } = x.context;
  if (recognised && x.imm === SYSTEM_CALL && (x.mode & PLAIN_MASK) === PLAIN) {
    x.b.setCycles(costs.call ?? 1);
    x.push(x.const(x.next), 32);
    x.b.endWith({ kind: 'call', target: recognised.entry, returnTo: x.next });
  } else softwareInterrupt(x, x.imm);
}
/** INT3. */
export function int3(x: Insn): void {
  softwareInterrupt(x, 3);
}

function softwareInterrupt(x: Insn, vector: number): void {
  if (mayInterruptInline(x)) {
    interruptInline(x, vector);
    return;
  }
  x.b.endWith({ kind: 'trap', vector: SOFTWARE | vector, error: x.const(0), completes: true });
}

/** INT1 (ICEBP): #DB without a gate privilege check. */
export function int1(x: Insn): void {
  x.b.endWith({ kind: 'trap', vector: DB, error: x.const(0), completes: true });
}

/** INTO. */
export function into(x: Insn): void {
  x.trapIf(x.flags.condition(0), SOFTWARE | 4);
}

/** BOUND register, pair of bounds: signed. */
export function bound(x: Insn): void {
  const b = x.b;
  const width = x.opSize;
  const bytes = width >> 3;
  const address = x.mem(2 * bytes, false, bytes - 1);
  const lower = x.signExtend(x.load(address, width), width);
  const upper = x.signExtend(x.load(b.add(address, x.const(bytes)), width), width);
  const index = x.signExtend(x.getReg(x.reg, width), width);
  x.trapIf(b.or(b.ltS(index, lower), b.gtS(index, upper)), BR);
}

/** UD2 and other instructions that are there to be undefined. */
export function undefinedInstruction(x: Insn): void {
  x.raise(UD);
}
