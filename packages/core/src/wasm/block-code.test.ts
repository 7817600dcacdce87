import { describe, expect, test } from 'vitest';
import { defineLayout } from '../cpu/layout.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { blockCode } from './block-code.ts';
import { slotTable } from './slots.ts';

const layout = defineLayout(['pc', 'mode', 'target', 'other'].map((name) => ({ name, type: 'i32' })));
const [TARGET, OTHER] = ['target', 'other'].map((name) => layout.slot(name, 'i32'));
const slots = slotTable(layout, [], ['target']);

/** Whether each set of a block is dead: a set of `target`, then `behind` more instructions, one of which may fault. */
function deadSets(behind: readonly ('plain' | 'load')[]) {
  const b = new BlockBuilder(0x100, 0);
  b.beginInstruction(0x100, 1);
  b.set(b.const(0x500), TARGET!);
  behind.forEach((kind, i) => {
    b.beginInstruction(0x104 + 4 * i, 1);
    b.set(kind === 'load' ? b.load32(b.const(0x1000)) : b.const(i), OTHER!);
  });
  const end = 0x104 + 4 * behind.length;
  b.endWith({ kind: 'jump', target: end });
  const code = blockCode(b.finish(end), slots);
  return {
    dead: code.statements.filter(({ kind }) => kind === 'set').map(({ dead }) => dead),
    drops: code.dropsTransient,
  };
}

describe('a transient slot', () => {
  test('is not stored where the instruction it is for is in the block', () => {
    expect(deadSets(['plain'])).toEqual({ dead: [true, false], drops: true });
  });

  test('is stored for an exit before that', () => {
    expect(deadSets(['load'])).toEqual({ dead: [false, false], drops: true });
  });

  test('is stored where the block ends before that', () => {
    expect(deadSets([])).toEqual({ dead: [false], drops: false });
  });
});
