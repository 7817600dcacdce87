import type { ValueType } from '../ir/ops.ts';
import { OP_NAMES, OP_NUMBER, OP_SPECS } from '../ir/ops.ts';
import { foldBinary, foldUnary, isCommutative, negatedComparison } from './fold.ts';
import { knownWord } from './half-fold.ts';
import { foldLane, readsLane, writtenBytes } from './lane-fold.ts';

const O = OP_NUMBER;

/** Not an operation: the value a slot has at the start of the block (imm: slot number). */
export const ENTRY = -1;
/** Not an operation: what a statement yielded (a load, a helper, …). */
export const RESULT = -2;

/** Operations that give back what the others made of it. */
const UNDOES: ReadonlyMap<number, readonly number[]> = new Map([
  [O.bitsOfF32, [O.f32OfBits]],
  [O.f32OfBits, [O.bitsOfF32]],
  [O.bitsOfF64, [O.f64OfBits]],
  [O.f64OfBits, [O.bitsOfF64]],
  [O.wrap, [O.extendU, O.extendS]],
]);

/** Operations that give 0 or 1, beside the comparisons that have an opposite. */
const CONDITIONS: ReadonlySet<number> = new Set(
  OP_NAMES.filter((name) => /^(eqz|eqz64|anyV|(eq|ne|lt|gt|le|ge)[SU]?64|(eq|ne|lt|gt|le|ge)F(32|64))$/.test(name)).map(
    (name) => OP_NUMBER[name],
  ),
);

const SELECTS: ReadonlySet<number> = new Set([O.select64, O.selectF32, O.selectF64, O.selectV]);

/**
 * The values of one block: a graph in which equal pure computations are one node. Nodes are created
 * folded and simplified, so what the emitter sees is already small.
 */
export class ValueGraph {
  readonly op: number[] = [];
  readonly a: number[] = [];
  readonly b: number[] = [];
  readonly c: number[] = [];
  readonly imm: number[] = [];
  readonly type: ValueType[] = [];
  private buckets = new Int32Array(256).fill(-1);
  private readonly next: number[] = [];

  /** Operations are folded and simplified. */
  private readonly folds: boolean;

  /** The block's constants: const64, constV and shuffleV refer to them. */
  private readonly constants: readonly Int32Array[];

  constructor(folds = true, constants: readonly Int32Array[] = []) {
    this.folds = folds;
    this.constants = constants;
  }

  get size(): number {
    return this.op.length;
  }

  const32(word: number): number {
    return this.unique(O.const32, -1, -1, -1, word | 0, 'i32');
  }

  /** The slot's value at block entry. */
  entry(slot: number, type: ValueType): number {
    return this.unique(ENTRY, -1, -1, -1, slot, type);
  }

  /** A fresh value, yielded by a statement. */
  result(type: ValueType): number {
    return this.push(RESULT, -1, -1, -1, 0, type);
  }

  isConst(value: number): boolean {
    return this.op[value] === O.const32;
  }

  /** A pure operation of the IR, simplified. */
  pure(op: number, a: number, b: number, c: number, imm: number): number {
    const type = OP_SPECS[op]!.result!;
    if (!this.folds) return this.unique(op, a, b, c, imm, type);
    if (type === 'i32' && c < 0 && imm === 0) {
      const simple = b >= 0 ? this.simplifyBinary(op, a, b) : a >= 0 ? this.simplifyUnary(op, a) : -1;
      if (simple >= 0) return simple;
      if (b >= 0 && isCommutative(op) && (this.isConst(a) || (a > b && !this.isConst(b)))) {
        return this.pure(op, b, a, -1, 0);
      }
    }
    if (b < 0 && a >= 0 && UNDOES.get(op)?.includes(this.op[a]!)) return this.a[a]!;
    if (readsLane(op)) {
      const simple = foldLane(this, op, a, imm);
      if (simple >= 0) return simple;
    }
    if (op === O.wrap) {
      const word = knownWord(this, a, 0);
      if (word >= 0) return word;
    }
    if (SELECTS.has(op) && a === b) return a;
    if (op === O.select && this.isConst(c)) return this.imm[c] !== 0 ? a : b;
    if (op === O.select && a === b) return a;
    // A lane written twice: the first write does not count.
    if (writtenBytes(op) !== undefined && this.op[a] === op && this.imm[a] === imm)
      return this.pure(op, this.a[a]!, b, c, imm);
    return this.unique(op, a, b, c, imm, type);
  }

  /** An operation as it stands. */
  unfolded(op: number, a: number, b: number): number {
    return this.unique(op, a, b, -1, 0, OP_SPECS[op]!.result!);
  }

  /** The two words of a 64-bit constant, lower first; undefined if the value is none. */
  constant64(value: number): readonly [number, number] | undefined {
    const a = this.a[value]!;
    switch (this.op[value]) {
      case O.const64: {
        const words = this.constants[this.imm[value]!]!;
        return [words[0]!, words[1]!];
      }
      case O.extendU:
        return this.isConst(a) ? [this.imm[a]!, 0] : undefined;
      case O.extendS:
        return this.isConst(a) ? [this.imm[a]!, this.imm[a]! >> 31] : undefined;
      default:
        return undefined;
    }
  }

  private simplifyUnary(op: number, a: number): number {
    if (this.isConst(a)) {
      const folded = foldUnary(op, this.imm[a]!);
      if (folded !== undefined) return this.const32(folded);
    }
    if (op === O.eqz) return this.simplifyEqz(a);
    return -1;
  }

