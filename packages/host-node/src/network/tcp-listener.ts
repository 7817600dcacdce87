import * as net from 'node:net';
import type { HostEndpoint, HostLinkStatus } from '@kml/kernel';
import { errnoOf } from '../errno.ts';
import { addressText } from './address.ts';
import { endpointOf } from './tcp-link.ts';

/** A listening socket of the host's. */
export class TcpListener {
  private readonly server: net.Server;
  private readonly came: net.Socket[] = [];
  private opened = false;
  private errno = 0;

  constructor({ address, port }: HostEndpoint, v6Only: boolean, changed: () => void) {
    this.server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      // Until somebody takes it, an error of it is nobody's.
      socket.on('error', () => {});
      this.came.push(socket);
      changed();
    });
    this.server.on('error', (error) => {
      this.errno = -errnoOf(error);
      changed();
    });
    this.server.listen({ host: addressText(address), port, ipv6Only: v6Only }, () => {
      this.opened = true;
      changed();
    });
  }

  status(): HostLinkStatus {
    if (this.errno !== 0) return { state: 'failed', errno: this.errno };
    const at = this.server.address();
    if (!this.opened || at === null || typeof at === 'string') return { state: 'opening' };
    const local = endpointOf(at.address, at.port);
    return { state: 'open', local, remote: endpointOf(undefined, 0), room: 0, ended: false };
  }

  /** The next connection, if one has come. */
  accept(): net.Socket | undefined {
    return this.came.shift();
  }

  destroy(): void {
    this.server.close();
    for (const socket of this.came) socket.destroy();
  }
}
