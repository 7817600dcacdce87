import { describe, expect, test } from 'vitest';
import { defineLayout } from '../cpu/layout.ts';
import { optimisationsWithout } from '../engine/optimisations.ts';
import type { I32 } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { blockCode } from './block-code.ts';
import { slotTable } from './slots.ts';

const layout = defineLayout(['pc', 'mode', 'base', 'other', 'result'].map((name) => ({ name, type: 'i32' })));
const [BASE, OTHER, RESULT] = ['base', 'other', 'result'].map((name) => layout.slot(name, 'i32'));
const slots = slotTable(layout, [], []);
const WORD = 0x11223344;

/** Accesses of a block off two bases. */
interface Accesses {
  readonly b: BlockBuilder;
  base(offset: number): I32;
  other(offset: number): I32;
}

/** What is left of a block of one instruction that gives `make`'s value: kinds of its accesses, and the value where it is a constant. */
function left(make: (accesses: Accesses) => I32, { bigEndian = false, on = optimisationsWithout([]) } = {}) {
  const b = new BlockBuilder(0x100, 0);
  b.beginInstruction(0x100, 1);
  const off = (slot: typeof BASE) => (offset: number) => b.add(b.get(slot!), b.const(offset));
  b.set(make({ b, base: off(BASE), other: off(OTHER) }), RESULT!);
  b.endWith({ kind: 'jump', target: 0x104 });
  const { statements, graph } = blockCode(b.finish(0x104), slots, on, bigEndian);
  const set = statements.findLast(({ kind }) => kind === 'set')!;
  const kinds = statements.filter(({ kind }) => kind !== 'set').map(({ kind }) => kind);
  return { kinds, value: graph.isConst(set.a) ? graph.imm[set.a]! >>> 0 : undefined };
}

function storeWord({ b, base }: Accesses): void {
  b.store32(base(8), b.const(WORD));
}

describe('a load of what the block knows', () => {
  test('is no access', () => {
    const both = ({ b, base }: Accesses) => b.add(b.load32(base(4)), b.load32(base(4)));
    expect(left(both).kinds).toEqual(['load']);
    expect(left(both, { on: optimisationsWithout(['forwardedLoads']) }).kinds).toEqual(['load', 'load']);
  });

  test('has the value that was stored, narrow ones as they are loaded', () => {
    const stored = left((a) => {
      storeWord(a);
      return a.b.load32(a.base(8));
    });
    expect(stored).toEqual({ kinds: ['store'], value: WORD });
    const narrow = (signed: boolean) =>
      left(({ b, base }) => {
        b.store8(base(0), b.const(0x1f0));
        return signed ? b.load8s(base(0)) : b.load8u(base(0));
      }).value;
    expect([narrow(false), narrow(true)]).toEqual([0xf0, 0xfffffff0]);
  });

  test.each([
    { bigEndian: false, byte: 0x33, half: 0x1122, word: 0x11aa3344 },
    { bigEndian: true, byte: 0x22, half: 0x3344, word: 0x1122aa44 },
  ])('may be of a part of a word, and a part may be stored ($bigEndian)', ({ bigEndian, byte, half, word }) => {
    const after = (make: (accesses: Accesses) => I32) =>
      left(
        (a) => {
          storeWord(a);
          return make(a);
        },
        { bigEndian },
      ).value;
    expect(after(({ b, base }) => b.load8u(base(9)))).toBe(byte);
    expect(after(({ b, base }) => b.load16u(base(10)))).toBe(half);
    expect(
      after(({ b, base }) => {
        b.store8(base(10), b.const(0xaa));
        return b.load32(base(8));
      }),
    ).toBe(word);
  });
});

describe('what a block knows of memory', () => {
  /** Whether the word is still known behind these accesses. */
  function known(make: (accesses: Accesses) => void): boolean {
    return (
      left((a) => {
        storeWord(a);
        make(a);
        return a.b.load32(a.base(8));
      }).value !== undefined
    );
  }

  test('is forgotten where a store may be to the same place', () => {
    expect(known(({ b, other }) => b.store8(other(0), b.const(0)))).toBe(false);
    expect(known(({ b, base }) => b.store32(base(10), b.const(0)))).toBe(false);
    expect(known(({ b, base }) => b.store16(base(9), b.const(0)))).toBe(false);
    expect(known(({ b, other }) => b.store32If(other(0), b.const(0), b.get(OTHER!)))).toBe(false);
  });

  test('stays where a store lies beside it, or something is loaded', () => {
    expect(known(({ b, base }) => b.store32(base(12), b.const(0)))).toBe(true);
    expect(known(({ b, base }) => b.store32(base(4), b.const(0)))).toBe(true);
    expect(known(({ b, other }) => b.set(b.load32(other(0)), OTHER!))).toBe(true);
  });

  test('does not stand for the right to write', () => {
    const kinds = left(({ b, base }) => b.add(b.load32(base(0)), b.load32W(base(0)))).kinds;
    expect(kinds).toEqual(['load', 'load']);
  });
});
