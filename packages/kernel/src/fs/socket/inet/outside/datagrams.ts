import type { HostNetwork } from '../../../../host-network.ts';
import type { Kernel } from '../../../../kernel.ts';
import { notify } from '../../../notify.ts';
import { type Endpoint, isAny, isLocal, isV4, V4_ANY, V6_ANY } from '../endpoint.ts';
import { type InetSocket, TCP } from '../inet-state.ts';
import { IPPROTO_UDP } from '../numbers.ts';
import { receiveDatagram } from '../udp.ts';
import { nextOutsideId, outsideState } from './links.ts';

const DEFAULT_HOPS = 64;

/** A datagram socket got its port from bind(): the host opens the same one, so that others can send to it. */
export function openOutside(kernel: Kernel, socket: InetSocket): void {
  if (socket.boundPort && socket.protocol === IPPROTO_UDP && !isLocal(socket.local.address)) open(kernel, socket);
}

function open(kernel: Kernel, socket: InetSocket): number | undefined {
  const { network } = kernel.host;
  if (network === undefined) return undefined;
  const { datagrams } = outsideState(kernel);
  const known = [...datagrams].find(([, other]) => other === socket)?.[0];
  if (known !== undefined) return known;
  const id = nextOutsideId(kernel);
  datagrams.set(id, socket);
  const { address, port } = socket.local;
  const own = isLocal(address) ? (isV4(address) ? V4_ANY : V6_ANY) : address;
  network.openDatagram(id, { address: own, port: socket.boundPort ? port : 0 });
  return id;
}

/** Sends a datagram through the host's network; false where there is none. */
export function sendOutside(kernel: Kernel, socket: InetSocket, bytes: Uint8Array, to: Endpoint): boolean {
  if (socket.protocol !== IPPROTO_UDP) return false;
  const id = open(kernel, socket);
  if (id === undefined) return false;
  kernel.host.network!.sendDatagram(id, bytes.slice(), to);
  return true;
}

/** Takes the datagrams that have come; lets go of sockets that are closed. */
export function pollDatagrams(kernel: Kernel, network: HostNetwork): void {
  const { datagrams } = outsideState(kernel);
  for (const [id, socket] of datagrams) {
    const status = network.status(id);
    if (socket.released || status === undefined) {
      network.destroy(id);
      datagrams.delete(id);
      // After a restore the port is opened anew.
      if (!socket.released) openOutside(kernel, socket);
      continue;
    }
    if (status.state === 'failed') {
      socket.error = status.errno;
      notify(kernel, socket.queue);
      network.destroy(id);
      datagrams.delete(id);
      continue;
    }
    for (let came = network.receiveDatagram(id); came; came = network.receiveDatagram(id)) {
      if (!isFor(socket, came.from)) continue;
      const to = isAny(socket.local.address) && status.state === 'open' ? status.local.address : socket.local.address;
      receiveDatagram(kernel, socket, came.bytes, came.from, { to, hops: DEFAULT_HOPS, trafficClass: 0, coverage: 0 });
    }
  }
}

/** A connected socket only hears its peer. */
function isFor({ state, remote }: InetSocket, from: Endpoint): boolean {
  return state !== TCP.established || (remote.port === from.port && remote.address === from.address);
}
