import { describe, expect, test } from 'vitest';
import { defineLayout } from '../cpu/layout.ts';
import type { F64, I32 } from '../ir/block.ts';
import { BlockBuilder } from '../ir/builder.ts';
import { OP_NAMES } from '../ir/ops.ts';
import { type BlockCode, blockCode } from './block-code.ts';
import { gatherChecks } from './gathered-checks.ts';
import { slotTable } from './slots.ts';

const REGISTERS = ['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7'];
const layout = defineLayout([
  ...['pc', 'mode', 'base'].map((name) => ({ name, type: 'i32' as const })),
  ...REGISTERS.map((name) => ({ name, type: 'f64' as const })),
]);
const D = REGISTERS.map((name) => layout.slot(name, 'f64'));
const BASE = layout.slot('base', 'i32');
const slots = slotTable(layout, [], []);
const VECTOR = 7;

/** Instructions of a block, one after the other. */
class Code {
  readonly b = new BlockBuilder(0x100, 0);
  private pc = 0x100;

  begin(): BlockBuilder {
    this.b.beginInstruction(this.pc, 1);
    this.pc += 4;
    return this.b;
  }

  /** d ← n + m, which is to be finite. */
  sum(d: number, n: number, m: number): this {
    const b = this.begin();
    const r = b.addF64(this.get(n), this.get(m));
    b.trapIf(this.isInfinite(r), b.const(d), VECTOR);
    b.setF64(r, D[d]!);
    return this;
  }

  /** d ← n * m, which is to be finite, and not tiny. */
  product(d: number, n: number, m: number): this {
    const b = this.begin();
    const r = b.mulF64(this.get(n), this.get(m));
    const doubtful = b.eqz(b.ltF64(b.subF64(r, r), b.mulF64(r, r)));
    b.trapIf(b.andThen(doubtful, b.ltF64(b.absF64(r), this.get(7))), b.const(d), VECTOR);
    b.setF64(r, D[d]!);
    return this;
  }

  load(d: number, offset: number): this {
    const b = this.begin();
    b.setF64(b.loadF64(this.at(offset)), D[d]!);
    return this;
  }

  store(d: number, offset: number): this {
    this.begin().storeF64(this.at(offset), this.get(d));
    return this;
  }

  /** Traps where the base is not aligned. */
  ask(): this {
    const b = this.begin();
    b.trapIf(b.and(b.get(BASE), b.const(3)), b.const(0), VECTOR);
    return this;
  }

  finish(): BlockCode {
    this.begin();
    this.b.endWith({ kind: 'jump', target: this.pc });
    return blockCode(this.b.finish(this.pc), slots);
  }

  private get(n: number): F64 {
    return this.b.getF64(D[n]!);
  }
  private at(offset: number): I32 {
    return this.b.add(this.b.get(BASE), this.b.const(offset));
  }
  private isInfinite(r: F64): I32 {
    const nothing = this.b.subF64(r, r);
    return this.b.neF64(nothing, nothing);
  }
}

/** What may leave the block, by instruction: 'trapIf 0'. */
const exits = ({ statements }: BlockCode): string[] =>
  statements.flatMap(({ kind, insn }) => (kind === 'set' ? [] : [`${kind} ${insn}`]));

/** Operations of a value, as often as each is written. */
function operations({ graph }: BlockCode, value: number, into: string[] = []): string[] {
  if (value < 0) return into;
  if (graph.op[value]! >= 0) into.push(OP_NAMES[graph.op[value]!]!);
  for (const part of [graph.a[value]!, graph.b[value]!, graph.c[value]!])
    operations({ graph } as BlockCode, part, into);
  return into;
}

describe('results of a block', () => {
  test('are asked for at the first of them, before its register is written', () => {
    const code = new Code().product(0, 1, 2).sum(3, 0, 4).product(5, 3, 1).finish();
    const gathered = gatherChecks(code);
    expect(exits(code)).toEqual(['trapIf 0', 'trapIf 1', 'trapIf 2']);
    expect(exits(gathered)).toEqual(['trapIf 0']);
    expect(gathered.statements[0]!.kind).toBe('trapIf');
    expect(gathered.statements.filter(({ kind }) => kind === 'set')).toEqual(
      code.statements.filter(({ kind }) => kind === 'set'),
    );
  });

  test('one alone stays as it is', () => {
    const code = new Code().ask().product(0, 1, 2).store(0, 8).finish();
    expect(gatherChecks(code)).toBe(code);
  });

  test('are asked for by one comparison: of the number that the others go into, and all squares', () => {
    const gathered = gatherChecks(new Code().product(0, 1, 2).product(3, 0, 4).sum(5, 3, 1).finish());
    const { graph, statements } = gathered;
    const first = operations(gathered, graph.a[statements[0]!.a]!);
    expect(first.filter((name) => name === 'ltF64')).toHaveLength(1);
    // The sum less itself: no other is added to it, and it is made of one product of the two.
    expect(first.filter((name) => name === 'addF64')).toHaveLength(2);
    expect(first.filter((name) => name === 'subF64')).toHaveLength(1);
  });

  test('sums alone need no product', () => {
    const { graph, statements } = gatherChecks(new Code().sum(0, 1, 2).sum(3, 4, 5).finish());
    expect(statements.filter(({ kind }) => kind === 'trapIf')).toHaveLength(1);
    expect(OP_NAMES[graph.op[graph.a[statements[0]!.a]!]!]).toBe('neF64');
  });

  test('where that fails, each by itself: first whether it may be wrong', () => {
    const gathered = gatherChecks(new Code().product(0, 1, 2).product(3, 1, 4).finish());
    const { graph, statements } = gathered;
    const second = operations(gathered, graph.b[statements[0]!.a]!);
    expect(second.filter((name) => name === 'andThen')).toHaveLength(2);
  });

  test('more than five products are asked for in parts', () => {
    const code = new Code();
    for (let n = 0; n < 6; n++) code.product(n, n, 6);
    expect(exits(gatherChecks(code.finish()))).toEqual(['trapIf 0', 'trapIf 0']);
  });
});

describe('loads in between', () => {
  test('are done before, and leave where the first result does', () => {
    const code = new Code().product(0, 1, 2).load(3, 8).sum(4, 3, 0).finish();
    expect(exits(gatherChecks(code))).toEqual(['load 0', 'trapIf 0']);
  });

  test('stay where nobody asks for what is made of them', () => {
    const code = new Code().product(0, 1, 2).load(3, 8).sum(4, 1, 0).finish();
    expect(exits(gatherChecks(code))).toEqual(['trapIf 0', 'load 1']);
  });

  test('are not done before a store', () => {
    const code = new Code().product(0, 1, 2).store(0, 8).load(3, 16).sum(4, 3, 0).finish();
    expect(exits(gatherChecks(code))).toEqual(['trapIf 0', 'store 1', 'load 2', 'trapIf 3']);
  });

  test('a result behind a store that needs no load is asked for before it', () => {
    const code = new Code().product(0, 1, 2).store(0, 8).sum(4, 3, 0).finish();
    expect(exits(gatherChecks(code))).toEqual(['trapIf 0', 'store 1']);
  });

  test('take the traps with them that they stand behind', () => {
    const code = new Code().product(0, 1, 2).ask().load(3, 8).sum(4, 3, 0).finish();
    expect(exits(gatherChecks(code))).toEqual(['trapIf 0', 'load 0', 'trapIf 0']);
  });
});
