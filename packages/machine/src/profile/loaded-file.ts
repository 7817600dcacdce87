import { textAt } from '../elf-symbols.ts';

const PROGRAM_HEADER_BYTES = 32;
const SECTION_HEADER_BYTES = 40;

/** A segment of a file: type, where it is in the file, and the address it is linked for. */
export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
}

const PT_LOAD = 1;

/** A 32-bit ELF file that a process has mapped. Never throws: what makes no sense is not there. */
export class LoadedFile {
  readonly little: boolean;
  readonly segments: readonly Segment[];

  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.little = bytes[5] !== 2;
    this.segments = isElf32(bytes) ? programHeaders(bytes, this.little) : [];
  }

  /** The address of a section; undefined where the file has none of this name. */
  sectionAddress(name: string): number | undefined {
    return isElf32(this.bytes)
      ? sections(this.bytes, this.little).find((one) => one.name === name)?.address
      : undefined;
  }

  /** The linked address of an offset in the file; undefined where nothing is loaded from there. */
  addressOf(offset: number): number | undefined {
    const segment = this.segments.find(
      ({ type, offset: from, fileBytes }) =>
        // A page that a segment begins or ends in is mapped whole.
        type === PT_LOAD && offset >= from - (from & 0xfff) && offset < from + fileBytes,
    );
    return segment && segment.address + offset - segment.offset;
  }

  /** The word at an offset, signed; undefined beyond the end. */
  wordAt(offset: number): number | undefined {
    const { bytes, little } = this;
    if (offset + 4 > bytes.length) return undefined;
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(offset, little);
  }

  /** The offset in the file of a linked address. */
  offsetOf(address: number): number | undefined {
    const segment = this.segments.find(
      ({ type, address: from, fileBytes }) => type === PT_LOAD && address >= from && address < from + fileBytes,
    );
    return segment && segment.offset + address - segment.address;
  }
}

function isElf32(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46 && bytes[4] === 1;
}

function programHeaders(bytes: Uint8Array, little: boolean): Segment[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments: Segment[] = [];
  if (bytes.length < 52) return segments;
  const table = view.getUint32(28, little);
  const count = view.getUint16(44, little);
  for (let index = 0; index < count; index++) {
    const at = table + index * PROGRAM_HEADER_BYTES;
    if (at + PROGRAM_HEADER_BYTES > bytes.length) break;
    const word = (field: number): number => view.getUint32(at + field, little);
    segments.push({ type: word(0), offset: word(4), address: word(8), fileBytes: word(16) });
  }
  return segments;
}

function sections(bytes: Uint8Array, little: boolean): { readonly name: string; readonly address: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): number => (at + 4 <= bytes.length ? view.getUint32(at, little) : 0);
  const half = (at: number): number => (at + 2 <= bytes.length ? view.getUint16(at, little) : 0);
  const header = (index: number): number => word(32) + index * SECTION_HEADER_BYTES;
  const names = word(header(half(50)) + 16);
  return Array.from({ length: half(48) }, (_, index) => ({
    name: textAt(bytes, names + word(header(index))),
    address: word(header(index) + 12),
  }));
}
