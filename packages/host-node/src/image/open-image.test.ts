import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { EISDIR, ENOENT, ENOTDIR, EROFS, type HostDirectory } from '@kml/kernel';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRoot } from '../open-root.ts';

type Entry = Partial<Header> & { name: string; content?: string | Uint8Array };

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) {
    if (content !== undefined) archive.entry(header, content);
    else archive.entry(header, '');
  }
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

let place: string;
let said: string[];
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'kml-image-'));
  said = [];
});
afterEach(() => rmSync(place, { recursive: true }));

const open = (path: string, architectures = ['386']) =>
  openRoot({ path, architectures, store: join(place, 'store'), progress: (line) => said.push(line) });

async function opened(name: string, bytes: Uint8Array): Promise<HostDirectory> {
  const path = join(place, name);
  writeFileSync(path, bytes);
  return (await open(path)).directory;
}

function contentOf(directory: HostDirectory, path: string): string | number {
  const handle = directory.open(path, false);
  if (handle < 0) return handle;
  const into = new Uint8Array(1000);
  const got = directory.read(handle, 0, into);
  directory.close(handle);
  return Buffer.from(into.subarray(0, got)).toString();
}

const ENTRIES: Entry[] = [
  { name: './', type: 'directory', mode: 0o700, uid: 5, gid: 6 },
  { name: 'usr/bin/tool', mode: 0o4755, uid: 3, gid: 4, mtime: new Date(1_600_000_000_000), content: 'a tool' },
  { name: 'usr/bin/same', type: 'link', linkname: 'usr/bin/tool' },
  { name: 'bin', type: 'symlink', linkname: 'usr/bin' },
  { name: 'bin/other', content: 'another' },
  { name: 'dev/tty1', type: 'character-device', devmajor: 4, devminor: 1 },
  { name: 'pipe', type: 'fifo' },
  { name: `long/${'x'.repeat(120)}/ü`, content: 'far' },
];

describe('an archive', () => {
  test('is a directory with all its kinds of files', async () => {
    const root = await opened('a.tar', await tarOf(ENTRIES));
    expect(root.lstat('')).toMatchObject({ mode: 0o040700, uid: 5, gid: 6, nlink: 5 });
    const tool = { mode: 0o104755, uid: 3, gid: 4, size: 6, nlink: 2, mtimeNs: 1_600_000_000_000_000_000n };
    expect(root.lstat('usr/bin/tool')).toMatchObject(tool);
    expect(root.lstat('usr/bin/same')).toEqual(root.lstat('usr/bin/tool'));
    expect(contentOf(root, 'usr/bin/same')).toBe('a tool');
    expect(root.readlink('bin')).toBe('usr/bin');
    expect(contentOf(root, 'usr/bin/other')).toBe('another');
    expect(root.lstat('dev/tty1')).toMatchObject({ mode: 0o020644, rdev: 0x401 });
    expect(root.lstat('pipe')).toMatchObject({ mode: 0o010644 });
    expect(contentOf(root, `long/${'x'.repeat(120)}/\xc3\xbc`)).toBe('far');
    expect(root.readdir('')).toEqual(['usr', 'bin', 'dev', 'pipe', 'long']);
  });

  test('cannot be written, and says what is wrong by number', async () => {
    const root = await opened('a.tar', await tarOf(ENTRIES));
    expect(root.open('usr/bin/tool', true)).toBe(-EROFS);
    expect(root.unlink('pipe')).toBe(-EROFS);
    expect(root.open('usr', false)).toBe(-EISDIR);
    expect(root.lstat('nothing')).toBe(-ENOENT);
    expect(root.lstat('usr/bin/tool/x')).toBe(-ENOTDIR);
  });

  /** An archive of one file, packed with xz 5.4: no library here packs so. */
  const XZ =
    '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AGpdADob7NgA3P0Uib2CFMk6xbnhL72rAqxly3XtHdwhGGECehzneYnOAMfCEGng6/IyJUp2JCWteHceHPg6H5OLY8f4bwDRkaPguvId0ywe9CU9uktCMPJ+Y8ihqJBYUB3TP+zeDaZOo/4uegAAAAD6WKxlrc4pNwABhgGAUAAAI5I5t7HEZ/sCAAAAAARZWg==';

  test.each([
    ['gzip', zlib.gzipSync],
    ['zstd', zlib.zstdCompressSync],
    ['xz', () => Buffer.from(XZ, 'base64')],
  ])('may be packed with %s', async (_name, squeeze) => {
    const root = await opened('a', squeeze(await tarOf([{ name: 'tool', content: 'a tool' }])));
    expect(contentOf(root, 'tool')).toBe('a tool');
  });

  test('is unpacked once, and again when it has changed', async () => {
    const path = join(place, 'a.tar');
    writeFileSync(path, await tarOf([{ name: 'f', content: 'x'.repeat(9 * 2 ** 20) }]));
    await open(path);
    expect(said).toEqual([`unpacking ${path}: 9 MiB`]);
    await open(path);
    expect(said).toHaveLength(1);
    utimesSync(path, 1, 1);
    await open(path);
    expect(said).toHaveLength(2);
  });

  test('may end behind its last byte, but not before', async () => {
    const whole = (await tarOf([{ name: 'f', content: 'all of it' }])).subarray(0, 512 + 9);
    expect(contentOf(await opened('a.tar', whole), 'f')).toBe('all of it');
    await expect(opened('b.tar', whole.subarray(0, -1))).rejects.toThrow('b.tar: b.tar: Unexpected end of data');
  });

  test('that is damaged gives one line, and leaves nothing behind', async () => {
    const whole = await tarOf(ENTRIES);
    const torn = whole.subarray(0, 700);
    await expect(opened('torn.tar', torn)).rejects.toThrow(/torn\.tar: torn\.tar: /);
    await expect(opened('torn.gz', zlib.gzipSync(whole).subarray(0, 200))).rejects.toThrow(/torn\.gz: /);
    await expect(opened('text', Buffer.from('no archive at all\n'.repeat(100)))).rejects.toThrow(/text: /);
    await expect(opened('b.bz2', Buffer.from('BZh91AY'))).rejects.toThrow(/compressed with bzip2; there is gzip, xz/);
    const leaving = await tarOf([{ name: '../outside', content: 'x' }]);
    await expect(opened('escape.tar', leaving)).rejects.toThrow(/a name that leaves the archive/);
    expect(readdirSync(join(place, 'store'))).toEqual([]);
  });
});

