/** Arithmetic on 32-bit words, which the software floating point is built of. All words are int32. */

/** High word of the unsigned 64-bit product; the low one is Math.imul(a, b). */
export function mulHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const low = Math.imul(al, bl);
  const mid = (Math.imul(ah, bl) + (low >>> 16)) | 0;
  const mid2 = (Math.imul(al, bh) + (mid & 0xffff)) | 0;
  return (Math.imul(ah, bh) + (mid >>> 16) + (mid2 >>> 16)) | 0;
}

/** Whether a < b, unsigned. */
export function below(a: number, b: number): boolean {
  return a >>> 0 < b >>> 0;
}

/** Carry out of sum = a + b (+ 0), given the truncated sum and one addend. */
export function carryOf(sum: number, addend: number): number {
  return sum >>> 0 < addend >>> 0 ? 1 : 0;
}

/** Whether ah:al < bh:bl, unsigned 64-bit. */
export function below64(ah: number, al: number, bh: number, bl: number): boolean {
  return ah === bh ? al >>> 0 < bl >>> 0 : ah >>> 0 < bh >>> 0;
}
