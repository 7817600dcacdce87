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
  shape.nodes.forEach(([op, a, b, c, imm], place) => {
    for (const argument of [a, b, c]) if (argument >= 0) body.get(argument + PARAMETERS);
    if (op < 0) body.get(0).memory(OPCODE.i32Load, 2, imm * 4);
    else if (op === OP_NUMBER.const32) body.i32Const(imm);
    else body.op(OP_SPECS[op]!.wasm);
    body.set(place + PARAMETERS);
  });
  for (const [slot, place] of shape.outputs) {
    body
      .i32Const(0)
      .get(place + PARAMETERS)
      .memory(OPCODE.i32Store, 2, STATE_BASE + slots.offset[slot]!);
  }
  return { locals: shape.nodes.map(() => 'i32' as const), body };
}
