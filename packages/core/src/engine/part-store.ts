/** A store of parts of bytes, with a description in JSON that says where each lies: a head of words, the description, the parts. */
import type { StoredBytes } from './stored-code.ts';

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
  private readonly parts: Uint8Array[] = [];
  private bytes = 0;

  add(part: Uint8Array): Part {
    this.parts.push(part);
    this.bytes += part.length;
    return { at: this.bytes - part.length, bytes: part.length };
  }

  finish(magic: number, description: unknown): Uint8Array {
    const text = jsonBytes(description);
    const store = new Uint8Array(4 * HEAD.size + text.length + this.bytes);
    new Int32Array(store.buffer, 0, HEAD.size).set([magic, text.length, this.bytes]);
    let at = 4 * HEAD.size;
    for (const part of [text, ...this.parts]) {
      store.set(part, at);
      at += part.length;
    }
    return store;
  }
}
