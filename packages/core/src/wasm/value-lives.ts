import { OP_NUMBER } from '../ir/ops.ts';
import type { BlockCode } from './block-code.ts';
import type { RecipeContext } from './shapes.ts';

/** How long each value of a block is in a local anyway: because it is used, or because a slot holds it. */
export class ValueLives {
  private readonly code: BlockCode;
  private readonly uses: Int32Array;
  /** Place of the last statement that uses the value; -1 if none does. */
  private readonly lastUse: Int32Array;
  /** By value: stretches [from, to) of statements during which a slot holds it. */
  private readonly held = new Map<number, [from: number, to: number][]>();
  private readonly users = new Map<number, number[]>();
  /** Place of the first statement before which the value can be computed. */
  private readonly ready: Int32Array;

  /** @param uses what is used apart from recipes, see BlockPlan. */
  constructor(code: BlockCode, uses: Int32Array) {
    this.code = code;
    this.uses = uses;
    this.lastUse = new Int32Array(code.graph.size).fill(-1);
    this.ready = readiness(code);
    this.findUses();
    this.findHolders();
    this.findUsers();
  }

  /** What a recipe noted before statement `from` and looked at up to statement `to` (the end: their number) may rely on. */
  between(from: number, to: number): RecipeContext {
    const { graph } = this.code;
    return {
      graph,
      needed: (value) => this.uses[value]! > 0,
      free: (value) =>
        graph.isConst(value) ||
        (this.ready[value]! <= from && (this.lastUse[value]! >= to || this.isHeld(value, from, to))),
      invertible: (value) => this.users.get(value) ?? [],
    };
  }

  private isHeld(value: number, from: number, to: number): boolean {
    return (this.held.get(value) ?? []).some(([first, end]) => first <= from && end > to);
  }

  private findUses(): void {
    const { statements, terminalValues } = this.code;
    statements.forEach((statement, at) => {
      if (statement.dead) return;
      for (const value of [statement.a, statement.b, statement.c]) if (value >= 0) this.lastUse[value] = at;
    });
    for (const value of terminalValues) this.lastUse[value] = statements.length;
  }

  private findHolders(): void {
    const { statements, entries } = this.code;
    const open = new Map<number, [from: number, to: number]>();
    const hold = (slot: number, value: number, from: number): void => {
      const stretch: [number, number] = [from, Number.POSITIVE_INFINITY];
      open.set(slot, stretch);
      const list = this.held.get(value);
      if (list) list.push(stretch);
      else this.held.set(value, [stretch]);
    };
    for (const [slot, value] of entries) hold(slot, value, 0);
    statements.forEach((statement, at) => {
      if (statement.kind !== 'set' || statement.dead) return;
      const previous = open.get(statement.imm);
      if (previous) previous[1] = at;
      hold(statement.imm, statement.a, at);
    });
  }

  private findUsers(): void {
    const { graph } = this.code;
    for (let node = 0; node < graph.size; node++) {
      const op = graph.op[node]!;
      if (op !== OP_NUMBER.add && op !== OP_NUMBER.sub && op !== OP_NUMBER.xor) continue;
      for (const value of new Set([graph.a[node]!, graph.b[node]!])) {
        const list = this.users.get(value);
        if (list) list.push(node);
        else this.users.set(value, [node]);
      }
    }
  }
}

/** From which statement on each value can be computed: after those that yield what it is made of. */
function readiness({ graph, statements }: BlockCode): Int32Array {
  const ready = new Int32Array(graph.size);
  statements.forEach((statement, at) => {
    if (statement.result >= 0) ready[statement.result] = at + 1;
  });
  // Arguments are older nodes than what is computed from them.
  for (let node = 0; node < graph.size; node++) {
    for (const arg of [graph.a[node]!, graph.b[node]!, graph.c[node]!]) {
      if (arg >= 0 && ready[arg]! > ready[node]!) ready[node] = ready[arg]!;
    }
  }
  return ready;
}
