import type { Kernel } from '../../../../kernel.ts';
import type { InetSocket, OutsideState } from '../inet-state.ts';
import { inetState } from '../ports.ts';

export function outsideState(kernel: Kernel): OutsideState {
  return inetState(kernel).outside;
}

/** A number for the host's network that no socket of this machine has had. */
export function nextOutsideId(kernel: Kernel): number {
  return outsideState(kernel).nextId++;
}

/**
 * Begins a connection through the host's network: to what lies outside, and to the host's own loopback
 * where nobody here listens. False where there is no network. How it goes on, poll-network.ts says.
 */
export function connectOutside(kernel: Kernel, socket: InetSocket): boolean {
  const { network } = kernel.host;
  if (network === undefined) return false;
  const id = nextOutsideId(kernel);
  outsideState(kernel).links.set(id, { near: socket, far: undefined, ended: false });
  network.connect(id, socket.remote);
  return true;
}
