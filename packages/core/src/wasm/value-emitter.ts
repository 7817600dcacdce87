import { OP_NUMBER, OP_SPECS } from '../ir/ops.ts';
import type { BlockCode } from './block-code.ts';
import type { CodeWriter } from './encoder.ts';
import type { LocalPool } from './locals.ts';
import { ENTRY, RESULT, type ValueGraph } from './value-graph.ts';
import type { VectorConstants } from './vector-constants.ts';

const O = OP_NUMBER;

/**
 * Emits the values of one block after another: computed where first used, as expression trees where
 * used once, kept in a local where used again. A slot's local serves as the home of the value it
 * holds; what is still wanted of it when the slot is written moves to a temporary.
 */
export class ValueEmitter {
  private readonly code: CodeWriter;
  private readonly locals: LocalPool;
  private readonly constants: VectorConstants;
  /** Local of a slot, by slot number. */
  private readonly slotLocal: (slot: number) => number;
  private graph!: ValueGraph;
  private block!: BlockCode;
  private uses!: Int32Array;
  /** Local that holds the value, or -1; a temporary if `temporary`. */
  private home!: Int32Array;
  private temporary!: Uint8Array;
  /** The value has been computed, and so has used its arguments. */
  private computed!: Uint8Array;
  /** Value a slot's local holds, by slot. */
  private readonly holder = new Map<number, number>();

  constructor(code: CodeWriter, locals: LocalPool, slotLocal: (slot: number) => number, constants: VectorConstants) {
    this.constants = constants;
    this.code = code;
    this.locals = locals;
    this.slotLocal = slotLocal;
  }

  /** Starts a block; every slot it reads holds its entry value. `uses` announces how often each value will be used. */
  begin(block: BlockCode, uses: Int32Array): void {
    this.block = block;
    this.graph = block.graph;
    const size = this.graph.size;
    this.uses = uses;
    this.home = new Int32Array(size).fill(-1);
    this.temporary = new Uint8Array(size);
    this.computed = new Uint8Array(size);
    this.holder.clear();
    for (const [slot, value] of block.entries) {
      this.holder.set(slot, value);
      this.home[value] = this.slotLocal(slot);
    }
  }

  /** Emits one announced use: the value is on the stack. */
  push(value: number): void {
    const home = this.home[value]!;
    if (home >= 0) {
      this.code.get(home);
      this.use(value);
      return;
    }
    this.compute(value);
    if (this.use(value) > 0 && !this.isCheap(value)) this.code.tee(this.takeHome(value));
  }

  /** One announced use as a condition: any non-zero word means true. */
  pushCondition(value: number): void {
    const { graph } = this;
    if (graph.op[value] === O.ne && this.uses[value] === 1 && graph.isConst(graph.b[value]!) && this.home[value]! < 0) {
      if (graph.imm[graph.b[value]!] === 0) {
        this.use(value);
        this.use(graph.b[value]!);
        this.push(graph.a[value]!);
        return;
      }
    }
    this.push(value);
  }

  /** Whether the announced use of a condition may be emitted in two stages (pushFirstStage): an andThen which nobody else wants. */
  isStaged(value: number): boolean {
    const { graph } = this;
    return graph.op[value] === O.andThen && this.uses[value] === 1 && this.home[value]! < 0 && graph.isBoolean(value);
  }

  /** The first half of such a condition is on the stack. Gives the second, one announced use, for pushDetached. */
  pushFirstStage(value: number): number {
    this.computed[value] = 1;
    this.use(value);
    this.pushCondition(this.graph.a[value]!);
    return this.graph.b[value]!;
  }

  /** One announced use, computed here for itself, whoever else wants the value or its parts: in code that may never run. Nothing else may rely on it. */
  pushDetached(value: number): void {
    if (this.home[value]! >= 0 || this.graph.isConst(value)) {
      this.push(value);
      return;
    }
    for (const part of this.detach(value)) this.pushDetached(part);
    this.emitOperation(value);
    this.use(value);
  }

  /**
   * A condition in code that may never run (one announced use) as its two halves, each then one announced use: of an
   * `or` that has such conditions in it, or an andThen. Undefined: it is to be computed as a whole.
   */
  halves(value: number): { readonly staged: boolean; readonly first: number; readonly second: number } | undefined {
    const { graph } = this;
    if (this.home[value]! >= 0 || !this.hasStages(value) || !graph.isBoolean(value)) return undefined;
    const [first, second] = this.detach(value);
    this.use(value);
    return { staged: graph.op[value] === O.andThen, first: first!, second: second! };
  }

  private hasStages(value: number): boolean {
    const { op, a, b } = this.graph;
    return op[value] === O.andThen || (op[value] === O.or && (this.hasStages(a[value]!) || this.hasStages(b[value]!)));
  }

  /** The parts of a value that is computed apart: each is announced once more for it. */
  private detach(value: number): readonly number[] {
    const { graph } = this;
    const parts = [graph.a[value]!, graph.b[value]!, graph.c[value]!].filter((part) => part >= 0);
    // The parts are announced once for the value: others compute it, too.
    if (this.uses[value]! > 1) for (const part of parts) this.uses[part]!++;
    else this.computed[value] = 1;
    return parts;
  }

