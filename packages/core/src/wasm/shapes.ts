import { OP_NUMBER, OP_SPECS } from '../ir/ops.ts';
import { Interned, type ItemFormat } from './interned.ts';
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

const NODE_WORDS = 5;

/** Operands, nodes, then nodes and outputs themselves. */
const SHAPES: ItemFormat<Shape> = {
  pack: ({ operandCount, nodes, outputs }) => [operandCount, nodes.length, ...nodes.flat(), ...outputs.flat()],
  unpack(words, number) {
    const [operandCount = 0, count = 0] = words;
    const end = 2 + NODE_WORDS * count;
    const nodes: Shape['nodes'][number][] = [];
    for (let at = 2; at < end; at += NODE_WORDS) {
      nodes.push([words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!, words[at + 4]!]);
    }
    const outputs: Shape['outputs'][number][] = [];
    for (let at = end; at < words.length; at += 2) outputs.push([words[at]!, words[at + 1]!]);
    return { tag: number + 1, operandCount, nodes, outputs };
  },
};

/** All shapes, by tag from 1. */
export class ShapeTable {
  private readonly shapes = new Interned(SHAPES, MAX_TAG);

  get count(): number {
    return this.shapes.count;
  }

  at(tag: number): Shape {
    return this.shapes.at(tag - 1);
  }

  clear(): void {
    this.shapes.clear();
  }

  /** All, for restore. */
  save(): Int32Array {
    return this.shapes.save();
  }

  /** Begins with the shapes of an earlier run. */
  restore(shapes: Int32Array): void {
    this.shapes.restore(shapes);
  }

  /** The shape with these nodes and outputs; undefined when there are too many. */
  intern(nodes: Shape['nodes'], outputs: Shape['outputs'], operandCount: number): Shape | undefined {
    const number = this.shapes.numberOf({ tag: this.count + 1, operandCount, nodes, outputs });
    return number === undefined ? undefined : this.shapes.at(number);
  }
}

/** A recipe for a group's slots at one instruction: the shape and the values to be kept for it. */
export interface Recipe {
  readonly shape: Shape;
  readonly operands: readonly number[];
}

/** What is known of a block's values where a recipe is to be noted. */
export interface RecipeContext {
  readonly graph: ValueGraph;
  /** The block computes the value anyway. */
  needed(value: number): boolean;
  /** The value is there anyway as long as the recipe may be looked at: keeping it costs nothing. */
  free(value: number): boolean;
  /** Sums, differences and exclusive ors that have the value as an argument. */
  invertible(value: number): readonly number[];
}

/**
 * Makes the recipe for `outputs` (slot to value): chooses operands that are there anyway, and leaves
 * to whoever looks what can be computed from them.
 */
export function makeRecipe(
  context: RecipeContext,
  outputs: readonly (readonly [number, number])[],
  table: ShapeTable,
): Recipe | undefined {
  return tryRecipe(context, outputs, table) ?? tryRecipe({ ...context, needed: () => true }, outputs, table);
}

type ShapeNode = [op: number, a: number, b: number, c: number, imm: number];

function tryRecipe(
  context: RecipeContext,
  outputs: readonly (readonly [number, number])[],
  table: ShapeTable,
): Recipe | undefined {
  const { graph } = context;
  const leaves = collectLeaves(context, outputs);
  dropDerivable(context, leaves);
  const inverses = invertLeaves(context, leaves);
  const nodes: ShapeNode[] = [];
  const operands: number[] = [];
  const place = new Map<number, number>();
  const build = (value: number): ShapeNode => {
    const inverse = inverses.get(value);
    if (inverse) return [inverse.op, visit(inverse.a), visit(inverse.b), -1, 0];
    if (leaves.has(value)) {
      operands.push(value);
      return [-1, -1, -1, -1, operands.length - 1];
    }
    return [
      graph.op[value]!,
      visit(graph.a[value]!),
      visit(graph.b[value]!),
      visit(graph.c[value]!),
      graph.imm[value]!,
    ];
  };
  const visit = (value: number): number => {
    if (value < 0) return -1;
    let at = place.get(value);
    if (at === undefined) {
      const node = build(value);
      at = nodes.push(node) - 1;
      place.set(value, at);
    }
    return at;
  };
  const places = outputs.map(([slot, value]) => [slot, visit(value)] as const);
  if (nodes.length > MAX_NODES || operands.length > MAX_OPERANDS) return undefined;
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

function isSmall(graph: ValueGraph, value: number): boolean {
  return graph.isConst(value) && isComputable(graph, value);
}

function collectLeaves(context: RecipeContext, outputs: readonly (readonly [number, number])[]): Set<number> {
  const { graph } = context;
  const leaves = new Set<number>();
  const seen = new Set<number>();
  const visit = (value: number): void => {
    if (value < 0 || seen.has(value)) return;
    seen.add(value);
    const stop = !isComputable(graph, value) || context.free(value) || context.needed(value);
    if (stop && !isSmall(graph, value)) {
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

/** A leaf that would have to be kept, but whose arguments are leaves or free, is computed from them. */
function dropDerivable(context: RecipeContext, leaves: Set<number>): void {
  const { graph } = context;
  const known = (value: number) =>
    value < 0 || leaves.has(value) || isSmall(graph, value) || (context.free(value) && graph.type[value] === 'i32');
  for (const value of [...leaves].sort((x, y) => y - x)) {
    if (context.free(value) || !isComputable(graph, value)) continue;
    const args = [graph.a[value]!, graph.b[value]!, graph.c[value]!];
    if (!args.every(known)) continue;
    leaves.delete(value);
    for (const arg of args) if (arg >= 0 && !isSmall(graph, arg)) leaves.add(arg);
  }
}

interface Inverse {
  readonly op: number;
  readonly a: number;
  readonly b: number;
}

/** A leaf that would have to be kept, but is an argument of a free sum or difference, follows from that and the other argument. */
function invertLeaves(context: RecipeContext, leaves: Set<number>): Map<number, Inverse> {
  const { graph } = context;
  const inverses = new Map<number, Inverse>();
  const pinned = new Set<number>();
  for (const value of [...leaves]) {
    if (context.free(value) || pinned.has(value)) continue;
    for (const result of context.invertible(value)) {
      if (!context.free(result)) continue;
      const other = graph.a[result] === value ? graph.b[result]! : graph.a[result]!;
      if (other === value || inverses.has(other)) continue;
      if (!leaves.has(other) && !context.free(other) && !isSmall(graph, other)) continue;
      inverses.set(value, inverseOf(graph, result, value, other));
      leaves.delete(value);
      for (const kept of [result, other]) {
        pinned.add(kept);
        if (!isSmall(graph, kept)) leaves.add(kept);
      }
      break;
    }
  }
  return inverses;
}

/** `value` from `result` and the other argument. */
function inverseOf(graph: ValueGraph, result: number, value: number, other: number): Inverse {
  switch (graph.op[result]) {
    case OP_NUMBER.add:
      return { op: OP_NUMBER.sub, a: result, b: other };
    case OP_NUMBER.sub:
      return graph.a[result] === value
        ? { op: OP_NUMBER.add, a: result, b: other }
        : { op: OP_NUMBER.sub, a: other, b: result };
    default:
      return { op: OP_NUMBER.xor, a: result, b: other };
  }
}
