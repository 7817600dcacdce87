/** Protection keys, as Linux answers on hardware without them. Linux 6.1 mm/mprotect.c */
import { EINVAL, ENOSPC } from '../errno.ts';
import { full, type SyscallDef } from '../syscalls/define.ts';
import { mprotect } from './mprotect.ts';

/** PKEY_DISABLE_ACCESS, PKEY_DISABLE_WRITE. */
const RIGHTS = 3;

export const PKEY_SYSCALLS: readonly SyscallDef[] = [
  full('pkey_mprotect', ['ptr', 'size', 'flags', 'int'], (kernel, task, address, length, prot, key) =>
    key === -1 ? mprotect(kernel, task, address!, length!, prot!) : -EINVAL,
  ),
  full('pkey_alloc', ['flags', 'flags'], (_kernel, _task, flags, rights) =>
    flags !== 0 || rights! & ~RIGHTS ? -EINVAL : -ENOSPC,
  ),
  full('pkey_free', ['int'], () => -EINVAL),
];
