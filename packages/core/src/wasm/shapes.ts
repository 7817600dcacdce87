import { OP_NUMBER, OP_SPECS } from '../ir/ops.ts';
import { ENTRY, RESULT, type ValueGraph } from './value-graph.ts';

/**
 * A shape says how to compute some deferred slots from a few operands: the recipe behind a tag.
 * Equal recipes of all regions share one shape, so there are few.
 */
export interface Shape {
  readonly tag: number;
  readonly operandCount: number;
  /** Postorder: [op, a, b, c, imm]; arguments are places in this list. op -1: operand number imm. */
  readonly nodes: readonly (readonly [number, number, number, number, number])[];
  /** Slot number and place of its value. */
  readonly outputs: readonly (readonly [number, number])[];
}

/** Operands a group may have, and groups a region may have: both set the size of the record in memory. */
export const MAX_OPERANDS = 6;
export const MAX_GROUPS = 4;
const MAX_TAG = 0xffff;
const MAX_NODES = 48;
/** Constants up to this size belong to the shape; larger ones are operands. */
const SMALL = 64;

/** All shapes, by tag from 1. */
export class ShapeTable {
  readonly shapes: Shape[] = [];
  private readonly byKey = new Map<string, Shape>();

  /** The shape with these nodes and outputs; undefined when there are too many. */
  intern(nodes: Shape['nodes'], outputs: Shape['outputs'], operandCount: number): Shape | undefined {
    const key = `${nodes.map((node) => node.join()).join(';')}|${outputs.map((output) => output.join()).join(';')}`;
    let shape = this.byKey.get(key);
    if (shape === undefined) {
      if (this.shapes.length >= MAX_TAG) return undefined;
      shape = { tag: this.shapes.length + 1, operandCount, nodes, outputs };
      this.shapes.push(shape);
      this.byKey.set(key, shape);
    }
    return shape;
  }
}

/** A recipe for a group's slots at one instruction: the shape and the values to be kept for it. */
export interface Recipe {
  readonly shape: Shape;
  readonly operands: readonly number[];
}

/**
 * Makes the recipe for `outputs` (slot to value). Values that are computed anyway (`needed`) and
 * those that are not pure become operands; the rest is left to whoever looks.
 */
export function makeRecipe(
  graph: ValueGraph,
  outputs: readonly (readonly [number, number])[],
  needed: (value: number) => boolean,
  table: ShapeTable,
): Recipe | undefined {
  return tryRecipe(graph, outputs, needed, table) ?? tryRecipe(graph, outputs, () => true, table);
}

function tryRecipe(
  graph: ValueGraph,
  outputs: readonly (readonly [number, number])[],
  needed: (value: number) => boolean,
  table: ShapeTable,
): Recipe | undefined {
  const leaves = collectLeaves(graph, outputs, needed);
  dropDerivable(graph, leaves);
  if (leaves.size > MAX_OPERANDS) return undefined;
  const nodes: [number, number, number, number, number][] = [];
  const operands: number[] = [];
  const place = new Map<number, number>();
  const visit = (value: number): number => {
    if (value < 0) return -1;
    let at = place.get(value);
    if (at !== undefined) return at;
    if (leaves.has(value)) {
      at = nodes.push([-1, -1, -1, -1, operands.length]) - 1;
      operands.push(value);
    } else {
      const a = visit(graph.a[value]!);
      const b = visit(graph.b[value]!);
      const c = visit(graph.c[value]!);
      at = nodes.push([graph.op[value]!, a, b, c, graph.imm[value]!]) - 1;
    }
    place.set(value, at);
    return at;
  };
  const places = outputs.map(([slot, value]) => [slot, visit(value)] as const);
  if (nodes.length > MAX_NODES) return undefined;
  const shape = table.intern(nodes, places, operands.length);
  return shape && { shape, operands };
}

/** Whether a shape may hold the computation itself. */
function isComputable(graph: ValueGraph, value: number): boolean {
  const op = graph.op[value]!;
  if (op === ENTRY || op === RESULT) return false;
  if (op === OP_NUMBER.const32) return Math.abs(graph.imm[value]!) <= SMALL;
  const spec = OP_SPECS[op]!;
  return spec.result === 'i32' && spec.imm === 'none' && spec.args.every((type) => type === 'i32');
}

function collectLeaves(
  graph: ValueGraph,
  outputs: readonly (readonly [number, number])[],
  needed: (value: number) => boolean,
): Set<number> {
  const leaves = new Set<number>();
  const seen = new Set<number>();
  const visit = (value: number): void => {
    if (value < 0 || seen.has(value)) return;
    seen.add(value);
    const constant = graph.isConst(value);
    if (!isComputable(graph, value) || (!constant && needed(value))) {
      leaves.add(value);
      return;
    }
    visit(graph.a[value]!);
    visit(graph.b[value]!);
    visit(graph.c[value]!);
  };
  for (const [, value] of outputs) visit(value);
  return leaves;
}

/** A leaf whose arguments are leaves too (or small constants) is computed from them. */
function dropDerivable(graph: ValueGraph, leaves: Set<number>): void {
  const free = (value: number) =>
    value < 0 || leaves.has(value) || (graph.isConst(value) && isComputable(graph, value));
  for (const value of [...leaves].sort((x, y) => y - x)) {
    if (!isComputable(graph, value) || graph.isConst(value)) continue;
    if (free(graph.a[value]!) && free(graph.b[value]!) && free(graph.c[value]!)) leaves.delete(value);
  }
}
