import type { Kernel } from '../../kernel.ts';
import { releaseFile, retainFile } from '../file.ts';
import { forgetInFlight } from './in-flight.ts';
import type { Received } from './socket-ops.ts';
import type { Message, SocketBase } from './socket-state.ts';
import { MSG_PEEK } from './waiting.ts';

/** Key of SO_PEEK_OFF in SocketBase.options (options.ts: optionKey). */
const PEEK_OFF_KEY = 0x1_002a;
const NOBODY = new Uint8Array(0);

/** A receive that gave no message. */
export function nothing(count: number): Received {
  return { count, full: count, from: NOBODY, files: [], credentials: undefined, control: [] };
}

/** SO_PEEK_OFF: where a peek begins; -1: always at the front. */
function peekOffset(socket: SocketBase): number {
  return socket.options.get(PEEK_OFF_KEY) ?? -1;
}

/** A peek goes on where the last one ended; what is taken out moves that place back. Linux 6.1 include/net/sock.h: sk_peek_offset_fwd */
function movePeekOffset(socket: SocketBase, peeked: number, taken: number): void {
  const offset = peekOffset(socket);
  if (offset >= 0) socket.options.set(PEEK_OFF_KEY, Math.max(0, offset + peeked - taken));
}

/** Whether two messages may be read as one: not with passed descriptors in the first, nor from different senders who matter. */
function joins(first: Message, next: Message, credentials: boolean): boolean {
  const [one, other] = [first.credentials, next.credentials];
  return !credentials || (one?.pid === other?.pid && one?.uid === other?.uid && one?.gid === other?.gid);
}

/** Bytes of a stream, over the borders of what was sent, up to passed descriptors. `credentials`: the reader is told who sent them. */
export function takeStream(socket: SocketBase, into: Uint8Array, flags: number, credentials = false): Received {
  const first = socket.inbox[0]!;
  const result: Received = { ...nothing(0), from: first.from, credentials: first.credentials };
  const peeks = (flags & MSG_PEEK) !== 0;
  let skip = peeks ? Math.max(0, peekOffset(socket)) : 0;
  for (let index = 0; index < socket.inbox.length && result.count < into.length; ) {
    const message = socket.inbox[index]!;
    if (!joins(first, message, credentials)) break;
    const available = message.bytes.length - message.offset;
    if (skip >= available && skip > 0) {
      skip -= available;
      index++;
      continue;
    }
    const run = Math.min(available - skip, into.length - result.count);
    const at = message.offset + skip;
    into.set(message.bytes.subarray(at, at + run), result.count);
    result.count += run;
    skip = 0;
    const passes = message.files.length > 0;
    if (passes) result.files = peeks ? message.files.map(retainFile) : message.files;
    if (peeks) index++;
    else {
      if (passes) message.files = [];
      message.offset += run;
      socket.inboxBytes -= run;
      if (message.offset === message.bytes.length) socket.inbox.shift();
    }
    if (passes) break;
  }
  movePeekOffset(socket, peeks ? result.count : 0, peeks ? 0 : result.count);
  result.full = result.count;
  return result;
}

/** The message that a peek with SO_PEEK_OFF looks at, and how far into it. */
function peekedMessage(socket: SocketBase): { message: Message; skip: number } {
  let skip = Math.max(0, peekOffset(socket));
  for (const message of socket.inbox) {
    if (skip < message.bytes.length || skip === 0) return { message, skip };
    skip -= message.bytes.length;
  }
  return { message: socket.inbox[0]!, skip: 0 };
}

/** One message; what does not fit is lost. `overhead`: what each message counts beside its bytes. */
export function takeMessage(socket: SocketBase, into: Uint8Array, flags: number, overhead = 0): Received {
  const peeks = (flags & MSG_PEEK) !== 0;
  const { message, skip } = peeks ? peekedMessage(socket) : { message: socket.inbox[0]!, skip: 0 };
  const count = Math.min(into.length, message.bytes.length - skip);
  into.set(message.bytes.subarray(skip, skip + count));
  const { from, credentials } = message;
  const files = peeks ? message.files.map(retainFile) : message.files;
  if (!peeks) {
    socket.inbox.shift();
    socket.inboxBytes -= message.bytes.length + overhead;
  }
  movePeekOffset(socket, peeks ? count : 0, peeks ? 0 : message.bytes.length);
  return { count, full: message.bytes.length - skip, from, files, credentials, control: [] };
}

/** Nobody will read what lies here: passed descriptors are closed. */
export function dropInbox(kernel: Kernel, socket: SocketBase): void {
  const dropped = socket.inbox;
  socket.inbox = [];
  socket.inboxBytes = 0;
  for (const { files } of dropped) {
    forgetInFlight(kernel, socket, files);
    for (const file of files) releaseFile(kernel, file);
  }
}
