/** System calls of memory management. */

import { PAGE_SIZE } from '@kml/core';
import { genericNumber } from '../abi/numbers.ts';
import { EBADF, EFAULT, EINVAL } from '../errno.ts';
import { getFile } from '../fs/file-table.ts';
import { O_PATH } from '../fs/open-flags.ts';
import type { Kernel } from '../kernel.ts';
import { full, partial, type SyscallDef } from '../syscalls/define.ts';
import type { OpenFile, Task } from '../types.ts';
import { brk } from './brk.ts';
import { madvise } from './madvise.ts';
import { mincore } from './mincore.ts';
import { mlock, mlockall, munlock, munlockall } from './mlock.ts';
import { mmap } from './mmap.ts';
import { MAP_ANONYMOUS } from './mmap-flags.ts';
import { mprotect } from './mprotect.ts';
import { mremap } from './mremap.ts';
import { msync } from './msync.ts';
import { munmap } from './munmap.ts';
import { PKEY_SYSCALLS } from './pkeys.ts';
import { processMadvise, processMrelease } from './process-advice.ts';
import { processVmReadv, processVmWritev } from './process-vm.ts';
import { remapFilePages } from './remap-file-pages.ts';
import { readWord } from './user-access.ts';

/** mmap by descriptor, offset in bytes. */
function mapDescriptor(
  kernel: Kernel,
  task: Task,
  address: number,
  length: number,
  prot: number,
  flags: number,
  fd: number,
  offset: number,
): number {
  let file: OpenFile | undefined;
  if ((flags & MAP_ANONYMOUS) === 0) {
    file = getFile(task, fd);
    if (file === undefined || file.flags & O_PATH) return -EBADF;
  }
  return mmap(kernel, task, address, length, prot, flags, file, file === undefined ? 0 : offset);
}

/** mmap2: the offset counts pages of 4096 bytes. Linux 6.1 arch/x86/kernel/sys_ia32.c, mm/mmap.c: ksys_mmap_pgoff */
function mmap2(
  kernel: Kernel,
  task: Task,
  address: number,
  length: number,
  prot: number,
  flags: number,
  fd: number,
  pageOffset: number,
): number {
  return mapDescriptor(kernel, task, address, length, prot, flags, fd | 0, pageOffset * PAGE_SIZE);
}

/** Old mmap: its six arguments lie in memory. Linux 6.1 mm/mmap.c: old_mmap */
function oldMmap(kernel: Kernel, task: Task, block: number): number {
  const words: number[] = [];
  for (let i = 0; i < 6; i++) {
    const word = readWord(kernel, task, block + 4 * i);
    if (word === undefined) return -EFAULT;
    words.push(word >>> 0);
  }
  const [address, length, prot, flags, fd, offset] = words as [number, number, number, number, number, number];
  return mapBytes(kernel, task, address, length, prot, genericNumber(kernel, 'mapflags', flags), fd | 0, offset);
}

/** mmap with the offset in bytes. Linux 6.1 arch/mips/kernel/syscall.c, arch/powerpc/kernel/syscalls.c */
function mapBytes(
  kernel: Kernel,
  task: Task,
  address: number,
  length: number,
  prot: number,
  flags: number,
  fd: number,
  offset: number,
): number {
  return offset % PAGE_SIZE !== 0 ? -EINVAL : mapDescriptor(kernel, task, address, length, prot, flags, fd, offset);
}

/** Row of an ABI whose mmap takes six arguments: among its private calls it comes before the old form. */
export const DIRECT_MMAP: SyscallDef = partial(
  'mmap',
  ['ptr', 'size', 'flags', 'mapflags', 'fd', 'ulong'],
  'No huge pages; files must be regular.',
  mapBytes,
);

const PROCESS_VM = ['pid', 'ptr', 'ulong', 'ptr', 'ulong', 'ulong'] as const;

export const MM_SYSCALLS: readonly SyscallDef[] = [
  partial('mmap', ['ptr'], 'The old form, with its arguments in memory. No huge pages.', oldMmap),
  partial('mmap2', ['ptr', 'size', 'flags', 'mapflags', 'fd', 'ulong'], 'No huge pages; files must be regular.', mmap2),
  full('munmap', ['ptr', 'size'], munmap),
  full('mprotect', ['ptr', 'size', 'flags'], mprotect),
  full('mremap', ['ptr', 'size', 'size', 'flags', 'ptr'], mremap),
  full('brk', ['ptr'], brk),
  partial(
    'madvise',
    ['ptr', 'size', 'int'],
    'MADV_FREE frees at once; read-ahead, huge-page and merging advice has no effect.',
    madvise,
  ),
  full('process_madvise', ['fd', 'ptr', 'ulong', 'int', 'flags'], processMadvise),
  full('process_mrelease', ['fd', 'flags'], processMrelease),
  full('msync', ['ptr', 'size', 'flags'], msync),
  full('mincore', ['ptr', 'size', 'ptr'], mincore),
  full('mlock', ['ptr', 'size'], (kernel, task, address, length) => mlock(kernel, task, address!, length!, 0)),
  full('mlock2', ['ptr', 'size', 'flags'], mlock),
  full('munlock', ['ptr', 'size'], munlock),
  full('mlockall', ['mlockflags'], mlockall),
  full('munlockall', [], munlockall),
  full('process_vm_readv', PROCESS_VM, processVmReadv),
  full('process_vm_writev', PROCESS_VM, processVmWritev),
  full('remap_file_pages', ['ptr', 'size', 'flags', 'size', 'mapflags'], remapFilePages),
  ...PKEY_SYSCALLS,
];
