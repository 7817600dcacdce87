import { expect, test } from 'vitest';
import { defineLayout } from '../cpu/layout.ts';
import { OP_STRIDE } from './block.ts';
import { BlockBuilder } from './builder.ts';
import { OP_NUMBER } from './ops.ts';

test('a block keeps operations, instruction boundaries and cycle sums in order', () => {
  const layout = defineLayout([
    { name: 'pc', type: 'i32' },
    { name: 'a', type: 'i32' },
  ]);
  const slot = layout.slot('a', 'i32');
  const builder = new BlockBuilder(0x1000, 0);
  builder.beginInstruction(0x1000, 1);
  builder.set(builder.add(builder.get(slot), builder.const(5)), slot);
  builder.beginInstruction(0x1002, 2);
  builder.endWith({ kind: 'jump', target: 0x2000 });
  const block = builder.finish(0x1004);
  expect(block.count).toBe(2);
  expect(block.cycles).toBe(3);
  expect([...block.insnFirstOp]).toEqual([0, 4]);
  expect(block.valueTypes).toEqual(['i32', 'i32', 'i32']);
  expect(block.code[2 * OP_STRIDE]).toBe(OP_NUMBER.add);
  expect(block.code[3 * OP_STRIDE + 5]).toBe(slot.offset);
});
