import { type GuestMemory, PAGE_SIZE } from '@kml/core';
import type { SavedPart } from './saved-machine.ts';

/** Pages in a part at most. */
const MOST_PAGES = 256;
/** First frame and number of frames, before their content. */
const HEAD_BYTES = 8;

/** Numbers of the frames below `end` that are not all zeros, in order. */
export function usedFrames(memory: GuestMemory, end: number): Int32Array {
  const used = new Int32Array(end);
  let count = 0;
  for (let frame = 0; frame < end; frame++) if (!isZero(memory, frame)) used[count++] = frame;
  return used.subarray(0, count);
}

function isZero(memory: GuestMemory, frame: number): boolean {
  const { i32 } = memory;
  const start = memory.frameAddress(frame) >> 2;
  for (let at = start; at < start + PAGE_SIZE / 4; at++) if (i32[at] !== 0) return false;
  return true;
}

/**
 * The content of these frames as parts, each of a run of frames. As it lies in memory, free frames too: what is in
 * them can be seen by nobody, but a restored machine is to be equal to the last bit.
 */
export function* frameParts(memory: GuestMemory, used: Int32Array): Generator<SavedPart> {
  for (let at = 0; at < used.length; ) {
    let count = 1;
    while (count < MOST_PAGES && used[at + count] === used[at]! + count) count++;
    const bytes = new Uint8Array(HEAD_BYTES + count * PAGE_SIZE);
    new DataView(bytes.buffer).setUint32(0, used[at]!, true);
    new DataView(bytes.buffer).setUint32(4, count, true);
    const from = memory.frameAddress(used[at]!);
    bytes.set(memory.u8.subarray(from, from + count * PAGE_SIZE), HEAD_BYTES);
    yield { kind: 'frames', bytes };
    at += count;
  }
}

/** Puts a part's frames into memory. @throws RangeError where it has no such frames */
export function putFrames(memory: GuestMemory, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [first, count] = [view.getUint32(0, true), view.getUint32(4, true)];
  if (first + count > memory.frameCount || bytes.length !== HEAD_BYTES + count * PAGE_SIZE)
    throw new RangeError(`no frames ${first} to ${first + count}`);
  memory.u8.set(bytes.subarray(HEAD_BYTES), memory.frameAddress(first));
}
