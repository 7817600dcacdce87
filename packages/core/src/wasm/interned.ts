import { PackedLists, pack } from '../engine/packed-lists.ts';

/** How an item is kept between runs, as words. Equal items have equal words. */
export interface ItemFormat<T> {
  pack(item: T): readonly number[];
  unpack(words: Int32Array, number: number): T;
}

/**
 * Items, each once, by number from 0. Those of an earlier run come first: each is unpacked when it is first wanted,
 * and none has a key before an item is looked up, which many a run never does.
 */
export class Interned<T> {
  private readonly format: ItemFormat<T>;
  private readonly most: number;
  private items: (T | undefined)[] = [];
  private readonly numbers = new Map<string, number>();
  private kept = new PackedLists();
  /** So many of the items, the first, are not found by key yet. */
  private keyless = 0;

  /** There are at most so many. */
  constructor(format: ItemFormat<T>, most = Number.POSITIVE_INFINITY) {
    this.format = format;
    this.most = most;
  }

  get count(): number {
    return this.items.length;
  }

  at(number: number): T {
    this.items[number] ??= this.format.unpack(this.kept.at(number), number);
    return this.items[number];
  }

  /** The number of the item like this, which becomes one; undefined where there are too many. */
  numberOf(item: T): number | undefined {
    const { numbers, items } = this;
    for (; this.keyless > 0; this.keyless--) numbers.set(this.kept.at(this.keyless - 1).join(), this.keyless - 1);
    const key = this.format.pack(item).join();
    const known = numbers.get(key);
    if (known !== undefined || items.length >= this.most) return known;
    numbers.set(key, items.length);
    return items.push(item) - 1;
  }

  clear(): void {
    this.items = [];
    this.numbers.clear();
    this.keyless = 0;
  }

  /** All, for restore. */
  save(): Int32Array {
    return pack(this.items.map((item, number) => (item === undefined ? this.kept.at(number) : this.format.pack(item))));
  }

  /** Has what an earlier run saved, and nothing else. */
  restore(saved: Int32Array): void {
    this.clear();
    this.kept = new PackedLists(saved);
    this.items = Array.from({ length: this.kept.length });
    this.keyless = this.kept.length;
  }
}
