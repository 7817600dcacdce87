import type { Kernel } from '../../kernel.ts';
import type { OpenFile } from '../../types.ts';
import { fsState } from '../fs-state.ts';
import { dropInbox } from './inbox.ts';
import { AF_UNIX } from './numbers.ts';
import type { SocketBase, UnixSocket } from './socket-state.ts';

/** A Unix socket that lies in a message, and the socket whose inbox that is in. */
export interface InFlight {
  readonly file: OpenFile;
  readonly holder: SocketBase;
}

function isUnix(file: OpenFile): boolean {
  return file.kind === 'socket' && (file.data as UnixSocket).family === AF_UNIX;
}

/** Descriptors were put into a message for `holder`. */
export function noteInFlight(kernel: Kernel, holder: SocketBase, files: readonly OpenFile[]): void {
  for (const file of files) if (isUnix(file)) fsState(kernel).inFlight.push({ file, holder });
}

/** They were taken out, or the message is gone. */
export function forgetInFlight(kernel: Kernel, holder: SocketBase, files: readonly OpenFile[]): void {
  const { inFlight } = fsState(kernel);
  if (inFlight.length === 0) return;
  for (const file of files) {
    const at = inFlight.findIndex((entry) => entry.file === file && entry.holder === holder);
    if (at >= 0) inFlight.splice(at, 1);
  }
}

/** Sockets that only messages hold which nobody can receive. Linux 6.1 net/unix/garbage.c: unix_gc */
function unreachable(entries: readonly InFlight[]): Set<OpenFile> {
  const counts = new Map<OpenFile, number>();
  for (const { file } of entries) counts.set(file, (counts.get(file) ?? 0) + 1);
  const candidates = new Set([...counts].filter(([file, count]) => file.refs === count).map(([file]) => file));
  for (let changed = true; changed; ) {
    changed = false;
    const held = new Set<unknown>([...candidates].map((file) => file.data));
    for (const { file, holder } of entries) {
      if (held.has(holder) || !candidates.delete(file)) continue;
      changed = true;
    }
  }
  return candidates;
}

/** A Unix socket was closed: what now is out of everyone's reach is closed too. */
export function collectInFlight(kernel: Kernel): void {
  const { inFlight } = fsState(kernel);
  if (inFlight.length === 0) return;
  for (const file of unreachable(inFlight)) dropInbox(kernel, file.data as UnixSocket);
}
