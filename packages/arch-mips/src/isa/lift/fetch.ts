import type { CodeReader } from '@kml/core';

/** Instruction word at `address`, or undefined where it cannot be fetched. */
export function fetchWord(code: CodeReader, address: number, bigEndian: boolean): number | undefined {
  let word = 0;
  for (let i = 0; i < 4; i++) {
    const byte = code.byte((address + i) | 0);
    if (byte < 0) return undefined;
    word |= byte << (bigEndian ? 24 - 8 * i : 8 * i);
  }
  return word;
}
