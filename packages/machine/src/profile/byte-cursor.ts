/** Base encodings of pointers (DW_EH_PE_*). LSB 5.0, 10.5.1 */
const OMITTED = 0xff;
const ABSOLUTE = 0;
const ULEB = 1;
const UNSIGNED2 = 2;
const UNSIGNED4 = 3;
const SLEB = 9;
const SIGNED2 = 10;
const SIGNED4 = 11;
const PC_RELATIVE = 0x10;
const DATA_RELATIVE = 0x30;

/** Reads the numbers of DWARF tables, one behind the other, from bytes that lie at a virtual address. Beyond the end there are zeros. */
export class ByteCursor {
  private readonly view: DataView;

  private readonly bytes: Uint8Array;
  /** Offset of the next byte. */
  at: number;
  private readonly little: boolean;
  /** What makes an offset an address. */
  private readonly bias: number;

  constructor(bytes: Uint8Array, at: number, little: boolean, bias: number) {
    this.bytes = bytes;
    this.at = at;
    this.little = little;
    this.bias = bias;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Address of the next byte. */
  get address(): number {
    return this.at + this.bias;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  half(): number {
    this.at += 2;
    return this.at <= this.bytes.length ? this.view.getUint16(this.at - 2, this.little) : 0;
  }

  word(): number {
    this.at += 4;
    return this.at <= this.bytes.length ? this.view.getUint32(this.at - 4, this.little) : 0;
  }

  /** Unsigned LEB128, 32 bits. */
  uleb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** Signed LEB128, 32 bits. */
  sleb(): number {
    let value = 0;
    for (let shift = 0; ; ) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte >= 0x80) continue;
      return shift < 32 && byte & 0x40 ? value | (-1 << shift) : value;
    }
  }

  /** A text that ends with a zero byte. */
  text(): string {
    let text = '';
    for (let byte = this.byte(); byte !== 0; byte = this.byte()) text += String.fromCharCode(byte);
    return text;
  }

  /**
   * A pointer in one of the encodings of .eh_frame; undefined for what has none here.
   * @param data base of data-relative ones
   */
  pointer(encoding: number, data = 0): number | undefined {
    if (encoding === OMITTED) return undefined;
    const base = (encoding & 0x70) === PC_RELATIVE ? this.address : (encoding & 0x70) === DATA_RELATIVE ? data : 0;
    const value = this.number(encoding & 0xf);
    return value === undefined ? undefined : (base + value) >>> 0;
  }

  private number(format: number): number | undefined {
    switch (format) {
      case ABSOLUTE:
      case UNSIGNED4:
      case SIGNED4:
        return this.word() | 0;
      case UNSIGNED2:
        return this.half();
      case SIGNED2:
        return (this.half() << 16) >> 16;
      case ULEB:
        return this.uleb();
      case SLEB:
        return this.sleb();
      default:
        return undefined;
    }
  }
}
