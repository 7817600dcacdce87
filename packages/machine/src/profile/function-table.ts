import { elfFunctions } from '../elf-symbols.ts';
import { type FrameEntry, frameEntries } from './eh-frame.ts';
import type { LoadedFile } from './loaded-file.ts';

interface NamedRange {
  readonly name: string;
  readonly low: number;
  /** One behind the last address; equal to `low` where the symbol has no size. */
  readonly high: number;
}

/** The functions of a file: by its symbols, and where it is stripped by its frame descriptions. */
export class FunctionTable {
  private readonly named: readonly NamedRange[];
  private readonly frames: readonly FrameEntry[];

  /** @param align bits of addresses that are no part of them are below this */
  readonly file: LoadedFile;

  constructor(file: LoadedFile, align: number) {
    this.file = file;
    this.named = elfFunctions(file.bytes)
      .map(({ name, value, size }) => ({ name, low: value & -align, high: (value & -align) + size }))
      .sort((a, b) => a.low - b.low || a.high - b.high);
    this.frames = frameEntries(file);
  }

  /** Name of the function at a linked address: its symbol's, or `0x` and where it begins; undefined where neither is known. */
  nameAt(address: number): string | undefined {
    const named = this.named[lastAtOrBelow(this.named, address)];
    if (named && address < named.high) return named.name;
    const frame = this.frameAt(address);
    if (frame) return `0x${frame.low.toString(16)}`;
    // Assembly code often says no sizes.
    return named && named.low === named.high ? named.name : undefined;
  }

  /** Whether two linked addresses lie in one function. */
  sameFunction(a: number, b: number): boolean {
    const name = this.nameAt(a);
    return name !== undefined && name === this.nameAt(b);
  }

  /** Where the function at a linked address begins. */
  startOf(address: number): number | undefined {
    const named = this.named[lastAtOrBelow(this.named, address)];
    if (named && address < named.high) return named.low;
    return this.frameAt(address)?.low;
  }

  /** The frame description of the function at a linked address. */
  frameAt(address: number): FrameEntry | undefined {
    const entry = this.frames[lastAtOrBelow(this.frames, address)];
    return entry && address < entry.high ? entry : undefined;
  }
}

/** Index of the last range that begins at or below the address, or -1. */
function lastAtOrBelow(ranges: readonly { readonly low: number }[], address: number): number {
  let below = -1;
  let above = ranges.length;
  while (above - below > 1) {
    const middle = (below + above) >>> 1;
    if (ranges[middle]!.low <= address) below = middle;
    else above = middle;
  }
  return below;
}
