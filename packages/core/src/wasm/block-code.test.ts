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

/** The statements of a block of one instruction that traps where words off `target` are unaligned, and loads them. */
function alignedLoads(offsets: readonly number[], mask: number) {
  const b = new BlockBuilder(0x100, 0);
  b.beginInstruction(0x100, 1);
  let sum = b.const(0);
  for (const offset of offsets) {
    const address = b.add(b.get(TARGET!), b.const(offset));
    b.trapIf(b.and(address, b.const(mask)), b.const(0), 1);
    sum = b.add(sum, b.load32(address));
  }
  b.set(sum, OTHER!);
  b.endWith({ kind: 'jump', target: 0x104 });
  return blockCode(b.finish(0x104), slots).statements.map(({ kind }) => kind);
}

describe('a trap on the lowest bits of an address', () => {
  test('is asked about once for addresses that have them in common', () => {
    expect(alignedLoads([0, 8, -4], 3)).toEqual(['trapIf', 'load', 'load', 'load', 'set']);
  });

  test('is asked about again for what differs in them', () => {
    expect(alignedLoads([0, 2, 4], 3)).toEqual(['trapIf', 'load', 'trapIf', 'load', 'load', 'set']);
    expect(alignedLoads([0, 4], 7)).toEqual(['trapIf', 'load', 'trapIf', 'load', 'set']);
  });

  test('is asked about anew for bits that are not the lowest', () => {
    expect(alignedLoads([0, 4], 2)).toEqual(['trapIf', 'load', 'trapIf', 'load', 'set']);
  });
});

describe('an access of a vector', () => {
  /** Whether loads at these distances are taken for aligned, where the address itself is asked about in between. */
  function aligned(before: number, behind: number, mask: number) {
    const b = new BlockBuilder(0x100, 0);
    b.beginInstruction(0x100, 1);
    const at = (offset: number) => b.add(b.get(TARGET!), b.const(offset));
    const first = b.loadV(at(before));
    b.trapIf(b.and(b.get(TARGET!), b.const(mask)), b.const(0), 1);
    b.set(b.bitmask8x16(b.andV(first, b.loadV(at(behind)))), OTHER!);
    b.endWith({ kind: 'jump', target: 0x104 });
    const { statements } = blockCode(b.finish(0x104), slots);
    return statements.filter(({ kind }) => kind === 'load').map((load) => load.aligned);
  }

  test('is aligned behind a trap on its four lowest bits, not before', () => {
    expect(aligned(16, 32, 15)).toEqual([false, true]);
  });

  test('is not where the trap is on fewer, or other, bits', () => {
    expect(aligned(16, 32, 7)).toEqual([false, false]);
    expect(aligned(16, 40, 15)).toEqual([false, false]);
  });
});
