import { StructReader, StructWriter } from '../../../abi/struct.ts';
import type { Kernel } from '../../../kernel.ts';

/** Linux 6.1 include/uapi/linux/netlink.h */
export const NLMSG_HEADER_BYTES = 16;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLM_F_REQUEST = 1;
export const NLM_F_MULTI = 2;
export const NLM_F_ACK = 4;
export const NLM_F_DUMP = 0x300;

/** Header of a request. */
export interface NetlinkHeader {
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly port: number;
}

/** An attribute: a number and its bytes, or attributes within. */
export type Attribute = readonly [type: number, value: Uint8Array | readonly Attribute[]];

/** An answer's type and body. */
export interface NetlinkAnswer {
  readonly type: number;
  readonly body: Uint8Array;
}

const ATTRIBUTE_HEADER_BYTES = 4;

function aligned(length: number): number {
  return (length + 3) & ~3;
}

/** Attributes one after the other, each at a word. */
export function attributeBytes(kernel: Kernel, attributes: readonly Attribute[]): Uint8Array {
  return joined(
    attributes.map(([type, value]) => {
      const inner = value instanceof Uint8Array ? value : attributeBytes(kernel, value);
      const length = ATTRIBUTE_HEADER_BYTES + inner.length;
      const out = new StructWriter(kernel, aligned(length)).u16(length).u16(type);
      out.bytes.set(inner, ATTRIBUTE_HEADER_BYTES);
      return out.bytes;
    }),
  );
}

/** Pieces in one array. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** A message with its header, at a length of whole words. */
export function netlinkMessage(
  kernel: Kernel,
  type: number,
  flags: number,
  request: NetlinkHeader,
  port: number,
  body: Uint8Array,
): Uint8Array {
  const length = NLMSG_HEADER_BYTES + body.length;
  const out = new StructWriter(kernel, aligned(length))
    .u32(length)
    .u16(type)
    .u16(flags)
    .u32(request.sequence)
    .u32(port);
  out.bytes.set(body, NLMSG_HEADER_BYTES);
  return out.bytes;
}

/** Attributes of a request behind a header of its family. */
export function readAttributes(kernel: Kernel, bytes: Uint8Array, from: number): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const reader = new StructReader(kernel, bytes);
  for (let at = from; at + 4 <= bytes.length; ) {
    const length = reader.u16(at);
    if (length < 4 || at + length > bytes.length) break;
    found.set(reader.u16(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}
