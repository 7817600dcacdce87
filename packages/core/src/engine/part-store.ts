/** A store of parts of bytes, with a description in JSON that says where each lies: a head of words, the description, the parts. */
import { piecesOf, type StoredBytes, type StorePieces, sectionOf } from './stored-bytes.ts';

/** Words of the head. */
const HEAD = { magic: 0, describedBytes: 1, partBytes: 2, size: 3 } as const;

/** Where a part lies, counted from the first. */
export interface Part {
  readonly at: number;
  readonly bytes: number;
}

/** A store being read. */
export interface PartStore<Description> {
  readonly description: Description;
  /** Undefined if it cannot be read. */
  part(part: Part): Uint8Array<ArrayBuffer> | undefined;
  /** The part as a store. */
  section(part: Part): StoredBytes;
}

/** @returns undefined if the bytes are no store of that kind, or not all of it */
export function openParts<Description>(source: StoredBytes, magic: number): PartStore<Description> | undefined {
  const head = new Int32Array(HEAD.size);
  if (source.size < head.byteLength || !source.read(new Uint8Array(head.buffer), 0)) return undefined;
  const first = head.byteLength + head[HEAD.describedBytes]!;
  if (head[HEAD.magic] !== magic || source.size !== first + head[HEAD.partBytes]!) return undefined;
  const text = new Uint8Array(head[HEAD.describedBytes]!);
  if (!source.read(text, head.byteLength)) return undefined;
  const description = parsedJson<Description>(text);
  if (description === undefined) return undefined;
  return {
    description,
    part({ at, bytes }) {
      const part = new Uint8Array(bytes);
      return source.read(part, first + at) ? part : undefined;
    },
    section: ({ at, bytes }) => sectionOf(source, first + at, bytes),
  };
}

/** What jsonBytes was given; undefined if the text is none. */
export function parsedJson<T>(text: Uint8Array): T | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
}

export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Makes a store. */
export class PartWriter {
  /** Bytes of all parts. */
  bytes = 0;
  private readonly parts: StorePieces[] = [];

  add(part: Uint8Array): Part {
    return this.put([part], part.length);
  }

  addWords({ buffer, byteOffset, byteLength }: Int32Array): Part {
    return this.add(new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** A store as a part; read when this one is written. */
  addStore(source: StoredBytes): Part {
    return this.put(piecesOf(source), source.size);
  }

  finish(magic: number, description: unknown): StorePieces {
    const text = jsonBytes(description);
    const head = new Uint8Array(4 * HEAD.size);
    new Int32Array(head.buffer).set([magic, text.length, this.bytes]);
    return concatenated([[head, text], ...this.parts]);
  }

  private put(pieces: StorePieces, bytes: number): Part {
    this.parts.push(pieces);
    this.bytes += bytes;
    return { at: this.bytes - bytes, bytes };
  }
}

function* concatenated(parts: readonly StorePieces[]): StorePieces {
  for (const pieces of parts) yield* pieces;
}
