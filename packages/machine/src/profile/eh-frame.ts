import { ByteCursor } from './byte-cursor.ts';
import type { LoadedFile } from './loaded-file.ts';

/** What a common information entry says for the functions that share it. */
export interface FrameCommon {
  readonly codeAlign: number;
  readonly dataAlign: number;
  /** DWARF column of the return address. */
  readonly returnColumn: number;
  readonly pointerEncoding: number;
  readonly signal: boolean;
  /** Initial instructions, as offsets into the file. */
  readonly start: number;
  readonly end: number;
}

/** A frame description entry: how the frame of a function is undone, instruction by instruction. */
export interface FrameEntry {
  /** Addresses of the function, as the file has them. */
  readonly low: number;
  readonly high: number;
  readonly common: FrameCommon;
  readonly start: number;
  readonly end: number;
}

const PT_GNU_EH_FRAME = 0x6474_e550;
const DEFAULT_ENCODING = 0;

/** The frame descriptions of a file's .eh_frame, by address; none where it has no such table. LSB 5.0, 10.6 */
export function frameEntries(file: LoadedFile): FrameEntry[] {
  const table = tableByHeader(file) ?? file.sectionAddress('.eh_frame');
  const offset = table === undefined ? undefined : file.offsetOf(table);
  return table === undefined || offset === undefined ? [] : readTable(file, offset, table - offset);
}

/** Its address as .eh_frame_hdr has it; static programs have none. */
function tableByHeader(file: LoadedFile): number | undefined {
  const header = file.segments.find(({ type }) => type === PT_GNU_EH_FRAME);
  if (!header) return undefined;
  const cursor = new ByteCursor(file.bytes, header.offset, file.little, header.address - header.offset);
  cursor.byte();
  const encoding = cursor.byte();
  cursor.at += 2;
  return cursor.pointer(encoding, header.address);
}

function readTable(file: LoadedFile, from: number, bias: number): FrameEntry[] {
  const entries: FrameEntry[] = [];
  const commons = new Map<number, FrameCommon | undefined>();
  for (let at = from; at + 4 <= file.bytes.length; ) {
    const cursor = new ByteCursor(file.bytes, at, file.little, bias);
    const length = cursor.word();
    if (length === 0 || length >= 0xffff_fff0) break;
    const begin = cursor.at;
    const end = begin + length;
    const id = cursor.word();
    if (id === 0) commons.set(at, readCommon(cursor, end));
    else {
      const common = commons.get(begin - id);
      const entry = common && readEntry(cursor, common, end);
      if (entry) entries.push(entry);
    }
    at = end;
  }
  return entries.sort((a, b) => a.low - b.low);
}

function readCommon(cursor: ByteCursor, end: number): FrameCommon | undefined {
  const version = cursor.byte();
  const augmentation = cursor.text();
  if (augmentation !== '' && augmentation[0] !== 'z') return undefined;
  const codeAlign = cursor.uleb();
  const dataAlign = cursor.sleb();
  const returnColumn = version === 1 ? cursor.byte() : cursor.uleb();
  let pointerEncoding = DEFAULT_ENCODING;
  let start = cursor.at;
  if (augmentation !== '') {
    const bytes = cursor.uleb();
    start = cursor.at + bytes;
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') pointerEncoding = cursor.byte();
      else if (letter === 'L') cursor.byte();
      else if (letter === 'P') cursor.pointer(cursor.byte());
    }
  }
  return { codeAlign, dataAlign, returnColumn, pointerEncoding, signal: augmentation.includes('S'), start, end };
}

function readEntry(cursor: ByteCursor, common: FrameCommon, end: number): FrameEntry | undefined {
  const low = cursor.pointer(common.pointerEncoding);
  const bytes = cursor.pointer(common.pointerEncoding & 0xf);
  if (low === undefined || bytes === undefined) return undefined;
  const augmented = cursor.uleb();
  return { low, high: low + bytes, common, start: cursor.at + augmented, end };
}
