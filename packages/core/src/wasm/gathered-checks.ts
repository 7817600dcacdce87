import { OP_NUMBER } from '../ir/ops.ts';
import type { BlockCode, Statement } from './block-code.ts';
import { joinTests, type ResultTest, resultTest } from './result-tests.ts';
import { RESULT, type ValueGraph } from './value-graph.ts';

const O = OP_NUMBER;

/** Loads that may be done earlier. Words are left out: they may be a register list's (access-run.ts). */
const MOVABLE: ReadonlySet<number> = new Set([O.loadF32, O.loadF64]);
/** So many results are asked for at once at most. */
const MOST_TESTS = 24;

/** Traps on results that become one, at the place of the first. */
interface Batch {
  readonly at: number;
  readonly tests: ResultTest[];
  /** Places of the traps it is made of. */
  readonly traps: Set<number>;
  /** Places of what is done before it for its sake. */
  readonly moved: Set<number>;
  /** Other traps since its start. */
  readonly others: number[];
  /** Place of the first store since its start: no load from behind it is done earlier. */
  store: number;
}

/**
 * Asks for the results of several floating-point operations at once, at the first of them, with what they load in
 * between loaded before. Where one is unusual the block is left at that first instruction, with nothing of it done
 * yet, and executed again from there with each operation asked for by itself: an exit at an earlier instruction is always right,
 * for what lies between only computes and writes registers, which happens behind the trap.
 */
export function gatherChecks(code: BlockCode): BlockCode {
  const batches = new Gathering(code).run().filter(({ tests }) => tests.length > 1);
  return batches.length === 0 ? code : rearrange(code, batches);
}

class Gathering {
  private readonly graph: ValueGraph;
  private readonly statements: readonly Statement[];
  /** Places of the statements that yield values. */
  private readonly yields = new Map<number, number>();
  private readonly batches: Batch[] = [];
  private open: Batch | undefined;

  constructor({ graph, statements }: BlockCode) {
    this.graph = graph;
    this.statements = statements;
    statements.forEach(({ result }, at) => {
      if (result >= 0) this.yields.set(result, at);
    });
  }

  run(): readonly Batch[] {
    for (const [at, statement] of this.statements.entries()) this.see(statement, at);
    return this.batches;
  }

  private see({ kind, a, dead }: Statement, at: number): void {
    const { open } = this;
    if (dead) return;
    if (kind === 'helper') this.open = undefined;
    else if (open && (kind === 'store' || kind === 'probe')) open.store = Math.min(open.store, at);
    else if (kind === 'trapIf') {
      const test = resultTest(this.graph, a);
      if (test === undefined) open?.others.push(at);
      else if (open === undefined || !this.join(open, test, at)) this.begin(test, at);
    }
  }

  private begin(test: ResultTest, at: number): void {
    const store = Number.POSITIVE_INFINITY;
    this.open = { at, tests: [test], traps: new Set([at]), moved: new Set(), others: [], store };
    this.batches.push(this.open);
  }

  private join(batch: Batch, test: ResultTest, at: number): boolean {
    if (test.format !== batch.tests[0]!.format || batch.tests.length === MOST_TESTS) return false;
    const needed = new Set<number>();
    const seen = new Set<number>();
    if (!this.reach(batch, this.statements[at]!.a, needed, seen)) return false;
    // What a load may rely on has been asked before it.
    const last = Math.max(...needed);
    for (const trap of batch.others) {
      if (trap > last || batch.moved.has(trap)) continue;
      if (!this.reach(batch, this.statements[trap]!.a, needed, seen)) return false;
      needed.add(trap);
    }
    for (const each of needed) batch.moved.add(each);
    batch.tests.push(test);
    batch.traps.add(at);
    return true;
  }

  /** Whether a value can be had at a batch's place; adds the loads that are `needed` there. */
  private reach(batch: Batch, value: number, needed: Set<number>, seen: Set<number>): boolean {
    if (value < 0 || seen.has(value)) return true;
    seen.add(value);
    const { op, a, b, c } = this.graph;
    if (op[value] !== RESULT) {
      return [a[value]!, b[value]!, c[value]!].every((part) => this.reach(batch, part, needed, seen));
    }
    const at = this.yields.get(value)!;
    if (at < batch.at || batch.moved.has(at)) return true;
    const load = this.statements[at]!;
    if (load.kind !== 'load' || !MOVABLE.has(load.op) || at > batch.store) return false;
    needed.add(at);
    return this.reach(batch, load.a, needed, seen);
  }
}

/** The block with its batches each in the place of its first trap. */
function rearrange(code: BlockCode, batches: readonly Batch[]): BlockCode {
  const { graph } = code;
  const byPlace = new Map(batches.map((batch) => [batch.at, batch]));
  const gone = new Set(batches.flatMap(({ moved, traps }) => [...moved, ...traps]));
  const statements: Statement[] = [];
  const places = code.statements.map((statement, at) => {
    const place = statements.length;
    const batch = byPlace.get(at);
    if (batch !== undefined) {
      const { insn } = statement;
      const moved = [...batch.moved].sort((one, other) => one - other);
      for (const each of moved) statements.push({ ...code.statements[each]!, insn });
      for (const a of joinTests(graph, batch.tests)) statements.push({ ...statement, a });
    } else if (!gone.has(at)) statements.push(statement);
    return place;
  });
  places.push(statements.length);
  return { ...code, statements, deferred: code.deferred.map((write) => ({ ...write, at: places[write.at]! })) };
}