  private simplifyEqz(a: number): number {
    const inner = this.op[a]!;
    const negated = negatedComparison(inner);
    if (negated !== undefined) return this.pure(negated, this.a[a]!, this.b[a]!, -1, 0);
    if (inner === O.eqz && this.isBoolean(this.a[a]!)) return this.a[a]!;
    if (inner === O.sub || inner === O.xor) return this.pure(O.eq, this.a[a]!, this.b[a]!, -1, 0);
    if (inner === O.add && this.isConst(this.b[a]!)) {
      return this.pure(O.eq, this.a[a]!, this.const32(-this.imm[this.b[a]!]!), -1, 0);
    }
    return -1;
  }

  /** The value is known to be 0 or 1. */
  isBoolean(value: number, depth = 12): boolean {
    const op = this.op[value]!;
    if (CONDITIONS.has(op) || negatedComparison(op) !== undefined) return true;
    if (depth === 0 || (op !== O.and && op !== O.or && op !== O.andThen)) return false;
    return this.isBoolean(this.a[value]!, depth - 1) && this.isBoolean(this.b[value]!, depth - 1);
  }

  private simplifyBinary(op: number, a: number, b: number): number {
    if (this.isConst(b)) {
      const right = this.imm[b]!;
      if (this.isConst(a)) {
        const folded = foldBinary(op, this.imm[a]!, right);
        if (folded !== undefined) return this.const32(folded);
      }
      return this.simplifyWithConstant(op, a, right);
    }
    if (a === b) {
      if (op === O.sub || op === O.xor || op === O.ne || op === O.ltU || op === O.ltS) return this.const32(0);
      if (op === O.and || op === O.or) return a;
      if (op === O.eq) return this.const32(1);
    }
    return -1;
  }

  private simplifyWithConstant(op: number, a: number, right: number): number {
    const inner = this.op[a]!;
    const innerRight = this.b[a]! >= 0 && this.isConst(this.b[a]!) ? this.imm[this.b[a]!]! : undefined;
    switch (op) {
      case O.sub:
        return this.pure(O.add, a, this.const32(-right), -1, 0);
      case O.add:
        if (right === 0) return a;
        if (inner === O.add && innerRight !== undefined) {
          return this.pure(O.add, this.a[a]!, this.const32(innerRight + right), -1, 0);
        }
        return -1;
      case O.or:
      case O.xor:
        if (right === 0) return a;
        if (inner === op && innerRight !== undefined) {
          const both = op === O.or ? innerRight | right : innerRight ^ right;
          return this.pure(op, this.a[a]!, this.const32(both), -1, 0);
        }
        return -1;
      case O.and:
        return this.simplifyMask(a, right, inner, innerRight);
      case O.shl:
      case O.shrU:
      case O.shrS:
      case O.rotl:
      case O.rotr:
        return (right & 31) === 0 ? a : -1;
      case O.eq:
        if (right === 0) return this.pure(O.eqz, a, -1, -1, 0);
        return this.movedConstant(op, a, right, inner, innerRight);
      case O.ne:
        return this.movedConstant(op, a, right, inner, innerRight);
      default:
        return -1;
    }
  }

  /** x + c == k as x == k - c. */
  private movedConstant(op: number, a: number, right: number, inner: number, innerRight: number | undefined): number {
    if (inner !== O.add || innerRight === undefined) return -1;
    return this.pure(op, this.a[a]!, this.const32(right - innerRight), -1, 0);
  }

  private simplifyMask(a: number, mask: number, inner: number, innerRight: number | undefined): number {
    if (mask === -1) return a;
    if (mask === 0) return this.const32(0);
    if (inner === O.and && innerRight !== undefined) {
      return this.pure(O.and, this.a[a]!, this.const32(innerRight & mask), -1, 0);
    }
    // What is added does not reach the lowest bits.
    if (inner === O.add && innerRight !== undefined && (mask & (mask + 1)) === 0 && (innerRight & mask) === 0) {
      return this.pure(O.and, this.a[a]!, this.const32(mask), -1, 0);
    }
    const width = this.bitWidth(a);
    if (width < 32 && (mask & ((1 << width) - 1)) === (1 << width) - 1) return a;
    return -1;
  }

  /** The value is known to be below 2^width. */
  private bitWidth(value: number): number {
    if (this.isBoolean(value)) return 1;
    if (this.op[value] === RESULT) return this.imm[value]! === 0 ? 32 : this.imm[value]!;
    if (this.op[value] === O.shrU && this.isConst(this.b[value]!)) return 32 - (this.imm[this.b[value]!]! & 31);
    return 32;
  }

  /** Says that a statement's result is below 2^width. */
  setWidth(value: number, width: number): void {
    this.imm[value] = width;
  }

  private unique(op: number, a: number, b: number, c: number, imm: number, type: ValueType): number {
    let hash = Math.imul(op + 7, 0x9e3779b1) ^ Math.imul(a + 3, 0x85ebca6b) ^ Math.imul(b + 5, 0xc2b2ae35);
    hash ^= Math.imul(c + 11, 0x27d4eb2f) ^ Math.imul(imm, 0x165667b1);
    const bucket = (hash ^ (hash >>> 15)) & (this.buckets.length - 1);
    for (let node = this.buckets[bucket]!; node >= 0; node = this.next[node]!) {
      if (
        this.op[node] === op &&
        this.a[node] === a &&
        this.b[node] === b &&
        this.c[node] === c &&
        this.imm[node] === imm
      ) {
        return node;
      }
    }
    const node = this.push(op, a, b, c, imm, type);
    this.next[node] = this.buckets[bucket]!;
    this.buckets[bucket] = node;
    return node;
  }

  private push(op: number, a: number, b: number, c: number, imm: number, type: ValueType): number {
    this.op.push(op);
    this.a.push(a);
    this.b.push(b);
    this.c.push(c);
    this.imm.push(imm);
    this.type.push(type);
    this.next.push(-1);
    return this.op.length - 1;
  }
}
