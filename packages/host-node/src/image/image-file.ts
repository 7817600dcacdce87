import { Readable } from 'node:stream';
import type { HostDirectory } from '@kml/kernel';
import { decompressed } from './decompress.ts';
import { ImageError } from './image-error.ts';

const CHUNK = 2 ** 18;
const MAGIC_BYTES = 8;

/** The bytes of a file below a directory, decompressed if they are compressed. @throws ImageError */
export async function openImageFile(host: HostDirectory, path: string): Promise<Readable> {
  const what = path.slice(path.lastIndexOf('/') + 1);
  const start = new Uint8Array(MAGIC_BYTES);
  const handle = openOf(host, path);
  host.read(handle, 0, start);
  return decompressed(Readable.from(chunks(host, handle, path)), start, what);
}

/** A small file's text. @throws ImageError */
export function readImageText(host: HostDirectory, path: string): string {
  const stat = host.lstat(path);
  if (typeof stat === 'number') throw new ImageError(`${path}: missing in the image`);
  const bytes = new Uint8Array(stat.size);
  const handle = openOf(host, path);
  const got = host.read(handle, 0, bytes);
  host.close(handle);
  if (got !== bytes.length) throw new ImageError(`${path}: cannot be read`);
  return new TextDecoder().decode(bytes);
}

function openOf(host: HostDirectory, path: string): number {
  const handle = host.open(path, false);
  if (handle < 0) throw new ImageError(`${path}: ${handle === -2 ? 'missing' : 'cannot be read'}`);
  return handle;
}

function* chunks(host: HostDirectory, handle: number, path: string): Generator<Uint8Array> {
  try {
    for (let position = 0; ; ) {
      const into = new Uint8Array(CHUNK);
      const got = host.read(handle, position, into);
      if (got < 0) throw new ImageError(`${path}: cannot be read`);
      if (got === 0) return;
      position += got;
      yield into.subarray(0, got);
    }
  } finally {
    host.close(handle);
  }
}
