/** Bytes on their way through a terminal: a ring that grows as it must. */
export interface ByteRing {
  buffer: Uint8Array;
  head: number;
  length: number;
}

const FIRST_BYTES = 4096;

export function newByteRing(): ByteRing {
  return { buffer: new Uint8Array(FIRST_BYTES), head: 0, length: 0 };
}

/** Bytes in the ring, oldest first, into `into`; returns how many. Does not take them out. */
export function peekRing(ring: ByteRing, into: Uint8Array): number {
  const count = Math.min(into.length, ring.length);
  const first = Math.min(count, ring.buffer.length - ring.head);
  into.set(ring.buffer.subarray(ring.head, ring.head + first));
  if (first < count) into.set(ring.buffer.subarray(0, count - first), first);
  return count;
}

/** Takes bytes out of the ring. */
export function dropFromRing(ring: ByteRing, count: number): void {
  ring.length -= count;
  ring.head = ring.length === 0 ? 0 : (ring.head + count) % ring.buffer.length;
}

/** Appends bytes. */
export function pushIntoRing(ring: ByteRing, bytes: Uint8Array): void {
  if (ring.length + bytes.length > ring.buffer.length) growBuffer(ring, ring.length + bytes.length);
  const at = (ring.head + ring.length) % ring.buffer.length;
  const first = Math.min(bytes.length, ring.buffer.length - at);
  ring.buffer.set(bytes.subarray(0, first), at);
  if (first < bytes.length) ring.buffer.set(bytes.subarray(first), 0);
  ring.length += bytes.length;
}

function growBuffer(ring: ByteRing, needed: number): void {
  let size = ring.buffer.length;
  while (size < needed) size *= 2;
  const buffer = new Uint8Array(size);
  peekRing(ring, buffer);
  ring.buffer = buffer;
  ring.head = 0;
}
