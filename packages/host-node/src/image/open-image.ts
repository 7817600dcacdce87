import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { HostDirectory } from '@kml/kernel';
import { openDirectory } from '../directory.ts';
import { cacheDirectory } from '../rootfs/rootfs.ts';
import { ImageError } from './image-error.ts';
import { unpackedImage } from './image-store.ts';
import { findOciImage, type ImageConfig, isOciLayout } from './oci.ts';

export interface ImageRequest {
  /** A tar archive, perhaps compressed, or an OCI image layout as directory or archive. */
  readonly path: string;
  /** Architectures that can be run, by OCI's names. */
  readonly architectures: readonly string[];
  /** Where unpacked images are kept; `images` in the cache directory if left out. */
  readonly store?: string;
  readonly progress: (line: string) => void;
}

export interface Image {
  readonly directory: HostDirectory;
  /** Whether it is an archive or OCI image, which cannot be written. */
  readonly image: boolean;
  /** Of OCI images. */
  readonly config?: ImageConfig;
}

/**
 * Opens an archive or an OCI image layout as a directory that can only be read.
 * @throws ImageError naming the path
 */
export async function openImage(request: ImageRequest): Promise<Image> {
  const { path, architectures, progress, store = join(cacheDirectory(), 'images') } = request;
  try {
    const real = fs.realpathSync(path);
    const stat = fs.statSync(real);
    let host = openDirectory(stat.isDirectory() ? real : dirname(real));
    if (!stat.isDirectory()) {
      const key = `${real}\n${stat.size}\n${stat.mtimeMs}\n${stat.ino}`;
      const description = { ...host, description: real };
      host = await unpackedImage({ host: description, layers: [basename(real)], key, store, progress });
      if (!isOciLayout(host)) return { directory: host, image: true };
    }
    const { digest, layers, config } = findOciImage(host, architectures);
    return { directory: await unpackedImage({ host, layers, key: digest, store, progress }), image: true, config };
  } catch (error) {
    if (error instanceof ImageError) throw new ImageError(`${path}: ${error.message}`);
    throw error;
  }
}
