import { networkInterfaces } from 'node:os';
import type { HostNetwork } from '@kml/kernel';
import { addressBytes } from './address.ts';
import { TcpLink } from './tcp-link.ts';
import { TcpListener } from './tcp-listener.ts';
import { UdpLink } from './udp-link.ts';

/** Node's sockets as the network of a guest. `onChange` is to be called when something has happened. */
export function nodeNetwork(onChange: () => void): HostNetwork {
  const links = new Map<number, TcpLink | TcpListener | UdpLink>();
  const tcp = (id: number): TcpLink => links.get(id) as TcpLink;
  const udp = (id: number): UdpLink => links.get(id) as UdpLink;
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => addressBytes(address));
  return {
    addresses: () => own,
    connect: (id, to) => void links.set(id, TcpLink.connect(to, onChange)),
    listen: (id, at, v6Only) => void links.set(id, new TcpListener(at, v6Only, onChange)),
    accept(listener, id) {
      const socket = (links.get(listener) as TcpListener).accept();
      if (socket === undefined) return false;
      links.set(id, new TcpLink(socket, onChange));
      socket.resume();
      return true;
    },
    openDatagram: (id, at) => void links.set(id, new UdpLink(at, onChange)),
    status: (id) => links.get(id)?.status(),
    read: (id, most) => tcp(id).read(most),
    write: (id, bytes) => tcp(id).write(bytes),
    end: (id) => tcp(id).end(),
    destroy(id) {
      links.get(id)?.destroy();
      links.delete(id);
    },
    sendDatagram: (id, bytes, to) => udp(id).send(bytes, to),
    receiveDatagram: (id) => udp(id).receive(),
  };
}
