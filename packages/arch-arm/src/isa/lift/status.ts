import type { I32 } from '@kml/core';
import { defineRoutine } from '../host-functions.ts';
import { MODE_M, PSR_A, PSR_F, PSR_I, reg } from '../state.ts';
import { spsrSlot } from '../system/banks.ts';
import { writePsrFields } from '../system/status.ts';
import { UNMASK_ASSIST } from '../vectors.ts';
import type { Insn } from './insn.ts';
import { changeInline, mayChangeInline } from './mode-change.ts';
import { expandArm } from './operand2.ts';

const QF = reg('qf');
const GE = reg('ge');
const MASKS = reg('masks');

const WRITE_PSR = defineRoutine(writePsrFields);

/** GE in bits 19 to 16. */
export function geBits(x: Insn): I32 {
  const ir = x.b;
  const ge = ir.get(GE);
  const bit = (from: number, to: number): I32 => ir.and(ir.shrU(ge, x.const(from - to)), x.const(1 << to));
  const low = ir.shl(ir.and(ge, x.const(1)), x.const(16));
  const second = ir.shl(ir.and(ge, x.const(1 << 8)), x.const(9));
  return ir.or(ir.or(low, second), ir.or(ir.shl(ir.and(ge, x.const(1 << 16)), x.const(2)), bit(24, 19)));
}

/** MRS. The CPSR reads without T, J and IT; R chooses the SPSR. */
export function mrs(x: Insn): void {
  if (x.R) {
    const spsr = spsrSlot(x.mode & MODE_M);
    if (spsr === undefined) x.undefined();
    else x.set(x.Rd, x.b.get(spsr));
    return;
  }
  const ir = x.b;
  const q = ir.shl(ir.get(QF), x.const(27));
  const flags = ir.or(ir.or(x.flags.word(), q), geBits(x));
  x.set(x.Rd, ir.or(flags, ir.or(ir.get(MASKS), x.const(x.mode & MODE_M))));
}

/** MSR (register). */
export function msr(x: Insn): void {
  writeFields(x, () => x.get(x.Rn));
}
/** MSR (immediate). */
export function msrImmediate(x: Insn): void {
  writeFields(x, () => x.const(expandArm(x.imm)));
}

/** Bits of a PSR by the four field letters c, x, s, f. */
function fieldBits(mask: number): number {
  let bits = 0;
  for (let n = 0; n < 4; n++) if (mask & (1 << n)) bits |= 0xff << (8 * n);
  return bits;
}

/** `source` gives the value, behind the step over a failed condition where there is one. */
function writeFields(x: Insn, source: () => I32): void {
  if (x.R) {
    writeSpsr(x, source());
    return;
  }
  // Control fields at a privileged level change the mode or what interrupts the CPU takes.
  if (x.privileged && x.mask & 3) {
    x.endsBlock();
    x.system(WRITE_PSR, source(), x.const(fieldBits(x.mask)));
    return;
  }
  const value = source();
  if (x.mask & 8) {
    x.flags.setFromWord(value);
    const q = x.bits(value, 27, 1);
    x.b.set(x.ifExecuted(q, x.b.get(QF)), QF);
  }
  if (x.mask & 4) x.b.set(x.ifExecuted(geMaskOf(x, value), x.b.get(GE)), GE);
}

/** The slot `ge` for bits 19 to 16 of a word. */
export function geMaskOf(x: Insn, word: I32): I32 {
  const ir = x.b;
  let mask: I32 | undefined;
  for (let n = 0; n < 4; n++) {
    const bytes = ir.and(ir.shrS(ir.shl(word, x.const(15 - n)), x.const(31)), x.const((0xff << (8 * n)) | 0));
    mask = mask === undefined ? bytes : ir.or(mask, bytes);
  }
  return mask!;
}

function writeSpsr(x: Insn, value: I32): void {
  const spsr = spsrSlot(x.mode & MODE_M);
  if (spsr === undefined) {
    x.undefined();
    return;
  }
  const ir = x.b;
  const bits = fieldBits(x.mask);
  const old = ir.get(spsr);
  const merged = ir.or(ir.and(old, x.const(~bits)), ir.and(value, x.const(bits)));
  ir.set(x.ifExecuted(merged, old), spsr);
}

/** CPS: masks by `aif` where imod says so, mode where M is set. Nothing in USR. ARM ARM DDI0406C B9.3.2. */
export function cps(x: Insn): void {
  if (!x.privileged) return;
  const bits = (x.aif & 4 ? PSR_A : 0) | (x.aif & 2 ? PSR_I : 0) | (x.aif & 1 ? PSR_F : 0);
  const mask = x.imod & 2 ? bits : 0;
  const value = x.imod === 3 ? bits : 0;
  if (!x.M) {
    writeMasks(x, value, mask);
    return;
  }
  x.endsBlock();
  if (mayChangeInline(x, x.mode5)) changeInline(x, x.mode5, mask, value);
  else x.system(WRITE_PSR, x.const(value | x.mode5), x.const(mask | MODE_M));
}

/** A change of masks alone is inline, unless it lets an interrupt in that waits: entry code does little else. */
function writeMasks(x: Insn, value: number, mask: number): void {
  const ir = x.b;
  if (mask & ~value & PSR_I) ir.trapIf(ir.interrupts(), x.const(mask), UNMASK_ASSIST);
  const kept = ir.and(ir.get(MASKS), x.const(~mask));
  ir.set(value === 0 ? kept : ir.or(kept, x.const(value)), MASKS);
}
