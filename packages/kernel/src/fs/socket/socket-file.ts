import { ENOTTY } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { OpenFile } from '../../types.ts';
import { newFile } from '../file.ts';
import type { FileOps } from '../file-ops.ts';
import { internalInode } from '../internal-fs.ts';
import { S_IFSOCK } from '../mode.ts';
import { O_RDWR } from '../open-flags.ts';
import { interfaceIoctl } from './inet/interface-ioctl.ts';
import { socketOps } from './socket-ops.ts';
import { type Socket, socketOf } from './socket-state.ts';

/** An open file on a socket. */
export function newSocketFile(kernel: Kernel, socket: Socket, flags: number): OpenFile {
  const place = internalInode(kernel, 'sockfs', 'socket:', S_IFSOCK | 0o777, undefined);
  socket.ino = place.dentry.inode!.ino;
  return newFile('socket', place, O_RDWR | flags, socket);
}

const PLAIN = { address: undefined, files: [], control: [] };

/** Sockets: read and write as recv and send without flags. */
export const SOCKET_OPS: FileOps = {
  read: (kernel, task, file, into) => socketOps(file).receive(kernel, task, file, into, 0).count,
  write: (kernel, task, file, bytes) => socketOps(file).send(kernel, task, file, bytes, 0, PLAIN),
  poll: (kernel, file) => socketOps(file).poll(kernel, socketOf(file)),
  queues: (_kernel, file) => socketOps(file).queues?.(socketOf(file)) ?? [socketOf(file).queue],

  ioctl(kernel, task, file, command, argument) {
    const result = socketOps(file).ioctl(kernel, task, socketOf(file), command, argument);
    return result === -ENOTTY ? interfaceIoctl(kernel, task, command, argument) : result;
  },

  release: (kernel, file) => socketOps(file).release(kernel, socketOf(file)),
};
