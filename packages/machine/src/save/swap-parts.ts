import { PAGE_SIZE } from '@kml/core';
import { type Kernel, putSwapContent, swapContents } from '@kml/kernel';
import type { SavedPart } from './saved-machine.ts';

const MOST_PAGES = 256;
const RECORD = 4 + PAGE_SIZE;

/** What the host's swap holds for the machine, as parts: slot number and page, many times. */
export function* swapParts(kernel: Kernel): Generator<SavedPart> {
  let part = new Uint8Array(MOST_PAGES * RECORD);
  let length = 0;
  for (const { slot, bytes } of swapContents(kernel)) {
    new DataView(part.buffer).setUint32(length, slot, true);
    part.set(bytes, length + 4);
    length += RECORD;
    if (length < part.length) continue;
    yield { kind: 'swap', bytes: part };
    part = new Uint8Array(MOST_PAGES * RECORD);
    length = 0;
  }
  if (length > 0) yield { kind: 'swap', bytes: part.subarray(0, length) };
}

/** Pages that swapParts will give. */
export function countSwapPages(kernel: Kernel): number {
  let count = 0;
  for (const _ of swapContents(kernel)) count++;
  return count;
}

/** Puts a part's pages where the host keeps them. */
export function putSwapPages(kernel: Kernel, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += RECORD) {
    putSwapContent(kernel, view.getUint32(at, true), bytes.subarray(at + 4, at + RECORD));
  }
}
