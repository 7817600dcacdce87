/**
 * Builds the vDSO: a small ELF shared object made of code that the ABI assembled. One page is enough for
 * headers, symbols, version definitions and the stubs.
 */

import { encodeUnwindTable, type UnwindTable } from './unwind-table.ts';

/** A function of the vDSO. */
export interface VdsoSymbol {
  readonly name: string;
  /** Version node, such as LINUX_2.5. */
  readonly version: string;
  /** Offset within the code. */
  readonly offset: number;
  readonly size: number;
}

/** Offset of the code in the image: what addresses within it are relative to. */
export const VDSO_TEXT = 0x480;
const PAGE = 4096;

/** What its ELF header says. */
export interface VdsoHeader {
  readonly byteOrder: 'little' | 'big';
  /** e_machine and e_flags. */
  readonly machine: number;
  readonly flags: number;
  readonly soname: string;
}

const [PT_LOAD, PT_DYNAMIC, PT_NOTE, PT_GNU_EH_FRAME] = [1, 2, 4, 0x6474e550];
const [SHT_PROGBITS, SHT_STRTAB, SHT_DYNAMIC, SHT_DYNSYM] = [1, 3, 6, 11];
const [DT_NULL, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT, DT_SONAME] = [0, 4, 5, 6, 10, 11, 14];
const [DT_VERSYM, DT_VERDEF, DT_VERDEFNUM] = [0x6ffffff0, 0x6ffffffc, 0x6ffffffd];

/** ELF's hash function of symbol and version names. System V ABI, chapter 5 */
export function elfHash(name: string): number {
  let hash = 0;
  for (const char of name) {
    hash = ((hash << 4) + char.charCodeAt(0)) >>> 0;
    const high = hash & 0xf000_0000;
    if (high !== 0) hash ^= high >>> 24;
    hash &= ~high;
  }
  return hash >>> 0;
}

class Image {
  readonly bytes = new Uint8Array(PAGE);
  private readonly view = new DataView(this.bytes.buffer);
  private readonly little: boolean;
  private at = 0;

  constructor(byteOrder: 'little' | 'big') {
    this.little = byteOrder === 'little';
  }

  /** Continues at the next multiple of 4, or at `offset`; gives the place. */
  seek(offset = (this.at + 3) & ~3): number {
    this.at = offset;
    return offset;
  }

  words(...values: number[]): this {
    for (const value of values) {
      this.view.setUint32(this.at, value, this.little);
      this.at += 4;
    }
    return this;
  }

  halves(...values: number[]): this {
    for (const value of values) {
      this.view.setUint16(this.at, value, this.little);
      this.at += 2;
    }
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }
}

/** String table: bytes, and the offset of each string. */
function stringTable(strings: readonly string[]): { bytes: Uint8Array; offset: (text: string) => number } {
  const offsets = new Map<string, number>();
  let text = '\0';
  for (const string of strings) {
    offsets.set(string, text.length);
    text += `${string}\0`;
  }
  return { bytes: Uint8Array.from(text, (char) => char.charCodeAt(0)), offset: (string) => offsets.get(string)! };
}

/** What a section header says: debuggers look for symbols and frames there. */
interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly from: number;
  readonly size: number;
  readonly link?: number;
  readonly info?: number;
  readonly entry?: number;
}

