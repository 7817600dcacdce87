import type { ValueType } from '../ir/ops.ts';
import { OP_NAMES, OP_NUMBER, OP_SPECS, type OpName, type OpSpec } from '../ir/ops.ts';

/**
 * The interpreter's 64-bit, floating-point and vector operations: one WebAssembly function each, made
 * from the operation table, working on values in memory. So the table's opcodes are the definition
 * for interpreter and translator alike, NaN bits survive, and nothing needs a BigInt.
 */

/** All addresses are byte addresses of values; `c` of a shuffle is that of its 16 lane numbers. */
export type ValueOp = (dst: number, a: number, b: number, c: number) => void;

export interface ValueOps {
  readonly functions: readonly ValueOp[];
  readonly shuffle: ValueOp;
  /** Function of an operation; for lane operations that of lane 0, the others follow. -1 if there is none. */
  indexOf(opNumber: number): number;
}

const I32 = 0x7f;
const LOCAL_GET = 0x20;
const END = 0x0b;
/** Natural lane counts of the lane operations. */
const LANES: Partial<Record<OpName, number>> = {
  laneU8: 16,
  withLane8: 16,
  laneU16: 8,
  withLane16: 8,
  lane32: 4,
  withLane32: 4,
  laneF32: 4,
  withLaneF32: 4,
  lane64: 2,
  withLane64: 2,
  laneF64: 2,
  withLaneF64: 2,
};
const LOAD: Record<ValueType, readonly number[]> = {
  i32: [0x28, 2, 0],
  i64: [0x29, 3, 0],
  f32: [0x2a, 2, 0],
  f64: [0x2b, 3, 0],
  v128: [0xfd, 0x00, 4, 0],
};
const STORE: Record<ValueType, readonly number[]> = {
  i32: [0x36, 2, 0],
  i64: [0x37, 3, 0],
  f32: [0x38, 2, 0],
  f64: [0x39, 3, 0],
  v128: [0xfd, 0x0b, 4, 0],
};

/** Number of lanes of a lane operation. */
export function laneCount(name: OpName): number {
  return LANES[name] ?? 1;
}

/** Compiles the module over that memory. */
export function createValueOps(memory: WebAssembly.Memory): ValueOps {
  const bodies: number[][] = [];
  const first = OP_NAMES.map((name, number) => {
    const spec = OP_SPECS[number]!;
    if (spec.effect !== 'pure' || spec.args.length === 0 || spec.wasm === 0) return -1;
    const index = bodies.length;
    if (name === 'shuffleV') bodies.push(shuffleBody());
    else for (let lane = 0; lane < laneCount(name); lane++) bodies.push(body(spec, lane));
    return index;
  });
  const module = new WebAssembly.Module(Uint8Array.from(moduleBytes(bodies, memory.buffer.byteLength >>> 16)));
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
  const functions = bodies.map((_, index) => exports[`f${index}`] as ValueOp);
  return {
    functions,
    shuffle: functions[first[OP_NUMBER.shuffleV]!]!,
    indexOf: (opNumber) => first[opNumber]!,
  };
}

/** dst ← op(a, b, c), operands loaded and the result stored by type. */
function body(spec: OpSpec, lane: number): number[] {
  const code = [0, LOCAL_GET, 0];
  spec.args.forEach((type, index) => {
    code.push(LOCAL_GET, index + 1, ...LOAD[type]);
  });
  code.push(...opcode(spec.wasm));
  if (spec.imm === 'lane') code.push(lane);
  code.push(...STORE[spec.result!], END);
  return code;
}

/** i8x16.shuffle has its lanes in the instruction; here they come from memory: one swizzle for each operand. */
function shuffleBody(): number[] {
  const lanes = [LOCAL_GET, 3, ...LOAD.v128];
  const swizzle = opcode(0xfd0e);
  const minus16 = [0x41, 16, ...opcode(0xfd0f), ...opcode(0xfd71)];
  return [
    ...[0, LOCAL_GET, 0],
    ...[LOCAL_GET, 1, ...LOAD.v128, ...lanes, ...swizzle],
    ...[LOCAL_GET, 2, ...LOAD.v128, ...lanes, ...minus16, ...swizzle],
    ...[...opcode(0xfd50), ...STORE.v128, END],
  ];
}

function opcode(wasm: number): number[] {
  return wasm < 0x100 ? [wasm] : [wasm >>> 8, ...leb(wasm & 0xff)];
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

function text(name: string): number[] {
  return [name.length, ...[...name].map((character) => character.charCodeAt(0))];
}

function moduleBytes(bodies: readonly number[][], pages: number): number[] {
  const type = [0x60, 4, I32, I32, I32, I32, 0];
  return [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([type])),
    ...section(2, vector([[...text('m'), ...text('m'), 2, 1, ...leb(pages), ...leb(pages)]])),
    ...section(3, vector(bodies.map(() => [0]))),
    ...section(7, vector(bodies.map((_, index) => [...text(`f${index}`), 0, ...leb(index)]))),
    ...section(10, vector(bodies.map((code) => [...leb(code.length), ...code]))),
  ];
}
