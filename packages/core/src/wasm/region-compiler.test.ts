import { expect, test } from 'vitest';
import wabtLoader from 'wabt';
import { defineLayout } from '../cpu/layout.ts';
import { ALL_OPTIMISATIONS, type OptimisationName, optimisationsWithout } from '../engine/optimisations.ts';
import type { IrBlock } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { encodeFunction } from './encoder.ts';
import { compileRegion } from './region-compiler.ts';
import { discoverRegion } from './region-discovery.ts';
import { encodeModule } from './region-module.ts';
import { ShapeTable } from './shapes.ts';
import { SiteTable } from './site-table.ts';
import { slotTable } from './slots.ts';

const layout = defineLayout(
  ['pc', 'mode', 'a', 'b', 'c', 'carry', 'zero', 'sign'].map((name) => ({ name, type: 'i32' })),
);
const [A, B, C, CARRY, ZERO, SIGN] = ['a', 'b', 'c', 'carry', 'zero', 'sign'].map((name) => layout.slot(name, 'i32'));
const DEFERRED = [['carry', 'zero', 'sign']];

const wabt = await wabtLoader();

/** Compiles the blocks, the first the entry; gives the module's text, folded, and the length of the region's body. */
function compile(
  blocks: readonly IrBlock[],
  deferred = DEFERRED,
  seen: readonly number[] = [],
  optimisations = ALL_OPTIMISATIONS,
): { text: string; bytes: number } {
  const byPc = new Map(blocks.map((ir) => [ir.pc, { pc: ir.pc, endPc: ir.endPc, ir, frame: 1, secondFrame: -1 }]));
  const slots = slotTable(layout, deferred);
  const shapes = new ShapeTable();
  const found = discoverRegion(
    blocks[0]!.pc,
    0,
    (pc) => byPc.get(pc),
    () => seen,
    () => 'trap',
    { blocks: 100, instructions: 1000 },
  )!;
  const region = compileRegion(found, false, slots, {
    memory: new GuestMemory(4, 'little'),
    aligned: false,
    optimisations,
    pcOffset: 0,
    modeOffset: 4,
    shapes,
    sites: new SiteTable(),
    isKernelText: () => false,
    helperFunction: () => 2,
    jumpNumber: () => 1,
    placeNumber: () => 0,
    link: () => 0,
  });
  const bytes = encodeModule([encodeFunction(region.locals, region.body)], [], optimisationsWithout(['typedTable']));
  const module = wabt.readWasm(bytes, { simd: true, tail_call: true, sign_extension: true, sat_float_to_int: true });
  module.validate();
  const text = module.toText({ foldExprs: true, inlineExport: true });
  module.destroy();
  return { text: text.slice(0, text.indexOf('(func (;5;)')), bytes: region.body.length };
}

/** A block made by `emit`, which ends it. */
function block(pc: number, count: number, emit: (b: BlockBuilder) => void): IrBlock {
  const b = new BlockBuilder(pc, 0);
  for (let i = 0; i < count; i++) b.beginInstruction(pc + i, 1);
  emit(b);
  return b.finish(pc + count);
}

/** Writes the three deferred slots as a comparison of x and y does. */
function compareFlags(b: BlockBuilder, x: ReturnType<BlockBuilder['get']>, y: ReturnType<BlockBuilder['get']>): void {
  const difference = b.sub(x, y);
  b.set(b.ltU(x, y), CARRY!);
  b.set(difference, ZERO!);
  b.set(difference, SIGN!);
}

const countOf = (text: string, what: string): number => text.split(what).length - 1;

/** a += b while a != b, comparing each time. */
const LOOP = [
  block(0x1000, 3, (b) => {
    const sum = b.add(b.get(A!), b.get(B!));
    b.set(sum, A!);
    compareFlags(b, sum, b.get(B!));
    b.endWith({ kind: 'branch', cond: b.ne(sum, b.get(B!)), taken: 0x1000, next: 0x2000 });
  }),
];

const ROLLED = optimisationsWithout(['unrolledLoops']);

test('turns of a small loop that are laid out share one comparison of the budget', () => {
  const { text } = compile(LOOP);
  expect(countOf(text, '(loop')).toBe(1);
  expect(countOf(text, '(i32.add')).toBe(8);
  expect(countOf(text, 'i32.lt_u')).toBe(1);
  const fewer = compile(LOOP, DEFERRED, [], optimisationsWithout(['shortLoops'])).text;
  expect(countOf(fewer, '(i32.add')).toBe(4);
});

test('flags that nobody reads are not computed in the loop', () => {
  const { text } = compile(LOOP, DEFERRED, [], ROLLED);
  expect(countOf(text, 'i32.sub')).toBe(1); // the host stack left
  expect(countOf(text, '(i32.add')).toBe(1);
  expect(countOf(text, '(loop')).toBe(1);
  // One comparison of the budget, and no carry.
  expect(countOf(text, 'i32.lt_u')).toBe(1);
});

test('slots that are not deferred are computed where they are written', () => {
  const { text } = compile(LOOP, [], [], ROLLED);
  expect(countOf(text, 'i32.lt_u')).toBe(2);
  expect(countOf(text, 'i32.sub')).toBe(2);
});

