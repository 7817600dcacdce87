/** The arguments of the system call that is being made. */
import type { Kernel } from '../kernel.ts';
import type { CallPlan } from './call-plan.ts';

/** The most argument words a call has: two pairs at even places, and a word behind them. */
const MOST_WORDS = 7;

/** What readArguments read, as signed and as unsigned words. It holds until the next call is made. */
export const signedWords = new Int32Array(MOST_WORDS);
export const unsignedWords = new Uint32Array(signedWords.buffer);

/** Reads the argument words of a call; numbers become the kernel's own. */
export function readArguments(kernel: Kernel, plan: CallPlan): void {
  const { words, tables } = plan;
  kernel.abi.syscallArguments(kernel, words, signedWords);
  if (tables === undefined) return;
  for (let at = 0; at < words; at++) {
    const table = tables[at];
    if (table !== undefined) signedWords[at] = table.toGeneric(unsignedWords[at]!);
  }
}

/** All arguments of a call; a 'u64' takes two words, low word first on a little-endian machine. */
export function syscallArguments(kernel: Kernel, plan: CallPlan): number[] {
  readArguments(kernel, plan);
  const { row, places, signed } = plan;
  const little = kernel.abi.isa.byteOrder === 'little';
  return row.args.map((type, argument) => {
    const at = places === undefined ? argument : places[argument]!;
    if (type !== 'u64') return (signed >> at) & 1 ? signedWords[at]! : unsignedWords[at]!;
    const [low, high] = little ? [at, at + 1] : [at + 1, at];
    return signedWords[high]! * 0x1_0000_0000 + unsignedWords[low]!;
  });
}
