import { type IrBlock, OP_A, OP_B, OP_DST, OP_IMM, OP_NUM, OP_STRIDE } from '../ir/block.ts';
import { OP_NUMBER, OP_SPECS } from '../ir/ops.ts';
import { accessExtent, FORMS, isSupervisorOp } from './access-forms.ts';
import { foldBinary, foldUnary } from './fold.ts';

const O = OP_NUMBER;

/** Words of a step: what it does, its result's place, its arguments' places (-1: none), its immediate. */
const STEP = 5;
const CONSTANT = -1;
const SLOT = -2;
/** More values than this an address is not made of. */
const MOST_STEPS = 16;
const places = new Int32Array(MOST_STEPS);

/**
 * The first guest memory access of an instruction, told from the state before it: its address is made of
 * slots and constants alone, and nothing can happen in the instruction before it.
 */
export interface FirstAccess {
  readonly bytes: number;
  readonly write: boolean;
  /** How its address is computed, in the order of execution; the last step gives it. */
  readonly steps: Int32Array;
}

/** The first access of a block's first instruction; undefined where there is none that is told from slots alone, or it has supervisor rights of its own. */
export function firstAccess(block: IrBlock): FirstAccess | undefined {
  const { code, insnFirstOp } = block;
  const end = block.count > 1 ? insnFirstOp[1]! * OP_STRIDE : code.length;
  for (let at = 0; at < end; at += OP_STRIDE) {
    const op = code[at + OP_NUM]!;
    if (FORMS.has(op) || op === O.probeW) {
      if (isSupervisorOp(op)) return undefined;
      const steps = stepsOf(code, at);
      return steps && { ...accessExtent(op, code[at + OP_IMM]!), steps };
    }
    // A slot that is read is as it was before the instruction: none has been written yet.
    if (OP_SPECS[op]!.effect !== 'pure' && op !== O.get) return undefined;
  }
  return undefined;
}

/** Its address, in the state whose words begin at `state` (an index of `i32`). */
export function addressOf({ steps }: FirstAccess, i32: Int32Array, state: number): number {
  let value = 0;
  for (let at = 0; at < steps.length; at += STEP) {
    value = stepValue(steps, at, i32, state);
    places[steps[at + 1]!] = value;
  }
  return value | 0;
}

function stepValue(steps: Int32Array, at: number, i32: Int32Array, state: number): number {
  const op = steps[at]!;
  if (op === SLOT) return i32[state + steps[at + 4]!]!;
  if (op === CONSTANT) return steps[at + 4]!;
  const a = places[steps[at + 2]!]!;
  if (op === O.add) return a + places[steps[at + 3]!]!;
  return steps[at + 3]! < 0 ? foldUnary(op, a)! : foldBinary(op, a, places[steps[at + 3]!]!)!;
}

/** The steps that the address of the access at `access` takes; undefined where it is made of anything else. */
function stepsOf(code: readonly number[], access: number): Int32Array | undefined {
  const needed = new Set([code[access + OP_A]!]);
  const found: number[] = [];
  for (let at = access - OP_STRIDE; at >= 0; at -= OP_STRIDE) {
    if (!needed.has(code[at + OP_DST]!)) continue;
    found.unshift(at);
    if (found.length > MOST_STEPS) return undefined;
    const arity = OP_SPECS[code[at + OP_NUM]!]!.args.length;
    for (let place = 0; place < arity; place++) needed.add(code[at + OP_A + place]!);
  }
  const place = new Map<number, number>();
  const steps: number[] = [];
  for (const at of found) {
    const op = code[at + OP_NUM]!;
    const arity = OP_SPECS[op]!.args.length;
    const a = arity > 0 ? place.get(code[at + OP_A]!) : -1;
    const b = arity > 1 ? place.get(code[at + OP_B]!) : -1;
    const step = stepFor(op, arity);
    if (step === undefined || a === undefined || b === undefined) return undefined;
    const dst = place.size;
    place.set(code[at + OP_DST]!, dst);
    steps.push(step, dst, a, b, op === O.get ? code[at + OP_IMM]! >> 2 : code[at + OP_IMM]!);
  }
  return place.has(code[access + OP_A]!) ? Int32Array.from(steps) : undefined;
}

/** What a step does; undefined for an operation that none does. */
function stepFor(op: number, arity: number): number | undefined {
  if (op === O.get) return SLOT;
  if (op === O.const32) return CONSTANT;
  if (arity === 1) return foldUnary(op, 0) === undefined ? undefined : op;
  if (arity === 2) return foldBinary(op, 0, 0) === undefined ? undefined : op;
  return undefined;
}
