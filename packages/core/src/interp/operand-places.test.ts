import { expect, test } from 'vitest';
import { Cpu } from '../cpu/cpu.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { STATE_BASE } from '../memory/memory-map.ts';
import { Mmu } from '../memory/mmu.ts';
import { toyIsa, toyLayout } from '../testing/toy-isa.ts';
import { Records } from './block-record.ts';
import { FLAT_FORMS } from './flat-ops.ts';
import { Flattener } from './flatten.ts';
import { Interpreter } from './interpreter.ts';

const [R0, R1, R2, R3] = ['r0', 'r1', 'r2', 'r3'].map((name) => toyLayout.slot(name, 'i32')) as [
  never,
  never,
  never,
  never,
];

/** Runs some of a block's instructions with r0 to r3 of 100, 200, 300, 400; gives those after it, and how many operations the block has. */
function run(lift: (b: BlockBuilder) => void, instructions = 1, slotOperands = true) {
  const isa = toyIsa();
  const memory = new GuestMemory(4, 'little');
  const cpu = new Cpu(memory, new Mmu(memory, 0xc000_0000), isa.layout, STATE_BASE);
  const interpreter = new Interpreter(cpu, isa.helpers);
  const builder = new BlockBuilder(0, 0);
  builder.beginInstruction(0, 1);
  lift(builder);
  builder.endWith({ kind: 'jump', target: 0 });
  const block = new Flattener(memory, slotOperands).flatten(builder.finish(16), false, 0, -1);
  const slots = [R0, R1, R2, R3].map(({ offset }) => (STATE_BASE + offset) >> 2);
  slots.forEach((slot, index) => {
    cpu.i32[slot] = 100 * (index + 1);
  });
  interpreter.execute(block, instructions);
  const records = new Records(cpu.i32, memory.u16);
  let operations = 0;
  for (let at = records.start(block, 0); at < records.end(block); operations++) {
    at += FLAT_FORMS[memory.u16[at >> 1]!]!.bytes;
  }
  return { slots: slots.map((slot) => cpu.i32[slot]), operations };
}

test('an operation on registers is one, and a copy of a register another', () => {
  expect(run((b) => b.set(b.add(b.get(R0), b.get(R1)), R2))).toMatchObject({
    slots: [100, 200, 300, 400],
    operations: 1,
  });
  expect(run((b) => b.set(b.get(R1), R0))).toMatchObject({ slots: [200, 200, 300, 400], operations: 1 });
});

test('without that, each value has a place of its own', () => {
  const lift = (b: BlockBuilder) => b.set(b.add(b.get(R0), b.get(R1)), R2);
  expect(run(lift, 1, false)).toEqual({ slots: [100, 200, 300, 400], operations: 4 });
});

test('slots that are set one behind the other are set by one operation, three at most', () => {
  const four = run((b) => {
    for (const [slot, value] of [
      [R0, 1],
      [R1, 2],
      [R2, 3],
      [R3, 4],
    ] as const)
      b.set(b.const(value), slot);
  });
  expect(four).toMatchObject({ slots: [1, 2, 3, 4], operations: 2 });
  // In their order: the second looks at what the first set.
  const turned = run((b) => {
    b.set(b.get(R1), R0);
    b.set(b.get(R0), R2);
  });
  expect(turned).toMatchObject({ slots: [200, 200, 200, 400], operations: 1 });
});

test('registers are exchanged: what was read before a slot is written is used after that', () => {
  const { slots } = run((b) => {
    const [first, second] = [b.get(R0), b.get(R1)];
    b.set(second, R0);
    b.set(first, R1);
  });
  expect(slots).toEqual([200, 100, 300, 400]);
});

test('a result does not go to its slot before the last look at what the slot had', () => {
  const { slots } = run((b) => {
    const before = b.get(R0);
    const sum = b.add(before, b.get(R1));
    const product = b.mul(before, b.const(3));
    b.set(sum, R0);
    b.set(product, R2);
  });
  expect(slots).toEqual([300, 200, 300, 400]);
  const late = run((b) => {
    const sum = b.add(b.get(R0), b.get(R1));
    b.set(b.get(R0), R3);
    b.set(sum, R0);
  });
  expect(late.slots).toEqual([300, 200, 300, 100]);
});

test('a result that is used after its slot is written again stays', () => {
  const { slots } = run((b) => {
    const sum = b.add(b.get(R0), b.get(R1));
    b.set(sum, R0);
    b.set(b.const(7), R0);
    b.set(sum, R2);
    b.set(b.add(sum, b.const(1)), R3);
  });
  expect(slots).toEqual([7, 200, 300, 301]);
});

test('what may leave the block sees slots as they were', () => {
  const { slots } = run((b) => {
    const sum = b.add(b.get(R0), b.get(R1));
    b.trapIf(b.get(R2), b.const(0), 3);
    b.set(sum, R0);
  });
  expect(slots).toEqual([100, 200, 300, 400]);
});

test('each instruction ends with its own slots written, and no others', () => {
  const lift = (b: BlockBuilder) => {
    const sum = b.add(b.get(R0), b.get(R1));
    b.set(b.const(1), R1);
    b.beginInstruction(4, 1);
    b.set(sum, R0);
    b.set(b.const(2), R2);
    b.beginInstruction(8, 1);
    b.set(b.const(3), R3);
  };
  expect(run(lift, 1).slots).toEqual([100, 1, 300, 400]);
  expect(run(lift, 2).slots).toEqual([300, 1, 2, 400]);
  expect(run(lift, 3).slots).toEqual([300, 1, 2, 3]);
});
