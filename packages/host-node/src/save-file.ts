import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * Files that hold a saved machine:
 *
 *     magic (8 bytes), form (u32), length of the header (u32), header (JSON in UTF-8)
 *     parts: kind (u8, from 1), length (u32), length as packed (u32), packed bytes (raw DEFLATE)
 *     0 (u8), SHA-256 of all before
 *
 * Numbers are little-endian.
 */
const MAGIC = Buffer.from('KMLSAVE\n', 'latin1');
const FORM = 1;
const DIGEST_BYTES = 32;
const PART_KINDS = ['directories', 'state', 'swap', 'frames'] as const;
const MOST_HEADER = 64 << 20;
const CHUNK = 1 << 20;

export interface SaveFilePart {
  readonly kind: (typeof PART_KINDS)[number];
  readonly bytes: Uint8Array;
}

/** What is wrong with a save file, or with its place: a piece of a sentence behind the file's name. */
export class SaveFileError extends Error {}

/** Whether the file begins as a save file does. False where it cannot be read. */
export function isSaveFile(path: string): boolean {
  try {
    const fd = fs.openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(MAGIC.length);
      return fs.readSync(fd, bytes, 0, MAGIC.length, 0) === MAGIC.length && bytes.equals(MAGIC);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return false;
  }
}

/**
 * Writes a save file: under another name beside it first, so that a file of that name is whole at any time.
 * @param progress told of the bytes before packing, as they are done
 * @returns bytes of the file
 * @throws SaveFileError where it cannot be written; nothing is left behind then
 */
export function writeSaveFile(
  path: string,
  header: object,
  parts: Iterable<SaveFilePart>,
  progress: (bytes: number) => void = () => {},
): number {
  const partial = `${path}.${process.pid}.partial`;
  try {
    const fd = fs.openSync(partial, 'wx', 0o600);
    try {
      const size = new Writer(fd).file(header, parts, progress);
      fs.fsyncSync(fd);
      fs.closeSync(fd);
      fs.renameSync(partial, path);
      return size;
    } catch (error) {
      fs.rmSync(partial, { force: true });
      throw error;
    }
  } catch (error) {
    throw refusal(error);
  }
}

class Writer {
  private readonly fd: number;
  private readonly hash = createHash('sha256');
  private size = 0;

  constructor(fd: number) {
    this.fd = fd;
  }

  file(header: object, parts: Iterable<SaveFilePart>, progress: (bytes: number) => void): number {
    const json = Buffer.from(JSON.stringify(header));
    this.put(MAGIC);
    this.put(words(FORM, json.length));
    this.put(json);
    let done = 0;
    for (const { kind, bytes } of parts) {
      // Speed counts for more than the last tenth of size.
      const packed = deflateRawSync(bytes, { level: 1 });
      this.put(Uint8Array.of(PART_KINDS.indexOf(kind) + 1));
      this.put(words(bytes.length, packed.length));
      this.put(packed);
      progress((done += bytes.length));
    }
    this.put(Uint8Array.of(0));
    this.write(this.hash.digest());
    return this.size;
  }

  private put(bytes: Uint8Array): void {
    this.hash.update(bytes);
    this.write(bytes);
  }

  private write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += fs.writeSync(this.fd, bytes, done);
    this.size += bytes.length;
  }
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => void bytes.writeUInt32LE(value, index * 4));
  return bytes;
}

/** A save file, open: its header, and its parts, to be gone through once, which closes it. */
export interface SaveFile {
  readonly header: unknown;
  readonly bytes: number;
  readonly parts: Iterable<SaveFilePart>;
  close(): void;
}

/**
 * Opens a save file, with its checksum found right.
 * @throws SaveFileError where it cannot be read, is no save file, or is damaged or cut short
 */
export function openSaveFile(path: string): SaveFile {
  let fd: number;
  try {
    fd = fs.openSync(path, 'r');
  } catch (error) {
    throw refusal(error);
  }
  try {
    const { size } = fs.fstatSync(fd);
    const reader = new Reader(fd, size);
    const header = reader.header();
    return { header, bytes: size, parts: reader.parts(), close: () => fs.closeSync(fd) };
  } catch (error) {
    fs.closeSync(fd);
    throw refusal(error);
  }
}

class Reader {
  private readonly fd: number;
  private readonly end: number;
  private at = 0;

  constructor(fd: number, size: number) {
    this.fd = fd;
    this.end = size - DIGEST_BYTES;
  }

  header(): unknown {
    if (this.end < MAGIC.length + 8 || !this.take(MAGIC.length).equals(MAGIC))
      throw new SaveFileError('is no file that kml saved a machine to');
    const form = this.word();
    if (form !== FORM) throw new SaveFileError(`has form ${form}, which this kml does not know (it knows ${FORM})`);
    this.checkDigest();
    const length = this.word();
    if (length > MOST_HEADER) throw damaged();
    return JSON.parse(this.take(length).toString());
  }

  *parts(): Generator<SaveFilePart> {
    for (;;) {
      const kind = this.take(1)[0]!;
      if (kind === 0) return;
      const [length, packed] = [this.word(), this.word()];
      const bytes = inflateRawSync(this.take(packed), { maxOutputLength: Math.max(1, length) });
      if (bytes.length !== length || PART_KINDS[kind - 1] === undefined) throw damaged();
      yield { kind: PART_KINDS[kind - 1]!, bytes };
    }
  }

  private checkDigest(): void {
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(CHUNK);
    for (let at = 0; at < this.end; ) {
      const got = fs.readSync(this.fd, chunk, 0, Math.min(CHUNK, this.end - at), at);
      if (got === 0) throw damaged();
      hash.update(chunk.subarray(0, got));
      at += got;
    }
    const digest = Buffer.alloc(DIGEST_BYTES);
    if (fs.readSync(this.fd, digest, 0, DIGEST_BYTES, this.end) !== DIGEST_BYTES || !hash.digest().equals(digest))
      throw damaged();
  }

  private word(): number {
    return this.take(4).readUInt32LE(0);
  }

  private take(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (this.at + length > this.end || fs.readSync(this.fd, bytes, 0, length, this.at) !== length) throw damaged();
    this.at += length;
    return bytes;
  }
}

function damaged(): SaveFileError {
  return new SaveFileError('is damaged or cut short (its checksum is wrong)');
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EISDIR: 'is a directory',
  ENOSPC: 'no space left on the device',
  EACCES: 'permission denied',
};

function refusal(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof SaveFileError || code === undefined) return error;
  return new SaveFileError(REASONS[code] ?? code);
}
