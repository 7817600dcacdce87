/** A store, where it is kept, open for reading. */
export interface StoredBytes {
  readonly size: number;
  /** Reads the bytes from `position` on until `into` is full; false if that cannot be. */
  read(into: Uint8Array, position: number): boolean;
}

/**
 * What a store is to have, piece by piece: each is to be written before the next is asked for, so that a large store
 * is never in memory as a whole. Throws StoreLost where what is to be taken over from an older store cannot be read.
 */
export type StorePieces = Iterable<Uint8Array>;

/** A store that was being read cannot be read any more. */
export class StoreLost extends Error {
  constructor() {
    super('a store cannot be read any more');
  }
}

/** Bytes that are copied at a time. */
const COPY_BYTES = 1 << 16;

/** A stretch of a store as one of its own. */
export function sectionOf(source: StoredBytes, at: number, bytes: number): StoredBytes {
  return {
    size: bytes,
    read: (into, position) => position + into.length <= bytes && source.read(into, at + position),
  };
}

/** Pieces of all of a store. They have one buffer. */
export function* piecesOf(source: StoredBytes): StorePieces {
  const buffer = new Uint8Array(Math.min(COPY_BYTES, source.size));
  for (let at = 0; at < source.size; at += buffer.length) {
    const piece = buffer.subarray(0, Math.min(buffer.length, source.size - at));
    if (!source.read(piece, at)) throw new StoreLost();
    yield piece;
  }
}

/** The pieces in one. */
export function joined(pieces: StorePieces): Uint8Array<ArrayBuffer> {
  const all: Uint8Array[] = [];
  // What a piece is in may have the next one soon.
  for (const piece of pieces) all.push(piece.slice());
  const whole = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of all) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
