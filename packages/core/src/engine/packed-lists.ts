/**
 * Lists of words as they are kept between runs: their number, where each begins among the words, the end, and the
 * words one behind the other. Reading one takes no look at the others.
 */
export class PackedLists {
  private readonly packed: Int32Array;
  private readonly first: number;
  readonly length: number;

  constructor(packed: Int32Array = pack([])) {
    this.packed = packed;
    this.length = packed[0]!;
    this.first = this.length + 2;
  }

  at(index: number): Int32Array {
    const { packed, first } = this;
    return packed.subarray(first + packed[index + 1]!, first + packed[index + 2]!);
  }
}

export function pack(lists: readonly ArrayLike<number>[]): Int32Array {
  const first = lists.length + 2;
  const packed = new Int32Array(lists.reduce((sum, { length }) => sum + length, first));
  packed[0] = lists.length;
  let at = 0;
  lists.forEach((list, index) => {
    packed.set(list, first + at);
    at += list.length;
    packed[index + 2] = at;
  });
  return packed;
}
