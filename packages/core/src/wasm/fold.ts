import { OP_NUMBER } from '../ir/ops.ts';

const O = OP_NUMBER;

/** Result of a binary i32 operation on constants, or undefined where it does not fold. */
export function foldBinary(op: number, a: number, b: number): number | undefined {
  switch (op) {
    case O.add:
      return (a + b) | 0;
    case O.sub:
      return (a - b) | 0;
    case O.mul:
      return Math.imul(a, b);
    case O.and:
      return a & b;
    case O.or:
      return a | b;
    case O.xor:
      return a ^ b;
    case O.shl:
      return a << (b & 31);
    case O.shrS:
      return a >> (b & 31);
    case O.shrU:
      return (a >>> (b & 31)) | 0;
    case O.rotl:
      return (a << (b & 31)) | (a >>> (-b & 31));
    case O.rotr:
      return (a >>> (b & 31)) | (a << (-b & 31));
    default:
      return foldComparison(op, a, b);
  }
}

function foldComparison(op: number, a: number, b: number): number | undefined {
  const ua = a >>> 0;
  const ub = b >>> 0;
  switch (op) {
    case O.eq:
      return a === b ? 1 : 0;
    case O.ne:
      return a !== b ? 1 : 0;
    case O.ltS:
      return a < b ? 1 : 0;
    case O.ltU:
      return ua < ub ? 1 : 0;
    case O.gtS:
      return a > b ? 1 : 0;
    case O.gtU:
      return ua > ub ? 1 : 0;
    case O.leS:
      return a <= b ? 1 : 0;
    case O.leU:
      return ua <= ub ? 1 : 0;
    case O.geS:
      return a >= b ? 1 : 0;
    case O.geU:
      return ua >= ub ? 1 : 0;
    default:
      return undefined;
  }
}

/** Result of a unary i32 operation on a constant, or undefined. */
export function foldUnary(op: number, a: number): number | undefined {
  switch (op) {
    case O.clz:
      return Math.clz32(a);
    case O.ctz:
      return a === 0 ? 32 : 31 - Math.clz32(a & -a);
    case O.popcnt: {
      let count = 0;
      for (let rest = a; rest !== 0; rest &= rest - 1) count++;
      return count;
    }
    case O.ext8:
      return (a << 24) >> 24;
    case O.ext16:
      return (a << 16) >> 16;
    case O.eqz:
      return a === 0 ? 1 : 0;
    default:
      return undefined;
  }
}

const NEGATED = new Map<number, number>([
  [O.eq, O.ne],
  [O.ltS, O.geS],
  [O.ltU, O.geU],
  [O.gtS, O.leS],
  [O.gtU, O.leU],
]);
for (const [op, negated] of [...NEGATED]) NEGATED.set(negated, op);

/** The i32 comparison that is true exactly where `op` is false, or undefined if `op` is no comparison. */
export function negatedComparison(op: number): number | undefined {
  return NEGATED.get(op);
}

/** Whether the operation's arguments may be exchanged. */
export function isCommutative(op: number): boolean {
  return op === O.add || op === O.mul || op === O.and || op === O.or || op === O.xor || op === O.eq || op === O.ne;
}
