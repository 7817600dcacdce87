import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { HostDirectory } from '@kml/kernel';
import { imageDirectory } from './image-directory.ts';
import { ImageError } from './image-error.ts';
import { openImageFile } from './image-file.ts';
import { type ImageNode, ImageTree } from './image-tree.ts';
import { readTar } from './tar-entries.ts';

/** Form of what is kept; images kept in another are unpacked again. */
const FORM = 1;
/** Unpacked images that nobody has used for so long are removed when another is unpacked. */
const OLD_MILLISECONDS = 30 * 24 * 3600 * 1000;
const PROGRESS_BYTES = 8 * 2 ** 20;

export interface UnpackRequest {
  /** The directory that has the archives. */
  readonly host: HostDirectory;
  /** Archives below it, the lowest layer first. */
  readonly layers: readonly string[];
  /** Tells this content from any other: two requests of one key give one image. */
  readonly key: string;
  /** Where unpacked images are kept. */
  readonly store: string;
  readonly progress: (line: string) => void;
}

/**
 * The files of an image as a directory that can only be read: unpacked into the store once, found
 * there later. An image is one file with the bytes of all its files, and an index.
 * @throws ImageError where the image is damaged or the store cannot be written
 */
export async function unpackedImage(request: UnpackRequest): Promise<HostDirectory> {
  const name = createHash('sha256').update(`${FORM}\n${request.key}`).digest('hex').slice(0, 32);
  const place = join(request.store, name);
  const kept = readIndex(place);
  if (kept) {
    const now = new Date();
    fs.utimesSync(place, now, now);
    return imageDirectory(request.host.description, kept, join(place, 'data'));
  }
  const partial = `${place}.${process.pid}`;
  try {
    fs.mkdirSync(partial, { recursive: true });
    const root = await unpack(request, join(partial, 'data'));
    fs.writeFileSync(join(partial, 'index.json'), JSON.stringify(flattened(root)));
    removeOld(request.store, partial);
    publish(partial, place);
  } catch (error) {
    fs.rmSync(partial, { recursive: true, force: true });
    if (error instanceof ImageError) throw error;
    throw new ImageError(`cannot be unpacked into ${request.store}: ${(error as Error).message}`);
  }
  return imageDirectory(request.host.description, readIndex(place)!, join(place, 'data'));
}

async function unpack({ host, layers, progress }: UnpackRequest, data: string): Promise<ImageNode> {
  const tree = new ImageTree();
  const fd = fs.openSync(data, 'wx');
  let offset = 0;
  let said = 0;
  try {
    for (const [index, layer] of layers.entries()) {
      if (index > 0) tree.nextLayer();
      await readTar(await openImageFile(host, layer), layer, async (entry, bytes) => {
        tree.add({ ...entry, offset });
        if (entry.type !== 'file') return;
        for await (const piece of bytes) {
          fs.writeSync(fd, piece, 0, piece.length, offset);
          offset += piece.length;
        }
        if (offset - said < PROGRESS_BYTES) return;
        said = offset;
        const which = layers.length === 1 ? '' : `layer ${index + 1}/${layers.length}, `;
        progress(`unpacking ${host.description}: ${which}${Math.round(offset / 2 ** 20)} MiB`);
      });
    }
  } finally {
    fs.closeSync(fd);
  }
  return tree.root;
}

/** Another process may have been faster: its image is as good. */
function publish(partial: string, place: string): void {
  try {
    fs.renameSync(partial, place);
  } catch (error) {
    if (!readIndex(place)) throw error;
    fs.rmSync(partial, { recursive: true, force: true });
  }
}

function removeOld(store: string, but: string): void {
  for (const name of fs.readdirSync(store)) {
    const place = join(store, name);
    const age = Date.now() - (fs.statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (place !== but && age > OLD_MILLISECONDS) fs.rmSync(place, { recursive: true, force: true });
  }
}

/** A node of the index: directories have names and numbers of nodes. */
type FlatNode = Omit<ImageNode, 'entries'> & { names?: [name: string, node: number][] };

function flattened(root: ImageNode): FlatNode[] {
  const numbers = new Map<ImageNode, number>([[root, 0]]);
  const flat: FlatNode[] = [];
  for (const node of numbers.keys()) {
    const { entries, ...rest } = node;
    const numberOf = (child: ImageNode): number => {
      if (!numbers.has(child)) numbers.set(child, numbers.size);
      return numbers.get(child)!;
    };
    flat.push(entries ? { ...rest, names: [...entries].map(([name, child]) => [name, numberOf(child)]) } : rest);
  }
  return flat;
}

function readIndex(place: string): ImageNode | undefined {
  let text: string;
  try {
    text = fs.readFileSync(join(place, 'index.json'), 'utf8');
  } catch {
    return undefined;
  }
  const flat = JSON.parse(text) as FlatNode[];
  const nodes = flat.map(({ names, ...rest }): ImageNode => ({ ...rest, ...(names && { entries: new Map() }) }));
  for (const [index, { names }] of flat.entries()) {
    for (const [name, child] of names ?? []) nodes[index]!.entries!.set(name, nodes[child]!);
  }
  return nodes[0];
}