test('a flag that a later block reads is kept beside the record', () => {
  const { text } = compile([
    block(0x1000, 1, (b) => {
      compareFlags(b, b.get(A!), b.get(B!));
      b.endWith({ kind: 'branch', cond: b.eqz(b.get(ZERO!)), taken: 0x2000, next: 0x3000 });
    }),
    block(0x2000, 1, (b) => {
      b.set(b.get(CARRY!), A!);
      b.endWith({ kind: 'return', target: b.get(B!) });
    }),
  ]);
  expect(countOf(text, 'i32.lt_u')).toBe(2);
});

test('an access is a look-up, two branches and the access; a second one to the same address has none', () => {
  const load = (b: BlockBuilder, times: number): void => {
    const at = b.add(b.get(A!), b.const(8));
    for (let i = 0; i < times; i++) b.set(b.add(b.load32(at), b.get(B!)), B!);
    b.endWith({ kind: 'return', target: b.get(B!) });
  };
  const once = compile([block(0x1000, 1, (b) => load(b, 1))]);
  expect(countOf(once.text, 'br_if')).toBe(3); // the budget, no translation, across a page
  const twice = compile([block(0x1000, 1, (b) => load(b, 2))]);
  expect(countOf(twice.text, 'br_if')).toBe(3);
  // What the pattern costs in bytes: to be raised only with a reason.
  expect(once.bytes).toBeLessThan(260);
  expect(twice.bytes - once.bytes).toBeLessThan(20);
});

test('what leaves the block only by its end needs no exits', () => {
  const { text } = compile([
    block(0x1000, 2, (b) => {
      b.set(b.add(b.get(A!), b.const(1)), A!);
      b.endWith({ kind: 'jump', target: 0x5000 });
    }),
  ]);
  expect(text).toContain('return_call_indirect');
  expect(countOf(text, 'br_if')).toBe(1);
});

test('a computed jump to no known target hands its own record over, not one of the targets', () => {
  const compareWith = (b: BlockBuilder, constant: number): void => compareFlags(b, b.get(A!), b.const(constant));
  const blocks = [
    block(0x1000, 1, (b) => {
      compareWith(b, 1111);
      b.endWith({ kind: 'jumpIndirect', target: b.get(B!) });
    }),
    block(0x2000, 1, (b) => {
      compareWith(b, 2222);
      b.endWith({ kind: 'return', target: b.get(B!) });
    }),
  ];
  const { text } = compile(blocks, DEFERRED, [0x2000]);
  expect(countOf(text, '(i32.const 1111)')).toBe(1);
  expect(countOf(text, '(i32.const 2222)')).toBe(1);
});

test("a register that only a record speaks of has a local that is no temporary's of code before", () => {
  const { text } = compile([
    // Its temporaries are given back before the call hands the record of the block behind it over.
    block(0x1000, 1, (b) => {
      b.set(b.add(b.load32(b.get(A!)), b.load32(b.add(b.get(A!), b.get(B!)))), B!);
      b.endWith({ kind: 'call', target: 0x9000, returnTo: 0x2000 });
    }),
    block(0x2000, 1, (b) => {
      compareFlags(b, b.get(C!), b.const(1111));
      b.endWith({ kind: 'branch', cond: b.get(A!), taken: 0x1000, next: 0x3000 });
    }),
  ]);
  const loads = [...text.matchAll(/\(local\.set (\d+)\s+\(i32\.load offset=1040/g)];
  expect(loads.length).toBeGreaterThan(0);
  const local = loads[0]![1]!;
  expect([...text.matchAll(new RegExp(`\\(local\\.(set|tee) ${local}\\b`, 'g'))]).toHaveLength(loads.length);
});

test('a recipe relies on nothing that a later load brings', () => {
  // The first comparison's `first` would follow from `second` and the difference, but these come later.
  const b = new BlockBuilder(0x1000, 0);
  b.beginInstruction(0x1000, 1);
  const first = b.load32(b.get(A!));
  compareFlags(b, first, b.get(B!));
  b.beginInstruction(0x1001, 1);
  const second = b.load32(b.add(b.get(A!), b.const(4)));
  const difference = b.sub(first, second);
  b.beginInstruction(0x1002, 1);
  b.store32(second, difference);
  b.beginInstruction(0x1003, 1);
  compareFlags(b, b.get(A!), b.get(B!));
  b.endWith({ kind: 'jump', target: 0x2000 });
  expect(() => compile([b.finish(0x1004)])).not.toThrow();
});

test('the clock goes along calls, and is in memory for exits only', () => {
  const blocks = [
    block(0x1000, 1, (b) => b.endWith({ kind: 'call', target: 0x9000, returnTo: 0x1001 })),
    block(0x1001, 2, (b) => b.endWith({ kind: 'return', target: b.get(A!) })),
  ];
  const clockAccesses = (without: OptimisationName[]): number[] => {
    const { text } = compile(blocks, DEFERRED, [], optimisationsWithout(without));
    return [countOf(text, '(i64.load '), countOf(text, '(i64.store ')];
  };
  // The one way out stores it for the host and takes it over again.
  expect(clockAccesses([])).toEqual([1, 1]);
  // At entry and behind the call; at the call, where it returns, and wherever else it leaves.
  const [loads, stores] = clockAccesses(['clockInCalls']);
  expect(loads).toBe(3);
  expect(stores).toBeGreaterThan(3);
});
