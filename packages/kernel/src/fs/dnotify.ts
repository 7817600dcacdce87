import { EINVAL, ENOTDIR } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Inode, OpenFile } from '../types.ts';
import { signalOwner } from './file-owner.ts';
import { fsState } from './fs-state.ts';
import { IN_ACCESS, IN_ATTRIB, IN_CREATE, IN_DELETE, IN_MODIFY, IN_MOVED_FROM, IN_MOVED_TO } from './inotify-events.ts';
import { isDirectory } from './mode.ts';
import { POLL_MSG } from './notify.ts';

/** A directory watched by F_NOTIFY: the file's owner gets a signal. */
export interface DirectoryNotify {
  readonly file: OpenFile;
  readonly fd: number;
  /** DN_* */
  mask: number;
}

const DN_MULTISHOT = 0x8000_0000;
/** Events by DN_* bit. Linux 6.1 fs/notify/dnotify/dnotify.c: convert_arg */
const EVENTS: readonly (readonly [dn: number, events: number])[] = [
  [0x01, IN_ACCESS],
  [0x02, IN_MODIFY],
  [0x04, IN_CREATE | IN_MOVED_TO],
  [0x08, IN_DELETE | IN_MOVED_FROM],
  [0x10, IN_MOVED_FROM | IN_MOVED_TO],
  [0x20, IN_ATTRIB],
];
const DN_ALL = 0x3f;

/** fcntl(F_NOTIFY): 0 or -errno. A mask without events ends it. */
export function setDirectoryNotify(kernel: Kernel, file: OpenFile, fd: number, argument: number): number {
  const state = fsState(kernel);
  const known = state.dirNotifies.find((entry) => entry.file === file);
  if ((argument & ~DN_MULTISHOT) === 0) {
    state.dirNotifies = state.dirNotifies.filter((entry) => entry !== known);
    return 0;
  }
  if (!isDirectory(file.inode.mode)) return -ENOTDIR;
  if (argument & ~(DN_ALL | DN_MULTISHOT)) return -EINVAL;
  if (known !== undefined) known.mask |= argument;
  else state.dirNotifies.push({ file, fd, mask: argument });
  return 0;
}

/** Tells the owners of descriptors on a directory. Linux 6.1 fs/notify/dnotify/dnotify.c: dnotify_handle_event */
export function directoryChanged(kernel: Kernel, dir: Inode, events: number): void {
  const state = fsState(kernel);
  if (state.dirNotifies.length === 0) return;
  for (const entry of [...state.dirNotifies]) {
    if (entry.file.inode !== dir) continue;
    if (!EVENTS.some(([dn, which]) => (entry.mask & dn) !== 0 && (which & events) !== 0)) continue;
    signalOwner(kernel, entry.file, entry.fd, POLL_MSG);
    if (!(entry.mask & DN_MULTISHOT)) state.dirNotifies = state.dirNotifies.filter((other) => other !== entry);
  }
}

/** The file is closed. */
export function dropDirectoryNotify(kernel: Kernel, file: OpenFile): void {
  const state = fsState(kernel);
  if (state.dirNotifies.length === 0) return;
  state.dirNotifies = state.dirNotifies.filter((entry) => entry.file !== file);
}