  /** The value where an announced use of it may be, which stays announced: in code that may never run. Nothing else may rely on it. */
  pushAside(value: number): void {
    this.uses[value]!++;
    this.pushDetached(value);
  }

  /** Drops an announced use that is not emitted. */
  skip(value: number): void {
    if (value < 0) return;
    if (this.use(value) === 0 && this.computed[value] === 0) {
      this.skip(this.graph.a[value]!);
      this.skip(this.graph.b[value]!);
      this.skip(this.graph.c[value]!);
    }
  }

  /** One announced use: emits code so that the value is in a local and gives its number; -1 for a constant. Valid until the next slot write. */
  inLocal(value: number): number {
    if (this.graph.isConst(value)) return -1;
    if (this.home[value]! < 0) {
      this.compute(value);
      this.code.set(this.takeHome(value));
    }
    return this.home[value]!;
  }

  /** The word of a constant value. */
  constant(value: number): number {
    return this.graph.imm[value]!;
  }

  /** What pushes a value that is in `local` (see inLocal), as often as it is called. */
  pusher(local: number, value: number): () => CodeWriter {
    const constant = local < 0 ? this.constant(value) : 0;
    return () => (local < 0 ? this.code.i32Const(constant) : this.code.get(local));
  }

  /** Ends a use begun with inLocal. */
  done(value: number): void {
    this.use(value);
  }

  /** The statement's result is on the stack: keeps it if anyone wants it. */
  yielded(value: number): void {
    if (this.uses[value]! > 0) this.code.set(this.takeHome(value));
    else this.code.byte(0x1a);
  }

  /** A local for a statement's result before that is there; -1 if nobody wants it. */
  reserve(value: number): number {
    return this.uses[value]! > 0 ? this.takeHome(value) : -1;
  }

  /** One announced use of `value`: writes it to the slot's local. */
  assign(slot: number, value: number): void {
    const local = this.slotLocal(slot);
    const old = this.holder.get(slot) ?? -1;
    if (old === value && this.home[value] === local) {
      this.use(value);
      return;
    }
    const fresh = this.home[value]! < 0;
    if (fresh) {
      this.compute(value);
      this.use(value);
    } else this.push(value);
    if (old >= 0 && this.home[old] === local && this.temporary[old] === 0) {
      if (this.uses[old]! > 0) this.code.get(local).set(this.takeHome(old));
      else this.home[old] = -1;
    }
    this.code.set(local);
    this.holder.set(slot, value);
    if (fresh && !this.isCheap(value) && this.uses[value]! > 0) {
      this.home[value] = local;
      this.temporary[value] = 0;
    }
  }

  /** Gives back every temporary: the block is over. */
  finish(): void {
    for (let value = 0; value < this.home.length; value++) {
      if (this.temporary[value]) {
        this.locals.release(this.home[value]!);
        this.temporary[value] = 0;
      }
    }
  }

  private isCheap(value: number): boolean {
    const op = this.graph.op[value];
    return op === O.const32 || op === O.constV;
  }

  private use(value: number): number {
    const left = --this.uses[value]!;
    if (left < 0) throw new Error('translator: a value is used more often than announced');
    if (left === 0 && this.temporary[value]) {
      this.locals.release(this.home[value]!);
      this.temporary[value] = 0;
      this.home[value] = -1;
    }
    return left;
  }

  private takeHome(value: number): number {
    const local = this.locals.allocate(this.graph.type[value]!);
    this.home[value] = local;
    this.temporary[value] = 1;
    return local;
  }

  private compute(value: number): void {
    const { graph } = this;
    this.computed[value] = 1;
    if (graph.a[value]! >= 0) this.push(graph.a[value]!);
    if (graph.b[value]! >= 0) this.push(graph.b[value]!);
    if (graph.c[value]! >= 0) {
      if (graph.op[value] === O.select) this.pushCondition(graph.c[value]!);
      else this.push(graph.c[value]!);
    }
    this.emitOperation(value);
  }

  /** The operation alone: its arguments are on the stack. */
  private emitOperation(value: number): void {
    const { graph, code } = this;
    const op = graph.op[value]!;
    const imm = graph.imm[value]!;
    if (op === ENTRY || op === RESULT) throw new Error('translator: a value has no home');
    switch (op) {
      case O.const32:
        code.i32Const(imm);
        return;
      case O.const64: {
        const words = this.block.block.constants[imm]!;
        code.i64Const(words[0]!, words[1]!);
        return;
      }
      case O.constV: {
        const local = this.constants.local(this.block.block.constants[imm]!);
        if (local >= 0) {
          code.get(local);
          return;
        }
      }
    }
    if (op === O.neF32 && graph.a[value] === graph.b[value]) {
      // No number: V8 has one jump for this, two for "not equal", which means unordered or different.
      code.op(OP_SPECS[O.geF32]!.wasm).op(OP_SPECS[O.eqz]!.wasm);
      return;
    }
    const spec = OP_SPECS[op]!;
    code.op(spec.wasm);
    if (spec.imm === 'lane') code.byte(imm);
    else if (spec.imm === 'constant') code.words(this.block.block.constants[imm]!);
  }
}
