const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const SYMBOL_BYTES = 16;
const SECTION_BYTES = 40;
const SHN_UNDEF = 0;

/** A function or object that a file's symbol tables define. */
export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  /** In bytes; 0 where the file does not say. */
  readonly size: number;
}

const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;

/** The defined symbols of a 32-bit ELF file; none where its section headers make no sense. Never throws. */
export function elfSymbols(bytes: Uint8Array): ElfSymbol[] {
  return readSymbols(bytes, () => true);
}

/** Those of functions. */
export function elfFunctions(bytes: Uint8Array): ElfSymbol[] {
  return readSymbols(bytes, (type) => type === STT_FUNC || type === STT_GNU_IFUNC);
}

function readSymbols(bytes: Uint8Array, wanted: (type: number) => boolean): ElfSymbol[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[5] !== 2;
  const word = (at: number): number => (at + 4 <= bytes.length ? view.getUint32(at, little) : 0);
  const half = (at: number): number => (at + 2 <= bytes.length ? view.getUint16(at, little) : 0);
  const table = word(32);
  const count = half(48);
  const symbols: ElfSymbol[] = [];
  for (let section = 0; section < count; section++) {
    const at = table + section * SECTION_BYTES;
    const type = word(at + 4);
    if (type !== SHT_SYMTAB && type !== SHT_DYNSYM) continue;
    const names = word(table + word(at + 24) * SECTION_BYTES + 16);
    const start = word(at + 16);
    const end = Math.min(start + word(at + 20), bytes.length);
    for (let symbol = start; symbol + SYMBOL_BYTES <= end; symbol += SYMBOL_BYTES) {
      if (half(symbol + 14) === SHN_UNDEF || !wanted(bytes[symbol + 12]! & 0xf)) continue;
      const name = textAt(bytes, names + word(symbol));
      symbols.push({ name, value: word(symbol + 4), size: word(symbol + 8) });
    }
  }
  return symbols;
}

/** A text in a file that ends with a zero byte. */
export function textAt(bytes: Uint8Array, start: number): string {
  const end = bytes.indexOf(0, start);
  return new TextDecoder('latin1').decode(bytes.subarray(start, end < 0 ? start : end));
}
