import { OP_NUMBER, UNCONDITIONAL } from '../ir/ops.ts';
import { FORMS } from './access-forms.ts';
import { rootOf } from './access-run.ts';
import type { BlockCode } from './block-code.ts';

const O = OP_NUMBER;
/** The widest access that crosses no page where it is a multiple of its own size, and is commonly that. */
const MOST_BYTES = 8;

/**
 * What the address of the access behind statement `at` must be a multiple of, where that statement is a trap on
 * its lowest bits by the same instruction: both leave at one place, so that the access may ask for both. 0 where it is no
 * such trap. Words are left out: they may be a register list's (access-run.ts).
 */
export function alignmentAsked({ graph, statements }: BlockCode, at: number): number {
  const trap = statements[at]!;
  const access = statements[at + 1];
  if (trap.kind !== 'trapIf' || graph.op[trap.a] !== O.and || access?.insn !== trap.insn) return 0;
  if ((access.kind !== 'load' && access.kind !== 'store') || UNCONDITIONAL.has(access.op)) return 0;
  const constant = graph.b[trap.a]!;
  const mask = graph.isConst(constant) ? graph.imm[constant]! : 0;
  if (mask !== 1 && mask !== 3 && mask !== 7) return 0;
  const { bytes } = FORMS.get(access.op)!;
  if (bytes > MOST_BYTES || access.op === O.load32 || access.op === O.store32) return 0;
  const asked = rootOf(graph, graph.a[trap.a]!);
  const accessed = rootOf(graph, access.a);
  return asked.root === accessed.root && ((asked.offset - accessed.offset) & mask) === 0 ? mask + 1 : 0;
}
