import * as fs from 'node:fs';
import { join } from 'node:path';
import { openDirectory } from './directory.ts';
import type { Image, ImageRequest } from './image/open-image.ts';

/**
 * Opens what a guest is to see as its root: a directory, an archive, or an OCI image layout. Only what
 * is no plain directory loads the code for the others.
 * @throws ImageError, or the host's error where there is no such file
 */
export async function openRoot(request: ImageRequest): Promise<Image> {
  const plain = fs.statSync(request.path).isDirectory() && !fs.existsSync(join(request.path, 'oci-layout'));
  if (plain) return { directory: openDirectory(request.path), image: false };
  const { openImage } = await import('./image/open-image.ts');
  return openImage(request);
}
