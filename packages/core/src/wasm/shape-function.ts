import { OP_NUMBER, OP_SPECS, type ValueType } from '../ir/ops.ts';
import { STATE_BASE } from '../memory/memory-map.ts';
import { CodeWriter, OPCODE } from './encoder.ts';
import type { Shape } from './shapes.ts';
import type { SlotTable } from './slots.ts';

export const SHAPE_PARAMETERS: readonly ValueType[] = ['i32', 'i32'];
const PARAMETERS = SHAPE_PARAMETERS.length;

export interface ShapeFunction {
  readonly locals: readonly ValueType[];
  readonly body: CodeWriter;
}

/** The function that computes a shape's slots: its parameters are the byte address of the operands, and its tag. */
export function shapeFunction(shape: Shape, slots: SlotTable): ShapeFunction {
  const body = new CodeWriter();
  const locals = shape.nodes.map((_, place) => place + PARAMETERS);
  emitShape(body, shape, slots, locals, (operand) => body.get(0).memory(OPCODE.i32Load, 2, operand * 4));
  return { locals: shape.nodes.map(() => 'i32' as const), body };
}

/** Computes a shape's slots and stores them. `locals`: an i32 for each of its nodes; `pushOperand` pushes an operand. */
export function emitShape(
  code: CodeWriter,
  shape: Shape,
  slots: SlotTable,
  locals: readonly number[],
  pushOperand: (operand: number) => void,
): void {
  shape.nodes.forEach(([op, a, b, c, imm], place) => {
    for (const argument of [a, b, c]) if (argument >= 0) code.get(locals[argument]!);
    if (op < 0) pushOperand(imm);
    else if (op === OP_NUMBER.const32) code.i32Const(imm);
    else code.op(OP_SPECS[op]!.wasm);
    code.set(locals[place]!);
  });
  for (const [slot, place] of shape.outputs) {
    code
      .i32Const(0)
      .get(locals[place]!)
      .memory(OPCODE.i32Store, 2, STATE_BASE + slots.offset[slot]!);
  }
}
