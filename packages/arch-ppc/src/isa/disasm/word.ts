/** The fields of an instruction word. */
export class Word {
  readonly word: number;
  readonly pc: number;

  constructor(word: number, pc: number) {
    this.word = word;
    this.pc = pc;
  }

  /** Bits `from` to `to`, numbered as in the manual. */
  bits(from: number, to: number): number {
    return (this.word >>> (31 - to)) & ((1 << (to - from + 1)) - 1);
  }
  get rt(): number {
    return this.bits(6, 10);
  }
  get ra(): number {
    return this.bits(11, 15);
  }
  get rb(): number {
    return this.bits(16, 20);
  }
  get mb(): number {
    return this.bits(21, 25);
  }
  get me(): number {
    return this.bits(26, 30);
  }
  get spr(): number {
    return this.ra | (this.rb << 5);
  }
  get simm(): number {
    return (this.word << 16) >> 16;
  }
}
