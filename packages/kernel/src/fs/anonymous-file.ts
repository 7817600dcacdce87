import type { Kernel } from '../kernel.ts';
import type { OpenFile } from '../types.ts';
import { newFile } from './file.ts';
import { internalInode } from './internal-fs.ts';
import { O_RDWR } from './open-flags.ts';

/** An open file behind no name: eventfd, epoll and their like; shows as anon_inode:[label]. Linux 6.1 fs/anon_inodes.c */
export function newAnonymousFile(kernel: Kernel, kind: string, label: string, flags: number, data: unknown): OpenFile {
  const place = internalInode(kernel, 'anon_inodefs', `anon_inode:[${label}]`, 0o600, undefined);
  return newFile(kind, place, O_RDWR | flags, data);
}
