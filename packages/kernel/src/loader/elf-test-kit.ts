/** Small ELF files, made for tests. */

export interface TestSegment {
  readonly type?: number;
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly memorySize?: number;
  /** PF_X 1, PF_W 2, PF_R 4 */
  readonly flags: number;
}

export interface TestElf {
  readonly type: 'exec' | 'dyn';
  readonly entry: number;
  readonly segments: readonly TestSegment[];
  readonly interpreter?: string;
  readonly stackFlags?: number;
}

const PHDR = 32;

/** Bytes of an i386 ELF file with these segments, each at a file offset congruent to its address. */
export function makeElf(elf: TestElf): Uint8Array {
  const count = elf.segments.length + (elf.interpreter === undefined ? 0 : 1) + (elf.stackFlags === undefined ? 0 : 1);
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  const headers: number[][] = [];
  let end = 52 + count * PHDR;
  if (elf.interpreter !== undefined) {
    const bytes = Uint8Array.from(`${elf.interpreter}\0`, (char) => char.charCodeAt(0));
    headers.push([3, end, end, end, bytes.length, bytes.length, 4, 1]);
    pieces.push({ at: end, bytes });
    end += bytes.length;
  }
  for (const segment of elf.segments) {
    const at = end + ((segment.address - end) & 4095);
    const { bytes } = segment;
    headers.push([
      segment.type ?? 1,
      at,
      segment.address,
      segment.address,
      bytes.length,
      segment.memorySize ?? bytes.length,
      segment.flags,
      4096,
    ]);
    pieces.push({ at, bytes });
    end = at + bytes.length;
  }
  if (elf.stackFlags !== undefined) headers.push([0x6474e551, 0, 0, 0, 0, 0, elf.stackFlags, 16]);
  const file = new Uint8Array(end);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, elf.type === 'exec' ? 2 : 3, true);
  view.setUint16(18, 3, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, elf.entry, true);
  view.setUint32(28, 52, true);
  view.setUint16(40, 52, true);
  view.setUint16(42, PHDR, true);
  view.setUint16(44, headers.length, true);
  headers.forEach((words, i) => {
    words.forEach((word, j) => {
      view.setUint32(52 + i * PHDR + j * 4, word, true);
    });
  });
  for (const piece of pieces) file.set(piece.bytes, piece.at);
  return file;
}
