import type { HostDirectory } from '@kml/kernel';
import { ImageError } from './image-error.ts';
import { readImageText } from './image-file.ts';

/** How an image wants to be run: OCI image-spec, config.md. */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  /** A user's name or number, perhaps with a group's: 'name', 'uid', 'uid:gid'. */
  readonly user: string;
}

/** One image of a layout. */
export interface OciImage {
  /** Digest of its manifest: names it for good. */
  readonly digest: string;
  /** Paths of its layers below the layout, the lowest first. */
  readonly layers: readonly string[];
  readonly config: ImageConfig;
}

interface Descriptor {
  readonly mediaType?: string;
  readonly digest: string;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}

/** Whether a directory is an OCI image layout (image-spec, image-layout.md). */
export function isOciLayout(host: HostDirectory): boolean {
  return typeof host.lstat('oci-layout') !== 'number';
}

/**
 * The first image of a layout for one of these architectures, by OCI's names ('386', 'arm', …).
 * @throws ImageError where there is none, or the layout is damaged
 */
export function findOciImage(host: HostDirectory, architectures: readonly string[]): OciImage {
  const found: string[] = [];
  const queue = manifestsOf(host, 'index.json');
  for (let descriptor = queue.shift(); descriptor; descriptor = queue.shift()) {
    const path = blobPath(descriptor.digest);
    if (isIndex(descriptor)) {
      queue.unshift(...manifestsOf(host, path));
      continue;
    }
    const manifest = parsed(host, path) as { config?: Descriptor; layers?: Descriptor[] };
    if (!manifest.config || !Array.isArray(manifest.layers)) throw new ImageError(`${path}: no image manifest`);
    const config = parsed(host, blobPath(manifest.config.digest)) as RawConfig;
    if (config.os !== 'linux' || !architectures.includes(config.architecture ?? '')) {
      found.push(`${config.os}/${config.architecture}`);
      continue;
    }
    const layers = manifest.layers.map(({ digest }) => blobPath(digest));
    return { digest: descriptor.digest, layers, config: configOf(config) };
  }
  const has = found.length === 0 ? 'no image' : `only ${found.join(', ')}`;
  throw new ImageError(`has ${has}; these architectures can be run: ${architectures.join(', ')}`);
}

interface RawConfig {
  readonly os?: string;
  readonly architecture?: string;
  readonly config?: { Entrypoint?: string[]; Cmd?: string[]; Env?: string[]; WorkingDir?: string; User?: string };
}

function configOf({ config }: RawConfig): ImageConfig {
  return {
    entrypoint: config?.Entrypoint ?? [],
    command: config?.Cmd ?? [],
    env: config?.Env ?? [],
    cwd: config?.WorkingDir || '/',
    user: config?.User ?? '',
  };
}

function manifestsOf(host: HostDirectory, path: string): Descriptor[] {
  const { manifests } = parsed(host, path) as { manifests?: Descriptor[] };
  if (!Array.isArray(manifests)) throw new ImageError(`${path}: no image index`);
  return [...manifests];
}

function isIndex({ mediaType }: Descriptor): boolean {
  return mediaType === 'application/vnd.oci.image.index.v1+json' || /manifest\.list/.test(mediaType ?? '');
}

function parsed(host: HostDirectory, path: string): unknown {
  const text = readImageText(host, path);
  try {
    return JSON.parse(text);
  } catch {
    throw new ImageError(`${path}: no JSON`);
  }
}

function blobPath(digest: string): string {
  const match = /^([a-z0-9]+):([a-f0-9]+)$/.exec(digest ?? '');
  if (!match) throw new ImageError(`'${digest}' is no digest`);
  return `blobs/${match[1]}/${match[2]}`;
}
