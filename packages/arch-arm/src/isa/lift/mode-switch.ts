/** SVC and the return from it in IR: what enter (system/deliver.ts) and returnTo (system/return.ts) do. ARM ARM DDI0406C B1.8, B1.9. */
import type { I32 } from '@kml/core';
import {
  MODE_IT,
  MODE_IT_SHIFT,
  MODE_M,
  NOT_RESERVED,
  PSR_C,
  PSR_E,
  PSR_I,
  PSR_M,
  PSR_MASKS,
  PSR_Q,
  PSR_T,
  PSR_Z,
  reg,
  SVC,
  SYS,
  USR,
} from '../state.ts';
import { HIGH_VECTORS, SCTLR_TE, SCTLR_V } from '../system/deliver.ts';
import { RETURN_ASSIST, SUPERVISOR_CALL } from '../vectors.ts';
import type { Insn } from './insn.ts';
import { geBits, geMaskOf } from './status.ts';

const R13 = reg('r13');
const R14 = reg('r14');
const R13_USR = reg('r13Usr');
const R14_USR = reg('r14Usr');
const R13_SVC = reg('r13Svc');
const R14_SVC = reg('r14Svc');
const SPSR_SVC = reg('spsrSvc');
const NF = reg('nf');
const ZF = reg('zf');
const CF = reg('cf');
const VF = reg('vf');
const QF = reg('qf');
const GE = reg('ge');
const MASKS = reg('masks');
const EXCLUSIVE = reg('exclusive');
const SCTLR = reg('sctlr');
const VBAR = reg('vbar');

/** Whether the exception of an SVC may be lifted inline: in the modes of programs, which share a bank of registers, not within an IT block. */
export function mayTakeInline(x: Insn): boolean {
  const mode = x.mode & (MODE_M | MODE_IT);
  return x.context.optimisations.inlineTraps && (mode === USR || mode === SYS);
}

/** The exception of an SVC. */
export function takeSupervisorCall(x: Insn): void {
  const { b } = x;
  const flags = b.or(x.flags.word(), b.or(b.shl(b.get(QF), x.const(27)), geBits(x)));
  const psr = b.or(flags, b.or(b.get(MASKS), x.const((x.mode & MODE_M) | (x.thumb ? PSR_T : 0))));
  const sctlr = b.get(SCTLR);
  const base = b.select(x.const(HIGH_VECTORS), b.get(VBAR), b.and(sctlr, x.const(SCTLR_V)));
  const thumb = b.select(x.const(1), x.const(0), b.and(sctlr, x.const(SCTLR_TE)));
  b.set(b.get(R13), R13_USR);
  b.set(b.get(R14), R14_USR);
  b.set(b.get(R13_SVC), R13);
  b.set(x.const(x.next & ~1), R14);
  b.set(psr, SPSR_SVC);
  b.set(b.or(b.get(MASKS), x.const(PSR_I)), MASKS);
  b.set(x.const(NOT_RESERVED), EXCLUSIVE);
  const target = b.or(b.add(base, x.const(SUPERVISOR_CALL)), thumb);
  const mode = x.const((x.mode & ~(MODE_M | MODE_IT)) | SVC);
  b.endWith({ kind: 'switchMode', target, mode, next: x.next, trap: SUPERVISOR_CALL });
}

/** Whether an exception return may be lifted inline: from SVC mode. The instruction must not have written anything. */
export function mayReturnInline(x: Insn): boolean {
  return x.context.optimisations.inlineTraps && (x.mode & (MODE_M | MODE_IT)) === SVC;
}

/** The return to `address` with the CPSR from SPSR, which is to be one of USR or SYS mode. */
export function returnInline(x: Insn, address: I32): void {
  const { b } = x;
  const psr = b.get(SPSR_SVC);
  const m = b.and(psr, x.const(PSR_M));
  const others = b.and(b.ne(m, x.const(USR)), b.ne(m, x.const(SYS)));
  b.trapIf(others, address, RETURN_ASSIST);
  const where = (bit: number, set: number, clear: number): I32 =>
    b.select(x.const(set), x.const(clear), b.and(psr, x.const(bit)));
  b.set(psr, NF);
  b.set(where(PSR_Z, 0, 1), ZF);
  b.set(where(PSR_C, 1, 0), CF);
  b.set(b.shl(psr, x.const(3)), VF);
  b.set(where(PSR_Q, 1, 0), QF);
  b.set(geMaskOf(x, psr), GE);
  b.set(b.and(psr, x.const(PSR_MASKS & ~PSR_E)), MASKS);
  b.set(b.get(R13), R13_SVC);
  b.set(b.get(R14), R14_SVC);
  b.set(b.get(R13_USR), R13);
  b.set(b.get(R14_USR), R14);
  b.set(x.const(NOT_RESERVED), EXCLUSIVE);
  const thumb = b.and(psr, x.const(PSR_T));
  const low = b.and(b.shrU(psr, x.const(25)), x.const(3));
  const high = b.shl(b.and(b.shrU(psr, x.const(10)), x.const(0x3f)), x.const(2));
  const it = b.select(b.shl(b.or(low, high), x.const(MODE_IT_SHIFT)), x.const(0), thumb);
  const mode = b.or(b.or(x.const(x.mode & ~(MODE_M | MODE_IT)), m), it);
  const target = b.select(b.or(address, x.const(1)), b.and(address, x.const(~3)), thumb);
  b.endWith({ kind: 'switchMode', target, mode, next: x.next });
}
