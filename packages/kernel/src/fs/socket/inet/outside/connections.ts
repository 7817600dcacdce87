import { ECONNRESET } from '../../../../errno.ts';
import type { HostLinkStatus, HostNetwork } from '../../../../host-network.ts';
import type { Kernel } from '../../../../kernel.ts';
import { notify, POLL_OUT } from '../../../notify.ts';
import { takeStream } from '../../inbox.ts';
import { type InetSocket, newInetSocket, type OutsideLink, TCP } from '../inet-state.ts';
import { refuse, resetPeer, shutdownTcp } from '../tcp.ts';
import { arrive } from '../tcp-transfer.ts';
import { outsideState } from './links.ts';

/** Bytes that go to the host at once. */
const PIECE = 65_536;
const piece = new Uint8Array(PIECE);

/** Carries on every connection through the host's network, as far as both sides allow. */
export function pollConnections(kernel: Kernel, network: HostNetwork): void {
  const { links } = outsideState(kernel);
  for (const [id, link] of links) {
    const status = network.status(id) ?? { state: 'failed', errno: ECONNRESET };
    if (goOn(kernel, network, id, link, status)) continue;
    network.destroy(id);
    links.delete(id);
  }
}

/** False where nothing is left to do. */
function goOn(kernel: Kernel, network: HostNetwork, id: number, link: OutsideLink, status: HostLinkStatus): boolean {
  const { near } = link;
  if (link.far === undefined) {
    if (near.state !== TCP.synSent || near.released) return false;
    if (status.state === 'opening') return true;
    if (status.state === 'failed') {
      refuse(kernel, near, status.errno);
      return false;
    }
    link.far = establish(kernel, near, status);
  }
  if (status.state !== 'open') {
    resetPeer(kernel, link.far);
    return false;
  }
  return receive(kernel, network, id, link, link.far, status.ended) && send(kernel, network, id, link, link.far);
}

/** The guest's socket is connected; the far end is given a socket that stands for it. */
function establish(kernel: Kernel, near: InetSocket, { local }: HostLinkStatus & { state: 'open' }): InetSocket {
  const far = newInetSocket(near.family, near.type, near.protocol, near.uid);
  near.local = { address: local.address, port: near.local.port };
  far.local = near.remote;
  far.remote = near.local;
  far.peer = near;
  near.peer = far;
  far.state = near.state = TCP.established;
  notify(kernel, near.queue, POLL_OUT);
  return far;
}

/** What has come from outside, into the guest's socket as far as it has room. False where the connection is over. */
function receive(
  kernel: Kernel,
  network: HostNetwork,
  id: number,
  { near }: OutsideLink,
  far: InetSocket,
  ended: boolean,
): boolean {
  // Closed by both, perhaps with bytes on their way; or reset by the guest.
  if (far.state === TCP.closed) return far.error === 0;
  if (far.writeShut) return true;
  for (;;) {
    const room = near.receiveBuffer - near.inboxBytes;
    if (room <= 0) return true;
    const bytes = network.read(id, room);
    if (bytes.length === 0) break;
    if (near.released) return false;
    arrive(kernel, near, bytes);
  }
  if (ended) shutdownTcp(kernel, far, 1);
  return true;
}

/** What the guest has sent, as far as the host has room. False where both sides have ended. */
function send(kernel: Kernel, network: HostNetwork, id: number, link: OutsideLink, far: InetSocket): boolean {
  let taken = 0;
  while (far.inbox.length > 0) {
    const status = network.status(id);
    const room = status?.state === 'open' ? Math.min(status.room, PIECE) : 0;
    if (room <= 0) break;
    const { count } = takeStream(far, piece.subarray(0, room), 0);
    network.write(id, piece.slice(0, count));
    taken += count;
  }
  if (taken > 0 && far.peer !== undefined) notify(kernel, far.peer.queue, POLL_OUT);
  if (far.ended && far.inbox.length === 0 && !link.ended) {
    network.end(id);
    link.ended = true;
  }
  return !(link.ended && far.writeShut);
}