describe('an OCI image layout', () => {
  let layout: string;
  beforeEach(() => {
    layout = join(place, 'layout');
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
    writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  });

  const blob = (bytes: Uint8Array | string) => {
    const hash = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(layout, 'blobs/sha256', hash), bytes);
    return { digest: `sha256:${hash}`, size: bytes.length };
  };
  const manifest = (architecture: string, layers: Buffer[], config = {}) =>
    blob(
      JSON.stringify({
        config: blob(JSON.stringify({ os: 'linux', architecture, config })),
        layers: layers.map((layer) => blob(zlib.gzipSync(layer))),
      }),
    );
  const index = (manifests: object[]) => writeFileSync(join(layout, 'index.json'), JSON.stringify({ manifests }));

  test('shows its layers one over the other, without what is whited out', async () => {
    const lower = await tarOf([
      { name: 'keep', content: 'kept' },
      { name: 'gone', content: 'x' },
      { name: 'old/a', content: 'x' },
      { name: 'dir/a', content: 'a' },
    ]);
    const upper = await tarOf([
      { name: '.wh.gone' },
      { name: 'old/new', content: 'new' },
      { name: 'old/.wh..wh..opq' },
      { name: 'dir/', type: 'directory', mode: 0o711 },
      { name: 'dir/b', type: 'link', linkname: 'keep' },
    ]);
    const env = { Entrypoint: ['/e'], Cmd: ['c'], Env: ['A=b'], WorkingDir: '/w', User: '7' };
    index([manifest('386', [lower, upper], env)]);
    const { directory, config } = await open(layout);
    expect(directory.readdir('')).toEqual(['keep', 'old', 'dir']);
    expect(directory.readdir('old')).toEqual(['new']);
    expect(directory.readdir('dir')).toEqual(['a', 'b']);
    expect(directory.lstat('dir')).toMatchObject({ mode: 0o040711 });
    expect(directory.lstat('keep')).toMatchObject({ nlink: 2 });
    expect(config).toEqual({ entrypoint: ['/e'], command: ['c'], env: ['A=b'], cwd: '/w', user: '7' });
  });

  test('is taken for the first architecture that can be run, in nested indexes too', async () => {
    const layer = await tarOf([{ name: 'f', content: 'for 386' }]);
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const nested = blob(JSON.stringify({ manifests: [manifest('amd64', []), manifest('386', [layer])] }));
    index([{ ...nested, mediaType }]);
    expect(contentOf((await open(layout)).directory, 'f')).toBe('for 386');
    await expect(open(layout, ['arm'])).rejects.toThrow(
      `${layout}: has only linux/amd64, linux/386; these architectures can be run: arm`,
    );
  });

  test('may be an archive itself', async () => {
    index([manifest('386', [await tarOf([{ name: 'f', content: 'inside' }])])]);
    const files = readdirSync(layout, { recursive: true, encoding: 'utf8' });
    const entries = files
      .filter((name) => statSync(join(layout, name)).isFile())
      .map((name) => ({ name, content: readFileSync(join(layout, name)) }));
    const archive = join(place, 'image.tar');
    writeFileSync(archive, await tarOf(entries));
    const { directory, config } = await open(archive);
    expect(contentOf(directory, 'f')).toBe('inside');
    expect(config).toMatchObject({ cwd: '/', user: '' });
  });

  test('that is damaged gives one line', async () => {
    await expect(open(layout)).rejects.toThrow(`${layout}: index.json: missing in the image`);
    writeFileSync(join(layout, 'index.json'), '{');
    await expect(open(layout)).rejects.toThrow('index.json: no JSON');
    index([{ digest: '../../etc/passwd' }]);
    await expect(open(layout)).rejects.toThrow("'../../etc/passwd' is no digest");
    index([{ digest: 'sha256:00' }]);
    await expect(open(layout)).rejects.toThrow('blobs/sha256/00: missing in the image');
  });
});
