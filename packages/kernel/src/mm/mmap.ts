/** mmap(2): Linux 6.1 mm/mmap.c: do_mmap, mmap_region */
import { PAGE_SIZE } from '@kml/core';
import { EACCES, EAGAIN, EEXIST, EINVAL, ENODEV, ENOMEM, EOPNOTSUPP, EOVERFLOW, EPERM } from '../errno.ts';
import { retainFile } from '../fs/file.ts';
import { mappingOf } from '../fs/open.ts';
import { canRead, canWrite } from '../fs/open-flags.ts';
import { sealedMap, sealsMappings } from '../fs/seals.ts';
import type { Kernel } from '../kernel.ts';
import { CAP, capable } from '../task/capabilities.ts';
import { RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK } from '../task/rlimit-numbers.ts';
import type { Inode, Mm, OpenFile, Task, Vma } from '../types.ts';
import { limitOf } from './limits.ts';
import {
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_HUGETLB,
  MAP_KNOWN,
  MAP_LOCKED,
  MAP_NONBLOCK,
  MAP_NORESERVE,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_TYPE,
} from './mmap-flags.ts';
import { MAX_MAP_COUNT, unmapRange } from './munmap.ts';
import { findFilePlace, findFreeRange, MMAP_MIN_ADDRESS } from './placement.ts';
import { populate } from './populate.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from './pte.ts';
import { newSharedMemory } from './shared-memory.ts';
import { insertVma, isFree, newVma, pageAlign } from './vma.ts';

/** Identity of a file's content at a load bias, Vma.image. */
export function imageKey(inode: Inode, start: number, offset: number): string {
  const { superblock, ino, size, mtime } = inode;
  const bias = (start - offset).toString(16);
  return `${superblock.dev}:${ino}:${size}:${mtime}@${bias}`;
}

/** Whether the machine could ever back that many more bytes. Linux: heuristic overcommit, __vm_enough_memory */
export function mayCommit(kernel: Kernel, bytes: number): boolean {
  return bytes / PAGE_SIZE <= kernel.memory.frameCount + kernel.options.swapPages;
}

/** Whether private writable memory of that size stays within RLIMIT_AS and RLIMIT_DATA. Linux: may_expand_vm */
export function mayExpand(task: Task, mm: Mm, bytes: number, data: boolean): boolean {
  if (mm.mappedBytes + bytes > limitOf(task, RLIMIT_AS)) return false;
  const limit = limitOf(task, RLIMIT_DATA);
  return !data || limit === Number.POSITIVE_INFINITY || dataBytes(mm) + bytes <= limit;
}

/** Bytes of private writable memory that is no stack. */
export function dataBytes(mm: Mm): number {
  let bytes = 0;
  for (const vma of mm.vmas) if (!vma.shared && vma.prot & PROT_WRITE && !vma.growsDown) bytes += vma.end - vma.start;
  return bytes;
}

/** The address to map at: an address, or -errno. */
function place(
  kernel: Kernel,
  mm: Mm,
  hint: number,
  length: number,
  flags: number,
  file: OpenFile | undefined,
  offset: number,
): number {
  if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
    if (length > kernel.abi.taskSize - hint) return -ENOMEM;
    if (hint % PAGE_SIZE !== 0) return -EINVAL;
    if (hint < MMAP_MIN_ADDRESS) return -EPERM;
    if (flags & MAP_FIXED_NOREPLACE && !isFree(mm, hint, hint + length)) return -EEXIST;
    return hint;
  }
  const wish = pageAlign(hint);
  const found =
    wish === 0 && file !== undefined && offset === 0
      ? findFilePlace(kernel, mm, file.inode, length)
      : findFreeRange(kernel, mm, length, wish);
  return found < 0 ? -ENOMEM : found;
}

/** What the file and its open mode allow: undefined if the mapping may be made, or -errno. */
function checkFile(file: OpenFile, shared: boolean, prot: number): number | undefined {
  if (!canRead(file.flags)) return -EACCES;
  if (shared && prot & PROT_WRITE && !canWrite(file.flags)) return -EACCES;
  if (shared && sealedMap(file, (prot & PROT_WRITE) !== 0) !== 0) return -EPERM;
  if (prot & PROT_EXEC && file.path.mount.flags & MNT_NOEXEC) return -EPERM;
  return mappingOf(file) === 'none' ? -ENODEV : undefined;
}

