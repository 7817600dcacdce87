import type { ValueType } from '../ir/ops.ts';
import { LANES, OP_NAMES, OP_NUMBER, OP_SPECS, OPS, type OpSpec } from '../ir/ops.ts';
import { CodeWriter, ModuleWriter, OPCODE } from '../wasm/encoder.ts';

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

/** Opcodes and alignments (log2) of whole loads and stores by type. */
const LOAD: Record<ValueType, number> = {
  i32: OPCODE.i32Load,
  i64: OPCODE.i64Load,
  f32: OPCODE.f32Load,
  f64: OPCODE.f64Load,
  v128: OPCODE.v128Load,
};
const STORE: Record<ValueType, number> = {
  i32: OPCODE.i32Store,
  i64: OPCODE.i64Store,
  f32: OPCODE.f32Store,
  f64: OPCODE.f64Store,
  v128: OPCODE.v128Store,
};
const ALIGN: Record<ValueType, number> = { i32: 2, i64: 3, f32: 2, f64: 3, v128: 4 };
const SPLAT8 = OPS.splat8.wasm;
const SWIZZLE = OPS.swizzleV.wasm;

/** Compiles the module over that memory. */
export function createValueOps(memory: WebAssembly.Memory): ValueOps {
  const module = new ModuleWriter();
  const type = module.type(['i32', 'i32', 'i32', 'i32'], []);
  module.importMemory('m', 'm');
  let count = 0;
  const first = OP_NAMES.map((name, number) => {
    const spec = OP_SPECS[number]!;
    if (spec.effect !== 'pure' || spec.args.length === 0 || spec.wasm === 0) return -1;
    const index = count;
    for (let lane = 0; lane < (LANES[name] ?? 1); lane++) {
      module.addFunction(type, [], name === 'shuffleV' ? shuffle() : operation(spec, lane), `f${count++}`);
    }
    return index;
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { m: { m: memory } });
  const functions = Array.from({ length: count }, (_, index) => exports[`f${index}`] as ValueOp);
  return {
    functions,
    shuffle: functions[first[OP_NUMBER.shuffleV]!]!,
    indexOf: (opNumber) => first[opNumber]!,
  };
}

/** dst ← op(a, b, c), operands loaded and the result stored by type. */
function operation(spec: OpSpec, lane: number): CodeWriter {
  const code = new CodeWriter(48).get(0);
  for (let index = 0; index < spec.args.length; index++) load(code, index + 1, spec.args[index]!);
  code.op(spec.wasm);
  if (spec.imm === 'lane') code.byte(lane);
  return code.memory(STORE[spec.result!], ALIGN[spec.result!], 0);
}

/** i8x16.shuffle has its lanes in the instruction; here they come from memory: one swizzle for each operand. */
function shuffle(): CodeWriter {
  const code = new CodeWriter(64).get(0);
  load(load(code, 1, 'v128'), 3, 'v128').op(SWIZZLE);
  load(load(code, 2, 'v128'), 3, 'v128')
    .i32Const(16)
    .op(SPLAT8)
    .op(OPS.sub8x16.wasm)
    .op(SWIZZLE);
  return code.op(OPS.orV.wasm).memory(STORE.v128, ALIGN.v128, 0);
}

function load(code: CodeWriter, address: number, type: ValueType): CodeWriter {
  return code.get(address).memory(LOAD[type], ALIGN[type], 0);
}
