import { type IrBlock, OP_A, OP_C, OP_DST, OP_NUM, OP_STRIDE } from '../ir/block.ts';
import { OP_NUMBER } from '../ir/ops.ts';

const O = OP_NUMBER;

/** Operations that look at the bits of a pair, on the way to one of its halves. */
const ON_THE_WAY: ReadonlySet<number> = new Set([O.bitsOfF64, O.shrU64]);

/** How a pair's value is used: by halves (its bits wrapped, or masked to have the other half replaced), or otherwise. */
export interface PairReads {
  halves: number;
  others: number;
}

/** Uses of each value of getF64 in the block. */
export function pairReads(block: IrBlock): Map<number, PairReads> {
  const { code } = block;
  const uses = new Map<number, PairReads>();
  /** The pair whose bits, perhaps shifted, a value is. */
  const origin = new Map<number, number>();
  for (let at = 0; at < code.length; at += OP_STRIDE) {
    const op = code[at + OP_NUM]!;
    const dst = code[at + OP_DST]!;
    if (op === O.getF64) {
      uses.set(dst, { halves: 0, others: 0 });
      origin.set(dst, dst);
      continue;
    }
    for (let place = OP_A; place <= OP_C; place++) {
      const pair = origin.get(code[at + place]!);
      if (pair === undefined) continue;
      if (place === OP_A && ON_THE_WAY.has(op)) origin.set(dst, pair);
      else if (op === O.wrap) uses.get(pair)!.halves++;
      else if (op !== O.and64) uses.get(pair)!.others++;
    }
  }
  return uses;
}

/** Places of the setF64 that write a value put together from two words. */
export function pairWrites(block: IrBlock): Set<number> {
  const { code } = block;
  const places = new Set<number>();
  const made = new Map<number, number>();
  for (let at = 0; at < code.length; at += OP_STRIDE) {
    const op = code[at + OP_NUM]!;
    if (op === O.or64) made.set(code[at + OP_DST]!, at);
    else if (op === O.f64OfBits && made.has(code[at + OP_A]!)) made.set(code[at + OP_DST]!, at);
    else if (op === O.setF64 && made.has(code[at + OP_A]!)) places.add(at);
  }
  return places;
}
