import type { Kernel } from '../../kernel.ts';
import { AF_UNIX } from './numbers.ts';
import type { UnixSocket } from './socket-state.ts';

/** Sockets of the Unix domain that a program holds. */
export function heldUnixSockets(kernel: Kernel): UnixSocket[] {
  const found = new Set<UnixSocket>();
  for (const task of kernel.state.tasks.values()) {
    for (const entry of task.files.fds) {
      if (entry?.file.kind !== 'socket') continue;
      const socket = entry.file.data as UnixSocket;
      if (socket.family === AF_UNIX) found.add(socket);
    }
  }
  return [...found];
}
