import type { SyscallDef } from '../syscalls/define.ts';
import { AIO_SYSCALLS } from './syscalls/aio.ts';
import { ALLOCATE_SYSCALLS } from './syscalls/allocate.ts';
import { ATTRIBUTE_SYSCALLS } from './syscalls/attributes.ts';
import { CONTENT_SYSCALLS } from './syscalls/content.ts';
import { COPY_SYSCALLS } from './syscalls/copy.ts';
import { DESCRIPTOR_SYSCALLS } from './syscalls/descriptors.ts';
import { DIRECTORY_SYSCALLS } from './syscalls/directories.ts';
import { EVENT_FILE_SYSCALLS } from './syscalls/event-files.ts';
import { XATTR_SYSCALLS } from './syscalls/extended-attributes.ts';
import { FCNTL_SYSCALLS } from './syscalls/fcntl.ts';
import { HANDLE_SYSCALLS } from './syscalls/handles.ts';
import { IOCTL_SYSCALLS } from './syscalls/ioctl.ts';
import { MEMFD_SYSCALLS } from './syscalls/memfd.ts';
import { MOUNT_SYSCALLS } from './syscalls/mounts.ts';
import { NAME_SYSCALLS } from './syscalls/names.ts';
import { OPEN_SYSCALLS } from './syscalls/open.ts';
import { POLL_SYSCALLS } from './syscalls/poll.ts';
import { READ_WRITE_SYSCALLS } from './syscalls/read-write.ts';
import { SEEK_SYSCALLS } from './syscalls/seek.ts';
import { SELECT_SYSCALLS } from './syscalls/select.ts';
import { SOCKET_SYSCALLS } from './syscalls/sockets.ts';
import { SPLICE_SYSCALLS } from './syscalls/splice.ts';
import { STAT_SYSCALLS } from './syscalls/stat.ts';
import { STATFS_SYSCALLS } from './syscalls/statfs.ts';

/** Rows of the file system, by man-page family. */
export const FS_SYSCALLS: readonly SyscallDef[] = [
  ...OPEN_SYSCALLS,
  ...READ_WRITE_SYSCALLS,
  ...SEEK_SYSCALLS,
  ...DESCRIPTOR_SYSCALLS,
  ...FCNTL_SYSCALLS,
  ...STAT_SYSCALLS,
  ...NAME_SYSCALLS,
  ...ATTRIBUTE_SYSCALLS,
  ...DIRECTORY_SYSCALLS,
  ...CONTENT_SYSCALLS,
  ...ALLOCATE_SYSCALLS,
  ...COPY_SYSCALLS,
  ...SPLICE_SYSCALLS,
  ...IOCTL_SYSCALLS,
  ...POLL_SYSCALLS,
  ...SELECT_SYSCALLS,
  ...EVENT_FILE_SYSCALLS,
  ...AIO_SYSCALLS,
  ...SOCKET_SYSCALLS,
  ...MOUNT_SYSCALLS,
  ...STATFS_SYSCALLS,
  ...XATTR_SYSCALLS,
  ...MEMFD_SYSCALLS,
  ...HANDLE_SYSCALLS,
];
