import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { openHostCode } from './host-code.ts';

/** (module (func (export "twice") (param i32) (result i32) local.get 0 i32.const 1 i32.shl)) */
const TWICE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f],
  ...[3, 2, 1, 0],
  ...[7, 9, 1, 5, ...Buffer.from('twice'), 0, 0],
  ...[10, 9, 1, 7, 0, 0x20, 0, 0x41, 1, 0x74, 0x0b],
);
const host = openHostCode((what) => what());

function optimised() {
  const module = new WebAssembly.Module(TWICE);
  const twice = new WebAssembly.Instance(module).exports.twice as (n: number) => number;
  const before = { compiled: host.isCompiled(twice), optimised: host.isOptimised(twice) };
  twice(1);
  const called = { compiled: host.isCompiled(twice), optimised: host.isOptimised(twice) };
  host.optimise(twice);
  return { module, twice, before, called };
}

test('a function is compiled when it is called, and optimised when it is asked for', () => {
  const { twice, before, called } = optimised();
  expect([before, called]).toEqual([
    { compiled: false, optimised: false },
    { compiled: true, optimised: false },
  ]);
  expect([host.isCompiled(twice), host.isOptimised(twice), twice(21)]).toEqual([true, true, 42]);
});

test('machine code taken of a module makes it again, optimised', () => {
  const kept = host.take(optimised().module);
  const module = host.give(kept, TWICE)!;
  const twice = new WebAssembly.Instance(module).exports.twice as (n: number) => number;
  expect([host.isOptimised(twice), twice(21)]).toEqual([true, 42]);
});

test('damaged code, and code made under other flags of V8, is refused', () => {
  const kept = host.take(optimised().module);
  const code = kept.code.slice();
  code[code.length - 1]! ^= 1;
  expect(host.give({ ...kept, code }, TWICE)).toBeUndefined();
  setFlagsFromString('--wasm-tiering-budget=1234567');
  expect(host.give(kept, TWICE)).toBeUndefined();
  setFlagsFromString('--wasm-tiering-budget=13000000');
  expect(host.give(kept, TWICE)).toBeDefined();
});

test("V8's functions can be called when V8 has thrown their bytecode away", async () => {
  const { twice } = optimised();
  setFlagsFromString('--stress-flush-code');
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let i = 0; i < 20; i++) {
    collect();
    await setImmediate();
  }
  setFlagsFromString('--no-stress-flush-code');
  expect([host.isCompiled(twice), host.isOptimised(twice)]).toEqual([true, true]);
});

test("V8's syntax for its own functions is not left on", () => {
  host.isCompiled(optimised().twice);
  expect(() => new Function('return %IsTurboFanFunction(1)')).toThrow(SyntaxError);
});