/** MS_NOEXEC of mount(2). */
const MNT_NOEXEC = 8;

/** READ_IMPLIES_EXEC of personality(2). */
const READ_IMPLIES_EXEC = 0x0400000;

/** Whether readable memory is to be executable too: the program's header or its personality says so. */
export function readImpliesExec(task: Task, mm: Mm): boolean {
  return mm.readImpliesExec || (task.personality & READ_IMPLIES_EXEC) !== 0;
}

/** What a mapping is of. */
interface Request {
  readonly length: number;
  readonly prot: number;
  readonly flags: number;
  readonly shared: boolean;
  readonly file: OpenFile | undefined;
  readonly offset: number;
}

/**
 * mmap(2), with `offset` in bytes and `file` undefined for MAP_ANONYMOUS: the address, or -errno.
 */
export function mmap(
  kernel: Kernel,
  task: Task,
  hint: number,
  length: number,
  prot: number,
  flags: number,
  file: OpenFile | undefined,
  offset: number,
): number {
  const mm = task.mm!;
  if (length === 0) return -EINVAL;
  const bytes = pageAlign(length);
  if (bytes > kernel.abi.taskSize) return -ENOMEM;
  if (offset + bytes > 2 ** 44) return -EOVERFLOW;
  if (mm.vmas.length >= MAX_MAP_COUNT) return -ENOMEM;
  if (flags & MAP_HUGETLB) return -ENOMEM;
  const type = flags & MAP_TYPE;
  if (type !== MAP_SHARED && type !== MAP_PRIVATE && type !== MAP_SHARED_VALIDATE) return -EINVAL;
  if (type === MAP_SHARED_VALIDATE && (file === undefined || flags & ~MAP_KNOWN)) {
    return file === undefined ? -EINVAL : -EOPNOTSUPP;
  }
  const shared = type !== MAP_PRIVATE;
  let rights = prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
  if (rights & PROT_READ && readImpliesExec(task, mm)) rights |= PROT_EXEC;
  if (file !== undefined) {
    if (flags & MAP_GROWSDOWN) return -EINVAL;
    const refused = checkFile(file, shared, rights);
    if (refused !== undefined) return refused;
  }
  const backing = file !== undefined && mappingOf(file) === 'zero' ? undefined : file;
  const address = place(kernel, mm, hint, bytes, flags, backing, offset);
  if (address < 0) return address;
  return mapRegion(kernel, task, mm, address, { length: bytes, prot: rights, flags, shared, file: backing, offset });
}

function mapRegion(kernel: Kernel, task: Task, mm: Mm, address: number, request: Request): number {
  const { length, prot, flags, shared } = request;
  const end = address + length;
  const privateData = !shared && (prot & PROT_WRITE) !== 0;
  if (!mayExpand(task, mm, length, privateData)) return -ENOMEM;
  // What takes memory of its own: private writable and shared anonymous mappings. Linux: accountable_mapping
  const charged = (privateData || (shared && request.file === undefined)) && !(flags & MAP_NORESERVE);
  if (charged && !mayCommit(kernel, length)) return -ENOMEM;
  const locked = (flags & MAP_LOCKED) !== 0 || mm.lockFuture;
  if (locked && !capable(task.cred, CAP.ipcLock) && mm.lockedBytes + length > limitOf(task, RLIMIT_MEMLOCK))
    return -EAGAIN;
  if (!isFree(mm, address, end)) unmapRange(kernel, mm, address, end);
  const vma = describe(kernel, address, request);
  vma.locked = locked;
  insertVma(kernel, mm, vma);
  if (locked || (flags & (MAP_POPULATE | MAP_NONBLOCK)) === MAP_POPULATE) populate(kernel, mm, address, end, false);
  return address;
}

function describe(kernel: Kernel, address: number, request: Request): Vma {
  const { length, prot, shared, file, offset } = request;
  const vma = newVma(address, address + length, prot);
  vma.shared = shared;
  vma.growsDown = (request.flags & MAP_GROWSDOWN) !== 0;
  if (file !== undefined) {
    vma.file = retainFile(file);
    vma.offset = offset;
    vma.image = imageKey(file.inode, address, offset);
    if (shared && (!canWrite(file.flags) || sealsMappings(file.inode))) vma.maxProt &= ~PROT_WRITE;
  } else if (shared) {
    vma.file = newSharedMemory(kernel, length);
  }
  return vma;
}
