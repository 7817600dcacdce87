import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import * as zlib from 'node:zlib';
import { ImageError } from './image-error.ts';

const KINDS = [
  { kind: 'gzip', magic: [0x1f, 0x8b] },
  { kind: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { kind: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { kind: 'bzip2', magic: [0x42, 0x5a, 0x68] },
] as const;

/**
 * The bytes of a file that may be compressed, by its first bytes: gzip, xz, zstd, or as it is.
 * @throws ImageError for a compression that is not read
 */
export async function decompressed(bytes: Readable, start: Uint8Array, what: string): Promise<Readable> {
  const kind = KINDS.find(({ magic }) => magic.every((byte, at) => start[at] === byte))?.kind;
  switch (kind) {
    case undefined:
      return bytes;
    case 'gzip':
      return through(bytes, zlib.createGunzip());
    case 'zstd':
      if (!zlib.createZstdDecompress) throw new ImageError(`${what}: to read zstd takes Node 22.15 or later`);
      return through(bytes, zlib.createZstdDecompress());
    case 'xz': {
      const { XzReadableStream } = await import('xz-decompress');
      const plain = new XzReadableStream(Readable.toWeb(bytes) as unknown as globalThis.ReadableStream<Uint8Array>);
      return Readable.fromWeb(plain as unknown as ReadableStream<Uint8Array>);
    }
    case 'bzip2':
      throw new ImageError(`${what}: compressed with ${kind}; there is gzip, xz and zstd`);
  }
}

/** What comes out behind; an error of the source comes out as well. */
function through<T extends Readable & NodeJS.WritableStream>(bytes: Readable, filter: T): T {
  pipeline(bytes, filter).catch((error: Error) => filter.destroy(error));
  return filter;
}