/** Writes the names of the sections (and their own) and the headers, an empty one first. */
function writeSections(image: Image, sections: readonly Section[]): { at: number; count: number } {
  const names = stringTable([...sections.map(({ name }) => name), '.shstrtab']);
  const from = image.seek();
  image.raw(names.bytes);
  const all = [...sections, { name: '.shstrtab', type: SHT_STRTAB!, flags: 0, from, size: names.bytes.length }];
  const at = image.seek();
  image.words(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  for (const { name, type, flags, from: offset, size, link, info, entry } of all as Section[]) {
    const address = flags === 0 ? 0 : offset;
    image.words(names.offset(name), type, flags, address, offset, size, link ?? 0, info ?? 0, 4, entry ?? 0);
  }
  return { at, count: all.length + 1 };
}

/** The image, one page, with `unwind` behind the code. Throws RangeError if the code does not fit. */
export function buildVdso(
  header: VdsoHeader,
  code: Uint8Array,
  symbols: readonly VdsoSymbol[],
  unwind?: UnwindTable,
): Uint8Array {
  if (VDSO_TEXT + code.length > PAGE) throw new RangeError('vDSO code is larger than its page');
  const versions = [...new Set(symbols.map((symbol) => symbol.version))];
  const { soname, byteOrder } = header;
  const strings = stringTable([soname, ...versions, ...symbols.map((symbol) => symbol.name)]);
  const image = new Image(byteOrder);

  const dynstr = image.seek(0x100);
  image.raw(strings.bytes);
  const dynsym = image.seek();
  image.words(0, 0, 0, 0);
  for (const { name, offset, size } of symbols) {
    // STB_GLOBAL, STT_FUNC; any section index but 0 says "defined".
    image
      .words(strings.offset(name), VDSO_TEXT + offset, size)
      .raw(Uint8Array.of(0x12, 0))
      .halves(1);
  }
  const hash = image.seek();
  // One bucket: a chain through all symbols.
  image.words(1, symbols.length + 1, symbols.length > 0 ? 1 : 0, 0);
  for (let index = 1; index <= symbols.length; index++) image.words(index < symbols.length ? index + 1 : 0);
  const versym = image.seek();
  image.halves(0, ...symbols.map((symbol) => versions.indexOf(symbol.version) + 2));
  const verdef = image.seek();
  // The base definition names the object itself; then one per version.
  [soname, ...versions].forEach((name, index) => {
    const next = index < versions.length ? 28 : 0;
    image.halves(1, index === 0 ? 1 : 0, index + 1, 1).words(elfHash(name), 20, next, strings.offset(name), 0);
  });
  const note = image.seek();
  const linux = Uint8Array.from('Linux\0\0\0', (char) => char.charCodeAt(0));
  image.words(6, 4, 0).raw(linux).words(0x060100);
  const noteEnd = image.seek();
  const dynamic = noteEnd;
  const entries: [number, number][] = [
    [DT_SONAME!, strings.offset(soname)],
    [DT_HASH!, hash],
    [DT_STRTAB!, dynstr],
    [DT_SYMTAB!, dynsym],
    [DT_STRSZ!, strings.bytes.length],
    [DT_SYMENT!, 16],
    [DT_VERSYM!, versym],
    [DT_VERDEF!, verdef],
    [DT_VERDEFNUM!, versions.length + 1],
    [DT_NULL!, 0],
  ];
  for (const [tag, value] of entries) image.words(tag, value);
  const dynamicEnd = image.seek();
  if (dynamicEnd > VDSO_TEXT) throw new RangeError('vDSO symbols overlap its code');
  image.seek(VDSO_TEXT);
  image.raw(code);
  const frames = image.seek();
  const table = unwind && encodeUnwindTable(unwind, frames, byteOrder);
  if (frames + (table?.bytes.length ?? 0) > PAGE)
    throw new RangeError('vDSO code and unwind table are larger than a page');
  if (table !== undefined) image.raw(table.bytes);
  const sections: Section[] = [
    { name: '.text', type: SHT_PROGBITS!, flags: 6, from: VDSO_TEXT, size: code.length },
    { name: '.dynstr', type: SHT_STRTAB!, flags: 2, from: dynstr, size: strings.bytes.length },
    { name: '.dynsym', type: SHT_DYNSYM!, flags: 2, from: dynsym, size: hash - dynsym, link: 2, info: 1, entry: 16 },
    { name: '.dynamic', type: SHT_DYNAMIC!, flags: 2, from: dynamic, size: dynamicEnd - dynamic, link: 2, entry: 8 },
  ];
  if (table !== undefined) {
    const from = frames + table.headerBytes;
    sections.push({
      name: '.eh_frame',
      type: SHT_PROGBITS!,
      flags: 2,
      from,
      size: table.bytes.length - table.headerBytes,
    });
  }
  const headers = writeSections(image, sections);
  const end = image.seek();
  if (end > PAGE) throw new RangeError('vDSO sections do not fit its page');

  image.seek(0);
  image.raw(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, byteOrder === 'little' ? 1 : 2, 1)).seek(16);
  image
    .halves(3, header.machine)
    .words(1, VDSO_TEXT, 52, headers.at, header.flags)
    .halves(52, 32, table === undefined ? 3 : 4, 40, headers.count, headers.count - 1);
  const segment = (type: number, from: number, size: number, flags: number, align: number): void => {
    image.words(type, from, from, from, size, size, flags, align);
  };
  segment(PT_LOAD!, 0, end, 5, PAGE);
  segment(PT_DYNAMIC!, dynamic, dynamicEnd - dynamic, 4, 4);
  segment(PT_NOTE!, note, noteEnd - note, 4, 4);
  if (table !== undefined) segment(PT_GNU_EH_FRAME!, frames, table.headerBytes, 4, 4);
  return image.bytes;
}
