/**
 * What was read of ELF files before: good as long as the bytes that it was read from are in the page cache as they
 * were. Host memory only, derived from the files.
 */
import { PAGE_SIZE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import type { Inode } from '../types.ts';
import type { ElfImage } from './elf.ts';

interface KnownImage {
  readonly image: ElfImage;
  /** The words of the file that the image was read from. */
  readonly words: Int32Array;
}

const images = new WeakMap<Inode, KnownImage>();

/** Index among the words of memory of the file's first byte; -1 where that page is not in the page cache. */
function firstWord(kernel: Kernel, inode: Inode): number {
  const page = inode.pages.get(0);
  return page === undefined ? -1 : kernel.memory.frameAddress(page.frame) >>> 2;
}

/** The image as it was read, if the file still says the same. */
export function knownImage(kernel: Kernel, inode: Inode): ElfImage | undefined {
  const known = images.get(inode);
  if (known === undefined) return undefined;
  const { words } = known;
  const at = firstWord(kernel, inode);
  if (at < 0 || inode.size < words.length * 4) return undefined;
  const { i32 } = kernel.memory;
  for (let i = 0; i < words.length; i++) if (i32[at + i] !== words[i]) return undefined;
  return known.image;
}

/** Remembers an image that was read from the first `bytes` bytes of the file. */
export function noteImage(kernel: Kernel, inode: Inode, image: ElfImage, bytes: number): void {
  const at = firstWord(kernel, inode);
  const length = (bytes + 3) & -4;
  if (at < 0 || length > Math.min(PAGE_SIZE, inode.size)) return;
  images.set(inode, { image, words: kernel.memory.i32.slice(at, at + (length >> 2)) });
}
