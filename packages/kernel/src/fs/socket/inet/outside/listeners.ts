import type { HostNetwork } from '../../../../host-network.ts';
import type { Kernel } from '../../../../kernel.ts';
import { blockOn } from '../../../../sched/wait.ts';
import type { Task } from '../../../../types.ts';
import { notify } from '../../../notify.ts';
import { SOCK_STREAM } from '../../numbers.ts';
import { type InetSocket, newInetSocket, TCP } from '../inet-state.ts';
import { IPPROTO_TCP } from '../numbers.ts';
import { isV6Only } from '../ports.ts';
import { admitWaiting, disconnectTcp } from '../tcp.ts';
import { nextOutsideId, outsideState } from './links.ts';

/**
 * Lets the host listen where a socket of the guest listens, so that others can connect to it. The call
 * waits until the host does: its error (the port is taken) is the call's. 0 or -errno.
 */
export function listenOutside(kernel: Kernel, task: Task, socket: InetSocket): number {
  const { network } = kernel.host;
  if (network === undefined) return 0;
  const { listeners } = outsideState(kernel);
  const [id, known] = [...listeners].find(([, listener]) => listener.socket === socket) ?? [];
  if (known?.open) return 0;
  if (id === undefined) {
    const made = nextOutsideId(kernel);
    listeners.set(made, { socket, open: false });
    network.listen(made, socket.local, isV6Only(socket));
    return blockOn(kernel, task, [socket.queue]);
  }
  const status = network.status(id);
  if (status?.state !== 'failed') return blockOn(kernel, task, [socket.queue]);
  listeners.delete(id);
  network.destroy(id);
  disconnectTcp(kernel, socket);
  return -status.errno;
}

/** Takes what has come to the host's listening sockets; lets go of those whose guest listens no more. */
export function pollListeners(kernel: Kernel, network: HostNetwork): void {
  const { listeners } = outsideState(kernel);
  for (const [id, listener] of listeners) {
    const { socket } = listener;
    if (socket.state !== TCP.listen) {
      network.destroy(id);
      listeners.delete(id);
      continue;
    }
    const status = network.status(id);
    if (status === undefined) listenAgain(kernel, network, id, socket);
    else if (!listener.open && status.state !== 'opening') {
      listener.open = status.state === 'open';
      notify(kernel, socket.queue);
    }
    while (status?.state === 'open' && acceptOne(kernel, network, id, socket));
  }
}

/** A machine that was restored listens anew. */
function listenAgain(kernel: Kernel, network: HostNetwork, old: number, socket: InetSocket): void {
  const { listeners } = outsideState(kernel);
  const id = nextOutsideId(kernel);
  listeners.delete(old);
  listeners.set(id, { socket, open: false });
  network.listen(id, socket.local, isV6Only(socket));
}

/** One connection becomes a client that waits at the guest's socket. False where there is none, or no room. */
function acceptOne(kernel: Kernel, network: HostNetwork, listener: number, socket: InetSocket): boolean {
  if (socket.backlog.length > socket.backlogLimit) return false;
  const id = nextOutsideId(kernel);
  if (!network.accept(listener, id)) return false;
  const status = network.status(id);
  if (status?.state !== 'open') return true;
  const far = newInetSocket(socket.family, SOCK_STREAM, IPPROTO_TCP, socket.uid);
  far.local = status.remote;
  far.remote = { address: status.local.address, port: socket.local.port };
  far.state = TCP.synSent;
  socket.waiting.push(far);
  admitWaiting(kernel, socket);
  outsideState(kernel).links.set(id, { near: far.peer!, far, ended: false });
  return true;
}
