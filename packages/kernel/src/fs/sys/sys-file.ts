import { latin1Bytes } from '../../abi/struct.ts';
import { EIO } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { OpenFile } from '../../types.ts';
import type { FileOps } from '../file-ops.ts';
import { READABLE, WRITABLE } from '../poll-events.ts';
import { SYS_FILES } from './sys-files.ts';
import { sysPath } from './sysfs.ts';

function textOf(kernel: Kernel, file: OpenFile): string {
  const entry = SYS_FILES.get(sysPath(file.inode));
  return entry !== undefined && entry !== 'directory' && 'text' in entry ? entry.text(kernel) : '';
}

/** Files of /sys: texts, none of which can be written. */
export const SYS_FILE_OPS: FileOps = {
  seekable: true,
  read(kernel, _task, file, into, position) {
    const bytes = latin1Bytes(textOf(kernel, file)).subarray(position, position + into.length);
    into.set(bytes);
    return bytes.length;
  },
  write: () => -EIO,
  poll: () => READABLE | WRITABLE,
};
