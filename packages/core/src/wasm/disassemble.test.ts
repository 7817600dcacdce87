import { expect, test } from 'vitest';
import wabtFactory from 'wabt';
import { OPS } from '../ir/ops.ts';
import { disassembleModule } from './disassemble.ts';
import { CodeWriter, ModuleWriter, OPCODE } from './encoder.ts';
import { OPCODE_NAMES } from './opcode-names.ts';

const wabt = await wabtFactory();

/** Mnemonics and plain operands of the last function, as the WebAssembly Binary Toolkit has them. */
function reference(bytes: Uint8Array): string[] {
  const module = wabt.readWasm(bytes, {
    readDebugNames: false,
    simd: true,
    relaxed_simd: true,
    tail_call: true,
    bulk_memory: true,
  });
  const text = module.toText({ foldExprs: false, inlineExport: false });
  module.destroy();
  const lines = text.split('\n').map((line) => line.trim());
  const start = lines.findLastIndex((line) => line.startsWith('(func'));
  return lines.slice(start + 1).flatMap((line) => (/^[a-z]/.test(line) ? [mnemonic(line.replace(/\)+$/, ''))] : []));
}

const mnemonic = (line: string): string => line.trim().split(' ')[0]!;

test('every instruction the IR can become has the name that wabt gives it', () => {
  const known = Object.values(OPS)
    .map(({ wasm }) => wasm)
    .filter((wasm) => wasm > 0);
  for (const wasm of [...known, ...Object.values(OPCODE)]) {
    const [prefix, number] =
      wasm < 0x100 ? [0, wasm] : wasm > 0xffff ? [wasm >> 12, wasm & 0xfff] : [wasm >> 8, wasm & 0xff];
    expect(OPCODE_NAMES[prefix]?.has(number), wasm.toString(16)).toBe(true);
  }
  // Operations without immediates, each between constants and a drop, as one function.
  const body = new CodeWriter();
  const zero = {
    i32: () => body.i32Const(0),
    i64: () => body.i64Const(0, 0),
    v128: () => body.v128Const([0, 0, 0, 0]),
  };
  const zeros = {
    ...zero,
    f32: () => body.i32Const(0).op(0xbe),
    f64: () => body.i64Const(0, 0).op(0xbf),
  };
  for (const { wasm, imm, args, result } of Object.values(OPS)) {
    if (wasm === 0 || imm !== 'none' || result === undefined) continue;
    for (const type of args) zeros[type]();
    // A select between vectors says its type.
    if (wasm === OPCODE.select && result === 'v128') body.byte(0x1c).u32(1).byte(0x7b);
    else body.op(wasm);
    body.op(OPCODE.drop);
  }
  const module = new ModuleWriter();
  module.addFunction(module.type([], []), [], body, 'all');
  const bytes = module.finish();
  const [all] = disassembleModule(bytes);
  expect(all!.name).toBe('all');
  expect(all!.lines.map(mnemonic)).toEqual(reference(bytes));
});

test('control flow, locals, memory and calls are written with their operands', () => {
  const module = new ModuleWriter();
  const type = module.type(['i32'], ['i32']);
  module.importFunction('e', 'f', type);
  module.importMemory('e', 'm');
  module.importTable('e', 't', 1);
  const body = new CodeWriter();
  body.op(OPCODE.block).byte(0x7f).op(OPCODE.loop).byte(0x40).get(0).brIf(0).end();
  body.get(0).op(OPCODE.brTable).u32(1).u32(0).u32(0).end();
  body.call(0).get(0).op(OPCODE.callIndirect).u32(type).u32(0).tee(1);
  body.i32Const(-5).i64Const(-1, 7).set(2).memory(OPCODE.i32Store8, 0, 300);
  body.get(0).memory(OPCODE.i32Load, 2, 0);
  module.addFunction(type, ['i32', 'i64'], body, 'g');
  const [g] = disassembleModule(module.finish());
  expect(g).toEqual({
    index: 1,
    name: 'g',
    locals: ['i32', 'i64'],
    lines: [
      'block (result i32)',
      '  loop',
      '    local.get 0',
      '    br_if 0',
      '  end',
      '  local.get 0',
      '  br_table 0 0',
      'end',
      'call 0',
      'local.get 0',
      'call_indirect (type 0)',
      'local.tee 1',
      'i32.const -5',
      'i64.const 34359738367',
      'local.set 2',
      'i32.store8 offset=300 align=1',
      'local.get 0',
      'i32.load align=4',
    ],
  });
});
