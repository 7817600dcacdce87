import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { ImageError } from './image-error.ts';
import type { ImageEntry } from './image-tree.ts';

/** What is known of an entry before its bytes are read. */
export type TarEntry = Omit<ImageEntry, 'offset'>;

/** Options that tar-stream's types leave out: names as bytes, not as text. */
const OPTIONS: object = { filenameEncoding: 'latin1' };

const TYPES: readonly ImageEntry['type'][] = [
  'file',
  'directory',
  'symlink',
  'link',
  'character-device',
  'block-device',
  'fifo',
];

const BLOCK = 512;

/**
 * Fills the last block, which some writers of image layers leave short (Go's archive/tar reads those).
 * `read()` answers how many bytes came in.
 */
function lastBlockFilled(): { readonly filter: Transform; readonly read: () => number } {
  let bytes = 0;
  const filter = new Transform({
    transform(piece: Uint8Array, _encoding, done) {
      bytes += piece.length;
      done(null, piece);
    },
    flush(done) {
      const rest = bytes % BLOCK;
      done(null, rest === 0 ? undefined : new Uint8Array(BLOCK - rest));
    },
  });
  return { filter, read: () => bytes };
}

/**
 * Reads an archive (ustar, pax or GNU) entry by entry.
 * @param take gets each entry with its bytes, which it need not read
 * @throws ImageError where it is no such archive, is damaged, or has entries of a kind that is not read (sparse files)
 */
export async function readTar(
  stream: Readable,
  what: string,
  take: (entry: TarEntry, bytes: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const archive = extract(OPTIONS);
  const { filter, read } = lastBlockFilled();
  let end = 0;
  const reading = (async () => {
    for await (const item of archive) {
      end = (item.header as Header & { byteOffset: number }).byteOffset + item.header.size;
      await take(entryOf(item.header), item as AsyncIterable<Uint8Array>);
      item.resume();
    }
  })();
  try {
    await Promise.all([pipeline(stream, filter, archive as unknown as NodeJS.WritableStream), reading]);
    if (end > read()) throw new ImageError(`${what}: Unexpected end of data`);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(`${what}: ${(error as Error).message}`);
  }
}

function entryOf(header: Header): TarEntry {
  // Records of an extended header are in UTF-8.
  const pax = header.pax as Readonly<Record<string, string>> | null;
  const name = pax?.path === undefined ? header.name : bytesOf(pax.path);
  const type = header.type === 'contiguous-file' ? 'file' : TYPES.find((known) => known === header.type);
  if (!type) throw new ImageError(`${name}: an entry of a kind that is not read`);
  return {
    name,
    type,
    mode: header.mode,
    uid: header.uid,
    gid: header.gid,
    mtime: Math.floor(header.mtime.getTime() / 1000),
    size: header.size,
    target: pax?.linkpath === undefined ? (header.linkname ?? '') : bytesOf(pax.linkpath),
    major: header.devmajor,
    minor: header.devminor,
  };
}

/** Text as the bytes of its UTF-8. */
function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
