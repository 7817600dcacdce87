/** Reads what ByteWriter wrote. Beyond the end it throws RangeError. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.at++);
  }

  count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  f64(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  i64(): bigint {
    this.at += 8;
    return this.view.getBigInt64(this.at - 8, true);
  }

  text(): string {
    const head = this.count();
    const wide = head % 2;
    const length = (head - wide) / 2;
    const units: string[] = [];
    for (let i = 0; i < length; i++) {
      const low = this.u8();
      units.push(String.fromCharCode(wide ? low | (this.u8() << 8) : low));
    }
    return units.join('');
  }

  /** The next bytes, as a view. */
  raw(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw new RangeError('beyond the end of the bytes');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
