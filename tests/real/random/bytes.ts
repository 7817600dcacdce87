/** Collects words of one byte order and byte strings. */
export class ByteWriter {
  private readonly little: boolean;
  private buffer = new Uint8Array(1 << 16);
  private at = 0;

  constructor(order: 'little' | 'big') {
    this.little = order === 'little';
  }

  words(...values: number[]): this {
    const view = this.room(4 * values.length);
    for (const value of values) {
      view.setUint32(this.at, value >>> 0, this.little);
      this.at += 4;
    }
    return this;
  }

  /** A byte string, padded to whole words. */
  bytes(values: ArrayLike<number>): this {
    this.room(values.length + 3);
    this.buffer.set(values, this.at);
    this.at += (values.length + 3) & ~3;
    return this;
  }

  finish(): Uint8Array {
    return this.buffer.subarray(0, this.at);
  }

  private room(bytes: number): DataView {
    if (this.at + bytes > this.buffer.length) {
      const larger = new Uint8Array(2 * this.buffer.length + bytes);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    return new DataView(this.buffer.buffer);
  }
}

/** Reads what a ByteWriter's like wrote. */
export class ByteReader {
  private readonly little: boolean;
  private readonly from: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(from: Uint8Array, order: 'little' | 'big') {
    this.little = order === 'little';
    this.from = from;
    this.view = new DataView(from.buffer, from.byteOffset, from.byteLength);
  }

  get left(): number {
    return this.from.length - this.at;
  }

  word(): number {
    const value = this.view.getUint32(this.at, this.little);
    this.at += 4;
    return value;
  }

  bytes(length: number): Uint8Array {
    const bytes = this.from.slice(this.at, this.at + length);
    this.at += (length + 3) & ~3;
    return bytes;
  }
}
