import { OP_NUMBER, UNCONDITIONAL } from '../ir/ops.ts';
import { OPCODE } from './encoder.ts';

const O = OP_NUMBER;

/** How an operation accesses memory. */
export interface AccessForm {
  readonly bytes: number;
  readonly write: boolean;
  readonly opcode: number;
  /** With supervisor rights, whatever the region has. */
  readonly supervisor: boolean;
}

const form = (bytes: number, opcode: number, write = false, supervisor = false): AccessForm => ({
  bytes,
  write,
  opcode,
  supervisor,
});

export const FORMS = new Map<number, AccessForm>([
  [O.load8u, form(1, OPCODE.i32Load8U)],
  [O.load8s, form(1, OPCODE.i32Load8S)],
  [O.load16u, form(2, OPCODE.i32Load16U)],
  [O.load16s, form(2, OPCODE.i32Load16S)],
  [O.load32, form(4, OPCODE.i32Load)],
  [O.load64, form(8, OPCODE.i64Load)],
  [O.loadF32, form(4, OPCODE.f32Load)],
  [O.loadF64, form(8, OPCODE.f64Load)],
  [O.loadV, form(16, OPCODE.v128Load)],
  [O.load8uW, form(1, OPCODE.i32Load8U, true)],
  [O.load16uW, form(2, OPCODE.i32Load16U, true)],
  [O.load32W, form(4, OPCODE.i32Load, true)],
  [O.load32S, form(4, OPCODE.i32Load, false, true)],
  [O.load64W, form(8, OPCODE.i64Load, true)],
  [O.store8, form(1, OPCODE.i32Store8, true)],
  [O.store16, form(2, OPCODE.i32Store16, true)],
  [O.store32, form(4, OPCODE.i32Store, true)],
  [O.store64, form(8, OPCODE.i64Store, true)],
  [O.store32S, form(4, OPCODE.i32Store, true, true)],
  [O.storeF32, form(4, OPCODE.f32Store, true)],
  [O.storeF64, form(8, OPCODE.f64Store, true)],
  [O.storeV, form(16, OPCODE.v128Store, true)],
]);

/** Size and direction of an operation; probeW has its size as immediate. */
export function accessExtent(op: number, imm: number): { bytes: number; write: boolean } {
  return op === O.probeW ? { bytes: imm, write: true } : FORMS.get(UNCONDITIONAL.get(op) ?? op)!;
}

/** Whether an operation accesses memory with supervisor rights, whatever the region has. */
export function isSupervisorOp(op: number): boolean {
  return FORMS.get(op)?.supervisor ?? false;
}
