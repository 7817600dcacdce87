import { expect, test } from 'vitest';
import { optimisationsWithout } from '../engine/optimisations.ts';
import type { I32, IrBlock, Terminal } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { outcome } from '../testing/random-machine.ts';
import { type TOY_OPS, toy, toyLayout } from '../testing/toy-isa.ts';
import { type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';
import { type InlineLimits, inlineCalls, isInlinable, isOwnKey } from './inline-calls.ts';
import { type DiscoveredRegion, discoverRegion } from './region-discovery.ts';
import { wasmTranslatorWith } from './translator.ts';

const R7 = toyLayout.slot('r7', 'i32');
const LIMITS: InlineLimits = { callee: 10, leaf: 10, total: 25, depth: 2, entry: 30, entries: 60 };

/** A block of `count` instructions that do nothing, with this terminal. */
function block(pc: number, count: number, terminal: Terminal): IrBlock {
  const b = new BlockBuilder(pc, 0);
  for (let i = 0; i < count; i++) b.beginInstruction(pc + i, 1);
  if (terminal.kind === 'return') b.endWith({ kind: 'return', target: b.get(R7) });
  else b.endWith(terminal);
  return b.finish(pc + count);
}

const call = (target: number, returnTo: number): Terminal => ({ kind: 'call', target, returnTo });
const RETURN = { kind: 'return', target: 0 } as unknown as Terminal;

function discover(entry: number, blocks: readonly IrBlock[]): DiscoveredRegion {
  const byPc = new Map(blocks.map((ir) => [ir.pc, { pc: ir.pc, endPc: ir.endPc, ir, frame: 1, secondFrame: -1 }]));
  const limits = { blocks: 50, instructions: 200 };
  return discoverRegion(
    entry,
    0,
    (pc) => byPc.get(pc),
    () => [],
    () => 'trap',
    limits,
  )!;
}

function inlined(
  blocks: readonly IrBlock[],
  targets: ReadonlyMap<number, readonly number[]> = new Map(),
): DiscoveredRegion {
  const known = new Set(blocks.map(({ pc }) => pc));
  const callee = (pc: number): DiscoveredRegion | undefined => {
    const found = known.has(pc) ? discover(pc, blocks) : undefined;
    return found && isInlinable(found, LIMITS, false) ? found : undefined;
  };
  const callees = { at: callee, targetsOf: (pc: number) => targets.get(pc) ?? [], isEntry: () => false };
  return inlineCalls(discover(0, blocks), callees, 0, LIMITS);
}

/** Kinds of the terminals met on the way from the entry by first successors. */
function way(region: DiscoveredRegion): string[] {
  const kinds: string[] = [];
  let key: number | undefined = region.entry;
  while (key !== undefined && kinds.length < 30) {
    const at: IrBlock | undefined = region.blocks.get(key);
    if (at === undefined) break;
    kinds.push(`${at.pc}:${at.terminal.kind}`);
    key = region.successors(at)[0];
  }
  return kinds;
}

test('each call of a small callee has a copy of it, which returns behind the call', () => {
  const region = inlined([
    block(0, 2, call(100, 2)),
    block(2, 1, call(100, 3)),
    block(3, 1, RETURN),
    block(100, 4, RETURN),
  ]);
  expect(way(region)).toEqual(['0:jump', '100:return', '2:jump', '100:return', '3:return']);
  expect([...region.blocks.keys()].filter(isOwnKey)).toEqual([0, 2, 3]);
  expect(region.lifted.map(({ ir }) => ir.pc).filter((pc) => pc === 100)).toHaveLength(2);
});

test('what is not known of a callee is called, its computed jumps too', () => {
  const away = inlined([
    block(0, 1, call(100, 1)),
    block(1, 1, RETURN),
    block(100, 1, branch(300, 102)),
    block(102, 1, RETURN),
  ]);
  expect(way(away)).toEqual(['0:jump', '100:branch', '300:call', '1:return']);
  const stub = inlined([block(0, 1, call(100, 1)), block(1, 1, RETURN), jumpIndirect(100)]);
  expect(way(stub)).toEqual(['0:jump', '100:callIndirect', '1:return']);
});

test('a callee that makes a kernel call stands in line', () => {
  const kernelCall: Terminal = { kind: 'kernelCall', number: 1, next: 101 };
  const region = inlined([
    block(0, 1, call(100, 1)),
    block(1, 1, RETURN),
    block(100, 1, kernelCall),
    block(101, 1, RETURN),
  ]);
  expect(way(region)).toEqual(['0:jump', '100:kernelCall', '101:return', '1:return']);
});

test('callees are called that are large, trap, never return, or ask where they are', () => {
  const caller = [block(0, 1, call(100, 1)), block(1, 1, RETURN)];
  const trap: Terminal = { kind: 'trap', vector: 3, error: 0 as I32, completes: true };
  expect(way(inlined([...caller, block(100, 11, RETURN)]))[0]).toBe('0:call');
  expect(way(inlined([...caller, block(100, 1, trap), block(101, 1, RETURN)]))[0]).toBe('0:call');
  expect(way(inlined([...caller, block(100, 1, { kind: 'jump', target: 100 })]))[0]).toBe('0:call');
  expect(way(inlined([block(0, 1, call(1, 1)), block(1, 1, RETURN)]))).toEqual(['0:call', '1:return']);
});

test('recursion ends at the depth, and all copies at their number', () => {
  const recursive = inlined([block(0, 1, call(0, 1)), block(1, 1, RETURN)]);
  expect([...recursive.blocks.values()].filter(({ terminal }) => terminal.kind === 'call')).toHaveLength(1);
  expect(recursive.blocks.size).toBe(6);
  const many = [1, 2, 3, 4].map((n) => block(n - 1, 1, call(100, n)));
  const full = inlined([...many, block(4, 1, RETURN), block(100, 9, RETURN)]);
  expect([...full.blocks.values()].filter(({ pc }) => pc === 100)).toHaveLength(2);
});

test('targets seen of a computed call are told apart, other ones looked up', () => {
  const blocks = [callIndirect(0, 1), block(1, 1, RETURN), block(100, 2, RETURN), block(200, 20, RETURN)];
  expect(way(inlined(blocks))).toEqual(['0:callIndirect', '1:return']);
  const region = inlined(blocks, new Map([[0, [100, 200]]]));
  const entry = region.blocks.get(0)!;
  expect(entry.terminal.kind).toBe('jumpIndirect');
  const next = region.successors(entry).map((key) => region.blocks.get(key)!);
  expect(next.map(({ pc, terminal }) => [pc, terminal.kind])).toEqual([
    [100, 'return'],
    [200, 'call'],
    [0, 'callIndirect'],
  ]);
  for (const at of next) expect(region.successors(at)).toEqual([1]);
});

function branch(taken: number, next: number): Terminal {
  return { kind: 'branch', cond: 0, taken, next } as unknown as Terminal;
}

function callIndirect(pc: number, returnTo: number): IrBlock {
  const b = new BlockBuilder(pc, 0);
  b.beginInstruction(pc, 1);
  b.endWith({ kind: 'callIndirect', target: b.get(R7), returnTo });
  return b.finish(pc + 1);
}

function jumpIndirect(pc: number): IrBlock {
  const b = new BlockBuilder(pc, 0);
  b.beginInstruction(pc, 1);
  b.endWith({ kind: 'jumpIndirect', target: b.get(R7) });
  return b.finish(pc + 1);
}

type Line = readonly [op: keyof typeof TOY_OPS, a?: number, b?: number, c?: number];

/** Runs the program interpreted, and translated with and without copies and in pieces: all alike. Gives the one with copies. */
function compare(lines: readonly Line[], instructions: number, data: number): ToyMachine {
  const run = (part: number, options: Parameters<typeof toyMachine>[0]): ToyMachine => {
    const machine = toyMachine(options);
    machine.poke(
      USER_CODE,
      lines.flatMap(([op, a, b, c]) => toy(op, a, b, c)),
    );
    machine.setReg('r6', data);
    machine.poke(data, [44, 0, 0, 0]);
    for (let left = instructions; left > 0; left -= part) machine.engine.run(Math.min(part, left));
    return machine;
  };
  const translated = { hotness: 3, translator: wasmTranslatorWith({ batch: 4, maxWait: 20 }) };
  const plain = outcome(run(instructions, {}));
  expect(outcome(run(13, translated))).toEqual(plain);
  expect(outcome(run(instructions, { ...translated, optimisations: optimisationsWithout(['inlineCalls']) }))).toEqual(
    plain,
  );
  const machine = run(instructions, translated);
  expect(outcome(machine)).toEqual(plain);
  return machine;
}

test('a callee that is overwritten is not run from a copy any more', () => {
  const machine = compare(
    [
      ['call', 0, 7], // loop: to f
      ['add', 2, 2, 1],
      ['addi', 3, 3, 1],
      ['addi', 4, 3, -100],
      ['beqz', 4, 2],
      ['jmp', 0, -5],
      ['call', 0, 4], // after a hundred rounds: to g, which writes f
      ['addi', 1, 1, 3], // f:
      ['ret'],
      ['nop'],
      ['lui', 5, USER_CODE >>> 16], // g:
      ['li', 0, 5],
      ['sb', 0, 5, 31], // f adds 5
      ['li', 3, 0],
      ['ret'],
    ],
    6000,
    USER_DATA,
  );
  expect(machine.engine.counters.invalidations).toBeGreaterThan(0);
});

test('a copy that returns elsewhere leaves the region', () => {
  const machine = compare(
    [
      ['li', 5, 4],
      ['call', 0, 5], // loop: to f
      ['addi', 1, 1, 1], // left out in every other round
      ['addi', 2, 2, 1],
      ['jmp', 0, -3],
      ['nop'],
      ['sub', 3, 5, 3], // f:
      ['add', 7, 7, 3],
      ['ret'],
    ],
    5000,
    USER_DATA,
  );
  expect(machine.reg('r2')).toBeGreaterThan(machine.reg('r1') * 2 - 3);
  expect(machine.engine.counters.interpretedInstructions).toBeLessThan(1000);
});

test('a computed call goes to what it was seen to call, and to what it was not', () => {
  const machine = compare(
    [
      ['lui', 4, USER_CODE >>> 16],
      ['addi', 3, 3, 1], // loop:
      ['ld', 0, 6, 0],
      ['add', 0, 0, 4],
      ['callr', 0], // to f or g, later to h
      ['addi', 0, 3, -100],
      ['beqz', 0, 2],
      ['jmp', 0, -6],
      ['li', 0, 84],
      ['st', 0, 6, 0],
      ['jmp', 0, -9],
      ['li', 0, 60], // f: then g
      ['st', 0, 6, 0],
      ['addi', 1, 1, 1],
      ['ret'],
      ['li', 0, 44], // g: then f
      ['st', 0, 6, 0],
      ['addi', 2, 2, 1],
      ['ret'],
      ['nop'],
      ['nop'],
      ['addi', 5, 5, 1], // h: stays
      ['ret'],
    ],
    6000,
    USER_DATA,
  );
  expect(machine.reg('r5')).toBeGreaterThan(200);
  expect(machine.reg('r1')).toBeGreaterThan(40);
  expect(machine.engine.counters.interpretedInstructions).toBeLessThan(2000);
});

test('one that calls nothing may be longer', () => {
  const limits = { ...LIMITS, leaf: 12 };
  const leaf = [block(0, 8, { kind: 'jump', target: 8 }), block(8, 4, RETURN)];
  expect(isInlinable(discover(0, leaf), limits, false)).toBe(true);
  expect(isInlinable(discover(0, leaf), LIMITS, false)).toBe(false);
  expect(
    isInlinable(discover(0, [block(0, 9, call(100, 9)), block(9, 4, RETURN)]), { ...limits, leaf: 20 }, false),
  ).toBe(false);
  expect(isInlinable(discover(0, [block(0, 6, call(100, 6)), block(6, 4, RETURN)]), limits, false)).toBe(true);
});
