import type { Kernel } from '../kernel.ts';

/** Writes a C structure in the guest's byte order, field after field. Offsets are the caller's care. */
export class StructWriter {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly little: boolean;
  private offset = 0;

  constructor(kernel: Kernel, length: number) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
    this.little = kernel.abi.isa.byteOrder === 'little';
  }

  u8(value: number): this {
    this.view.setUint8(this.offset, value);
    this.offset += 1;
    return this;
  }

  u16(value: number): this {
    this.view.setUint16(this.offset, value, this.little);
    this.offset += 2;
    return this;
  }

  /** Signed or unsigned; the low 32 bits are written. */
  u32(value: number): this {
    this.view.setUint32(this.offset, value, this.little);
    this.offset += 4;
    return this;
  }

  /** Safe integers or BigInt, signed or not. */
  u64(value: number | bigint): this {
    this.view.setBigUint64(this.offset, BigInt.asUintN(64, BigInt(value)), this.little);
    this.offset += 8;
    return this;
  }

  /** Raw bytes, one a character. */
  text(value: string): this {
    for (let i = 0; i < value.length; i++) this.bytes[this.offset + i] = value.charCodeAt(i);
    this.offset += value.length;
    return this;
  }

  /** Goes on at this offset; what is passed over stays zero. */
  at(offset: number): this {
    this.offset = offset;
    return this;
  }

  skip(count: number): this {
    this.offset += count;
    return this;
  }
}

/** Reads fields of a C structure in the guest's byte order. */
export class StructReader {
  private readonly view: DataView;
  private readonly little: boolean;

  constructor(kernel: Kernel, bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.little = kernel.abi.isa.byteOrder === 'little';
  }

  u8(offset: number): number {
    return this.view.getUint8(offset);
  }

  u16(offset: number): number {
    return this.view.getUint16(offset, this.little);
  }

  i16(offset: number): number {
    return this.view.getInt16(offset, this.little);
  }

  u32(offset: number): number {
    return this.view.getUint32(offset, this.little);
  }

  i32(offset: number): number {
    return this.view.getInt32(offset, this.little);
  }

  u64(offset: number): bigint {
    return this.view.getBigUint64(offset, this.little);
  }

  i64(offset: number): bigint {
    return this.view.getBigInt64(offset, this.little);
  }
}

/** Bytes of a latin1 string. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** String of bytes, one character each. */
export function latin1String(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}
