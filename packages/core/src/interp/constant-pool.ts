import { CONSTANTS_BASE, CONSTANTS_END } from '../memory/memory-map.ts';

/** Interns 32-bit constants in the control area, so that a constant in a block costs nothing to execute. */
export class ConstantPool {
  private readonly i32: Int32Array;
  private readonly places = new Map<number, number>();
  private next = CONSTANTS_BASE >> 2;

  constructor(i32: Int32Array) {
    this.i32 = i32;
  }

  /** Word index of the constant, or -1 when the pool is full. */
  place(value: number): number {
    const known = this.places.get(value);
    if (known !== undefined) return known;
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
    if (this.places.size > 0 || constants.length > (CONSTANTS_END - CONSTANTS_BASE) >> 2) return false;
    for (const value of constants) this.place(value);
    return true;
  }

  /** Forgets all; no block made with it may run any more. */
  clear(): void {
    this.places.clear();
    this.next = CONSTANTS_BASE >> 2;
  }
}
