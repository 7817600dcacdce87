import type { Kernel } from '../kernel.ts';

/** Who is told at once when a queue is woken. Plain data of a kind's own. */
export interface QueueListener {
  readonly kind: string;
}

/** `band`: POLL_*, or 0 where the file says itself what has changed. */
type ListenerHandler = (kernel: Kernel, listener: QueueListener, band: number) => void;

const handlers = new Map<string, ListenerHandler>();

/** Names what a kind of listener does; each subsystem does so once, when its module loads. */
export function registerListenerKind(kind: string, handler: ListenerHandler): void {
  handlers.set(kind, handler);
}

export function tellListeners(kernel: Kernel, listeners: readonly QueueListener[], band: number): void {
  for (const listener of [...listeners]) handlers.get(listener.kind)?.(kernel, listener, band);
}
