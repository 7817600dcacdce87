import { expect, test } from 'vitest';
import { disassembleModule } from './disassemble.ts';
import { ByteWriter, CodeWriter, ModuleWriter, OPCODE } from './encoder.ts';

/** LEB128 read back, as BigInt, by the specification's definition (5.2.2). */
function readSigned(bytes: Uint8Array): bigint {
  let value = 0n;
  let shift = 0n;
  let byte = 0;
  for (byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
  }
  return byte & 0x40 ? value - (1n << shift) : value;
}

test('signed LEB128 of 32 and 64 bits reads back', () => {
  for (const value of [0, 1, -1, 63, 64, -64, -65, 127, 128, 0x7fffffff, -0x80000000, 123456789, -987654321]) {
    expect(readSigned(new ByteWriter().s32(value).finish())).toBe(BigInt(value));
    const wide = (BigInt(value) << 32n) | BigInt(value >>> 0);
    expect(readSigned(new ByteWriter().s64(value, value).finish())).toBe(BigInt.asIntN(64, wide));
  }
  expect([...new ByteWriter().s64(-1, 0).finish()]).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
});

test('a module with an import, a memory and a loop runs', () => {
  const module = new ModuleWriter();
  const unary = module.type(['i32'], ['i32']);
  const twice = module.importFunction('e', 'twice', unary);
  module.importMemory('e', 'm');
  const body = new CodeWriter();
  // memory[8] = sum of twice(n), twice(n - 1), … twice(1)
  body.op(OPCODE.loop).byte(0x40);
  body.get(0).call(twice).get(1).op(0x6a).set(1);
  body.get(0).i32Const(1).op(0x6b).tee(0).brIf(0);
  body.end();
  body.i32Const(0).get(1).memory(OPCODE.i32Store, 2, 8).get(1);
  module.addFunction(unary, ['i32'], body, 'sum');
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
    e: { m: memory, twice: (n: number) => 2 * n },
  });
  expect((instance.exports.sum as (n: number) => number)(10)).toBe(110);
  expect(new Int32Array(memory.buffer)[2]).toBe(110);
});

test('a typed table is shared by modules and holds functions of its type only', () => {
  const owner = new ModuleWriter();
  const [unary, nullary] = [owner.type(['i32'], ['i32']), owner.type([], ['i32'])];
  const same = owner.addFunction(unary, [], new CodeWriter().get(0), 'same');
  owner.addFunction(unary, [], new CodeWriter().get(0).i32Const(1).op(0x6a), 'next');
  owner.addFunction(nullary, [], new CodeWriter().i32Const(7), 'seven');
  owner.defineTypedTable('table', 8, unary, same);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(owner.finish()));
  const table = exports.table as WebAssembly.Table;
  const caller = new ModuleWriter();
  const type = caller.type(['i32'], ['i32']);
  caller.importTypedTable('e', 't', 8, type);
  const body = new CodeWriter().i32Const(40).get(0).byte(OPCODE.callIndirect).u32(type).u32(0);
  caller.addFunction(type, [], body, 'at');
  const bytes = caller.finish();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { t: table } });
  const at = instance.exports.at as (slot: number) => number;
  table.set(3, exports.next);
  expect([at(2), at(3), table.length]).toEqual([40, 41, 8]);
  expect(() => table.set(4, exports.seven)).toThrow(TypeError);
  expect(() => table.set(4, null)).toThrow(TypeError);
  expect(() => at(8)).toThrow();
  expect(disassembleModule(bytes)[0]!.lines).toEqual(['i32.const 40', 'local.get 0', 'call_indirect (type 0)']);
});

/** Not among TypeScript's types for Node. */
const { customSections } = WebAssembly.Module as unknown as {
  customSections(module: WebAssembly.Module, name: string): ArrayBuffer[];
};

test('branches that are seldom taken are hinted at, by their place in the function', () => {
  const body = new CodeWriter();
  body.byte(OPCODE.block).byte(0x40).get(0).brIfRarely(0).end().get(0).ifRarely('i32').i32Const(1);
  const tail = new CodeWriter().byte(OPCODE.else).get(1).ifRarely('i32').i32Const(2).byte(OPCODE.else).i32Const(3);
  body.append(tail).end().end();
  const hints = (hinted: boolean): number[][] => {
    const module = new ModuleWriter(hinted);
    const type = module.type(['i32'], ['i32']);
    module.addFunction(type, [], new CodeWriter().get(0), 'plain');
    module.addFunction(type, ['i32'], body, 'branches');
    const compiled = new WebAssembly.Module(module.finish());
    return customSections(compiled, 'metadata.code.branch_hint').map((section) => [...new Uint8Array(section)]);
  };
  // One function, number 1; three hints, each a place behind the locals' three bytes, a size and "not taken".
  expect(hints(true)).toEqual([[1, 1, 3, 3 + 4, 1, 0, 3 + 9, 1, 0, 3 + 16, 1, 0]]);
  expect(hints(false)).toEqual([]);
});

test('SIMD opcodes are encoded with the prefix', () => {
  const body = new CodeWriter();
  body.v128Const([1, 2, 3, 4]).op(0xfdae).op(0xfd1b).byte(2);
  expect([...body.finish().subarray(18)]).toEqual([0xfd, 0xae, 0x01, 0xfd, 0x1b, 2]);
});
