import { endRecognised } from '@kml/core';
import { MODE_M, SYS } from '../state.ts';
import { BREAKPOINT, SUPERVISOR_CALL } from '../vectors.ts';
import type { Insn } from './insn.ts';
import { mayTakeInline, takeSupervisorCall } from './mode-switch.ts';

/** NOP, the other hints, PLD, PLI, and the barriers: one CPU executes in order. */
export function nop(_x: Insn): void {}

/** IT: ITSTATE for the next instruction. */
export function it(x: Insn): void {
  x.itAfter = (x.firstcond << 4) | x.mask;
}

/**
 * SVC. Recognised in SYS mode, where kernel-mode user processes run: in the new ABI, and not within an IT
 * block, whose state the trap would keep.
 */
export function svc(x: Insn): void {
  x.endsBlock();
  const { recognised, costs } = x.context;
  if (recognised && (x.mode & MODE_M) === SYS && x.imm === 0 && !(x.thumb && x.it !== 0)) {
    endRecognised(x.b, recognised, x.next, costs.branch ?? 1);
    return;
  }
  if (x.it === 0 && mayTakeInline(x)) takeSupervisorCall(x);
  else x.b.endWith({ kind: 'trap', vector: SUPERVISOR_CALL, error: x.const(x.imm), completes: true });
}

/** BKPT. */
export function bkpt(x: Insn): void {
  x.raise(BREAKPOINT);
}

/** UDF. In A32 its immediate is a kernel call's number, honoured in kernel text at a privileged level alone. */
export function udf(x: Insn): void {
  if (!x.thumb && x.context.kernelText && x.privileged && x.cond === 14) {
    x.b.endWith({ kind: 'kernelCall', number: x.imm, next: x.next });
  } else x.undefined();
}

/** Instructions that this CPU has as UNDEFINED: SETEND (no big-endian data). */
export function undefinedInstruction(x: Insn): void {
  x.undefined();
}
