import { CONSTANTS_BASE, CONSTANTS_END } from '../memory/memory-map.ts';

/**
 * So many constants are looked for one by one among those of an earlier run, before all of these are put into
 * the table: most runs with a store lift a few blocks, and thirty thousand entries take 7 ms.
 */
const MOST_SEARCHES = 200;

/** Interns 32-bit constants in the control area, so that a constant in a block costs nothing to execute. */
export class ConstantPool {
  private readonly i32: Int32Array;
  private readonly places = new Map<number, number>();
  private next = CONSTANTS_BASE >> 2;
  /** Those of an earlier run that are not in `places` yet, but for what was looked for. */
  private adopted: Int32Array | undefined;
  private searches = 0;

  constructor(i32: Int32Array) {
    this.i32 = i32;
  }

  /** Word index of the constant, or -1 when the pool is full. */
  place(value: number): number {
    const known = this.places.get(value) ?? this.search(value);
    if (known >= 0) return known;
    if (this.next >= CONSTANTS_END >> 2) return -1;
    const place = this.next++;
    this.i32[place] = value;
    this.places.set(value, place);
    return place;
  }

  /** All constants, in order of place. */
  get all(): Int32Array {
    return this.i32.slice(CONSTANTS_BASE >> 2, this.next);
  }

  /** Places these constants, as `all` gave them elsewhere. False if there are others already. */
  adopt(constants: Int32Array): boolean {
    if (this.next !== CONSTANTS_BASE >> 2 || constants.length > (CONSTANTS_END - CONSTANTS_BASE) >> 2) return false;
    this.i32.set(constants, this.next);
    this.adopted = this.i32.subarray(this.next, this.next + constants.length);
    this.next += constants.length;
    this.searches = 0;
    return true;
  }

  /** Forgets all; no block made with it may run any more. */
  clear(): void {
    this.places.clear();
    this.next = CONSTANTS_BASE >> 2;
    this.adopted = undefined;
  }

  /** Looks for a constant that is not in the table among those that were adopted; -1 if it is none. */
  private search(value: number): number {
    const { adopted, places } = this;
    if (adopted === undefined) return -1;
    const first = CONSTANTS_BASE >> 2;
    if (++this.searches > MOST_SEARCHES) {
      adopted.forEach((each, at) => {
        places.set(each, first + at);
      });
      this.adopted = undefined;
      return places.get(value) ?? -1;
    }
    const at = adopted.indexOf(value);
    if (at >= 0) places.set(value, first + at);
    return at < 0 ? -1 : first + at;
  }
}
