import * as dgram from 'node:dgram';
import type { HostEndpoint, HostLinkStatus } from '@kml/kernel';
import { errnoOf } from '../errno.ts';
import { addressText } from './address.ts';
import { endpointOf } from './tcp-link.ts';

/** Datagrams that are kept for a guest that does not take them; later ones are lost, as they may be. */
const MOST_KEPT = 256;

/** A datagram socket of the host's. */
export class UdpLink {
  private readonly socket: dgram.Socket;
  private readonly came: { bytes: Uint8Array; from: HostEndpoint }[] = [];
  private opened = false;
  private errno = 0;

  constructor({ address, port }: HostEndpoint, changed: () => void) {
    const text = addressText(address);
    this.socket = dgram.createSocket(text.includes(':') ? 'udp6' : 'udp4');
    this.socket.on('message', (bytes, from) => {
      if (this.came.length < MOST_KEPT)
        this.came.push({ bytes: new Uint8Array(bytes), from: endpointOf(from.address, from.port) });
      changed();
    });
    this.socket.on('error', (error) => {
      this.errno = -errnoOf(error);
      changed();
    });
    this.socket.bind(port, text, () => {
      this.opened = true;
      changed();
    });
  }

  status(): HostLinkStatus {
    if (this.errno !== 0) return { state: 'failed', errno: this.errno };
    if (!this.opened) return { state: 'opening' };
    const { address, port } = this.socket.address();
    return {
      state: 'open',
      local: endpointOf(address, port),
      remote: endpointOf(undefined, 0),
      room: 0,
      ended: false,
    };
  }

  send(bytes: Uint8Array, { address, port }: HostEndpoint): void {
    // An error of one datagram is told to nobody, as on a socket that is not connected.
    this.socket.send(bytes, port, addressText(address), () => {});
  }

  receive() {
    return this.came.shift();
  }

  destroy(): void {
    this.socket.close();
  }
}
