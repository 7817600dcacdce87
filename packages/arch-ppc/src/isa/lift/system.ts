import { endRecognised } from '@kml/core';
import { MODE_STEP, MSR_EE, MSR_RI, reg } from '../state.ts';
import { MSR_BITS } from '../system/mode.ts';
import { ROUTINE } from '../system/routines.ts';
import { MSR_ASSIST, SYSTEM_CALL } from '../vectors.ts';
import type { Insn } from './insn.ts';
import { returnInline, takeSystemCall } from './mode-switch.ts';

/** The kernel call: honoured in kernel text at supervisor privilege. */
export function kernelCall(x: Insn): void {
  if (!x.context.kernelText || x.isUser) {
    x.illegal();
    return;
  }
  x.end({ kind: 'kernelCall', number: x.uimm, next: x.next });
}

/** SC. */
export function sc(x: Insn): void {
  const { recognised, costs } = x.context;
  if (recognised && !x.isUser && !(x.mode & MODE_STEP)) {
    endRecognised(x.b, recognised, x.next, costs.branch ?? 1);
    return;
  }
  if (x.context.optimisations.inlineTraps && !(x.mode & MODE_STEP)) takeSystemCall(x);
  else x.end({ kind: 'trap', vector: SYSTEM_CALL, error: x.const(0), completes: true });
}

/** RFI. */
export function rfi(x: Insn): void {
  if (!x.supervisor()) return;
  if (x.context.optimisations.inlineTraps && !(x.mode & MODE_STEP)) returnInline(x);
  else x.system(ROUTINE.returnFromInterrupt);
}

const MSR = reg('msr');
const SEGMENTS = Array.from({ length: 16 }, (_, number) => reg(`sr${number}`));

/** MFMSR. */
export function moveFromMsr(x: Insn): void {
  if (x.supervisor()) x.setGpr(x.rt, x.b.get(MSR));
}

/** MTMSR. What changes no more than EE and RI is inline, unless it lets an interrupt in: entry code does little else. */
export function moveToMsr(x: Insn): void {
  if (!x.supervisor()) return;
  const { b } = x;
  const value = b.and(x.gpr(x.rt), x.const(MSR_BITS));
  const other = b.and(b.xor(b.get(MSR), value), x.const(~(MSR_EE | MSR_RI)));
  const letsIn = b.and(b.ne(b.and(value, x.const(MSR_EE)), x.const(0)), b.ne(b.interrupts(), x.const(0)));
  b.trapIf(b.or(other, letsIn), value, MSR_ASSIST);
  b.set(value, MSR);
}

/** MFSR. Segment registers are kept, not interpreted: SDR1 alone names the address space. */
export function moveFromSegment(x: Insn): void {
  if (x.supervisor()) x.setGpr(x.rt, x.b.get(SEGMENTS[x.ra & 15]!));
}

/** MTSR. */
export function moveToSegment(x: Insn): void {
  if (x.supervisor()) x.b.set(x.gpr(x.rt), SEGMENTS[x.ra & 15]!);
}

/** MFSRIN: the segment of the address in RB. */
export function moveFromSegmentIndirect(x: Insn): void {
  if (x.supervisor()) x.system(ROUTINE.readSegment, x.gpr(x.rb), x.const(x.rt));
}

/** MTSRIN. */
export function moveToSegmentIndirect(x: Insn): void {
  if (x.supervisor()) x.system(ROUTINE.writeSegment, x.gpr(x.rb), x.gpr(x.rt));
}

/** TLBIE, TLBSYNC, TLBIA: translations are never stale here. */
export function invalidateTranslation(x: Insn): void {
  x.supervisor();
}
