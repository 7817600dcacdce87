import type { Kernel } from '../../kernel.ts';
import { releaseFile, retainFile } from '../file.ts';
import type { Received } from './socket-ops.ts';
import type { Message, SocketBase } from './socket-state.ts';
import { MSG_PEEK } from './waiting.ts';

const NOBODY = new Uint8Array(0);

/** A receive that gave no message. */
export function nothing(count: number): Received {
  return { count, full: count, from: NOBODY, files: [], credentials: undefined, control: [] };
}

/** Bytes of a stream, over the borders of what was sent, but not beyond passed descriptors. */
export function takeStream(socket: SocketBase, into: Uint8Array, flags: number): Received {
  const first = socket.inbox[0]!;
  const result: Received = { ...nothing(0), from: first.from, credentials: first.credentials };
  for (let index = 0; index < socket.inbox.length && result.count < into.length; ) {
    const message = socket.inbox[index]!;
    if (message.files.length > 0) {
      if (result.count > 0) break;
      result.files = flags & MSG_PEEK ? message.files.map(retainFile) : message.files;
      if (!(flags & MSG_PEEK)) message.files = [];
    }
    const run = Math.min(message.bytes.length - message.offset, into.length - result.count);
    into.set(message.bytes.subarray(message.offset, message.offset + run), result.count);
    result.count += run;
    if (flags & MSG_PEEK) {
      index++;
      continue;
    }
    message.offset += run;
    socket.inboxBytes -= run;
    if (message.offset === message.bytes.length) socket.inbox.shift();
    if (result.files.length > 0) break;
  }
  result.full = result.count;
  return result;
}

/** One message; what does not fit is lost. `overhead`: what each message counts beside its bytes. */
export function takeMessage(socket: SocketBase, into: Uint8Array, flags: number, overhead = 0): Received {
  const message: Message = socket.inbox[0]!;
  const count = Math.min(into.length, message.bytes.length);
  into.set(message.bytes.subarray(0, count));
  const { from, credentials } = message;
  const files = flags & MSG_PEEK ? message.files.map(retainFile) : message.files;
  if (!(flags & MSG_PEEK)) {
    socket.inbox.shift();
    socket.inboxBytes -= message.bytes.length + overhead;
  }
  return { count, full: message.bytes.length, from, files, credentials, control: [] };
}

/** Nobody will read what lies here: passed descriptors are closed. */
export function dropInbox(kernel: Kernel, socket: SocketBase): void {
  for (const message of socket.inbox) for (const file of message.files) releaseFile(kernel, file);
  socket.inbox = [];
  socket.inboxBytes = 0;
}
