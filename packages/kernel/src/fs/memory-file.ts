import type { Kernel } from '../kernel.ts';
import type { OpenFile } from '../types.ts';
import { newDentry } from './dentry.ts';
import { newFile } from './file.ts';
import { fsState } from './fs-state.ts';
import { S_IFREG } from './mode.ts';
import { newMount } from './mount-table.ts';
import { O_LARGEFILE, O_RDWR } from './open-flags.ts';
import { newTmpfs, newTmpfsInode } from './tmpfs/tmpfs.ts';

/**
 * A regular file of a hidden tmpfs, without a name: memfd_create, shared memory. It goes when its
 * last user does. Linux 6.1 mm/shmem.c: __shmem_file_setup
 */
export function newMemoryFile(kernel: Kernel, name: string, size: number): OpenFile {
  const { internal } = fsState(kernel);
  let superblock = internal.get('shm');
  if (superblock === undefined) {
    superblock = newTmpfs(kernel, 'tmpfs').superblock;
    internal.set('shm', superblock);
  }
  const inode = newTmpfsInode(kernel, superblock, S_IFREG | 0o777, 0, '');
  inode.nlink = 0;
  inode.size = size;
  const root = newDentry('/', undefined, undefined);
  const dentry = newDentry(name, root, inode);
  return newFile(
    'regular',
    { mount: newMount(kernel, superblock, root, 'tmpfs', 'tmpfs', 0), dentry },
    O_RDWR | O_LARGEFILE,
    undefined,
  );
}
