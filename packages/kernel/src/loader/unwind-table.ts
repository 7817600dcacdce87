/**
 * DWARF call-frame information of the vDSO (.eh_frame and its header): how an unwinder gets from its
 * functions to their callers, and from a handler to what was interrupted. DWARF 4, 6.4; Linux Standard Base, 10.6
 */

/** Code that an unwinder crosses, and the call-frame instructions that hold in all of it. */
export interface UnwindRange {
  /** Offset from the start of the image. */
  readonly start: number;
  readonly size: number;
  readonly instructions: readonly number[];
}

export interface UnwindTable {
  /** Factors of code and data offsets, and the column of the return address. */
  readonly codeAlign: number;
  readonly dataAlign: number;
  readonly returnColumn: number;
  /** The ranges are signal trampolines. */
  readonly signalFrames: boolean;
  readonly ranges: readonly UnwindRange[];
}

/** DW_EH_PE_pcrel | DW_EH_PE_sdata4, DW_EH_PE_udata4, DW_EH_PE_datarel | DW_EH_PE_sdata4. */
const PCREL_SDATA4 = 0x1b;
const UDATA4 = 0x03;
const DATAREL_SDATA4 = 0x3b;
const DW_CFA_NOP = 0;

/** Unsigned number, seven bits a byte. */
export function uleb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest !== 0);
  return bytes;
}

/** Signed number, seven bits a byte. */
export function sleb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f;
    // Done where what is left is but the sign of this byte.
    if (rest >> 6 === -(low >> 6)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Bytes in the image's order. */
class Bytes {
  readonly bytes: number[] = [];
  private readonly little: boolean;

  constructor(little: boolean) {
    this.little = little;
  }

  word(value: number): this {
    for (let i = 0; i < 4; i++) this.bytes.push((value >>> (8 * (this.little ? i : 3 - i))) & 0xff);
    return this;
  }

  raw(values: readonly number[]): this {
    this.bytes.push(...values);
    return this;
  }

  /** A record: its length, then its content padded with no-operations. */
  record(content: Bytes): void {
    const { bytes } = content;
    while (bytes.length % 4 !== 0) bytes.push(DW_CFA_NOP);
    this.word(bytes.length).raw(bytes);
  }
}

/** The header at image offset `at`, followed by .eh_frame: bytes, and how many of them are the header. */
export function encodeUnwindTable(
  table: UnwindTable,
  at: number,
  byteOrder: 'little' | 'big',
): { bytes: Uint8Array; headerBytes: number } {
  const little = byteOrder === 'little';
  const headerBytes = 12 + 8 * table.ranges.length;
  const frames = new Bytes(little);
  const frameAt = at + headerBytes;
  // Augmentation zR, or zRS for signal frames.
  const common = new Bytes(little).word(0).raw([1, 0x7a, 0x52, ...(table.signalFrames ? [0x53] : []), 0]);
  common.raw([...uleb(table.codeAlign), ...sleb(table.dataAlign), table.returnColumn, 1, PCREL_SDATA4]);
  frames.record(common);
  const header = new Bytes(little).raw([1, PCREL_SDATA4, UDATA4, DATAREL_SDATA4]);
  header.word(frameAt - (at + 4)).word(table.ranges.length);
  for (const { start, size, instructions } of [...table.ranges].sort((a, b) => a.start - b.start)) {
    const here = frames.bytes.length;
    header.word(start - at).word(frameAt + here - at);
    const content = new Bytes(little)
      .word(here + 4)
      .word(start - (frameAt + here + 8))
      .word(size);
    frames.record(content.raw([0, ...instructions]));
  }
  frames.word(0);
  return { bytes: Uint8Array.from([...header.bytes, ...frames.bytes]), headerBytes };
}
