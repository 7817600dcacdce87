import * as net from 'node:net';
import type { HostEndpoint, HostLinkStatus } from '@kml/kernel';
import { errnoOf } from '../errno.ts';
import { addressBytes, addressText } from './address.ts';

/** Bytes that are kept of what has come; then the peer has to wait. */
const MOST_KEPT = 256 * 1024;

/** A TCP connection of the host's. */
export class TcpLink {
  private readonly socket: net.Socket;
  private readonly changed: () => void;
  private readonly arrived: Uint8Array[] = [];
  private kept = 0;
  private opened = false;
  private ended = false;
  private ending = false;
  private errno = 0;

  constructor(socket: net.Socket, changed: () => void) {
    this.socket = socket;
    this.changed = changed;
    this.opened = !socket.connecting;
    socket.on('connect', () => {
      this.opened = true;
      changed();
    });
    socket.on('data', (bytes) => this.take(bytes));
    socket.on('end', () => {
      this.ended = true;
      changed();
    });
    socket.on('drain', changed);
    socket.on('error', (error) => {
      this.errno = -errnoOf(error);
      changed();
    });
    socket.on('close', changed);
  }

  static connect({ address, port }: HostEndpoint, changed: () => void): TcpLink {
    return new TcpLink(net.connect({ host: addressText(address), port, allowHalfOpen: true }), changed);
  }

  private take(bytes: Buffer): void {
    this.arrived.push(new Uint8Array(bytes));
    this.kept += bytes.length;
    if (this.kept >= MOST_KEPT) this.socket.pause();
    this.changed();
  }

  status(): HostLinkStatus {
    if (this.errno !== 0) return { state: 'failed', errno: this.errno };
    if (!this.opened) return { state: 'opening' };
    const { socket } = this;
    return {
      state: 'open',
      local: endpointOf(socket.localAddress, socket.localPort),
      remote: endpointOf(socket.remoteAddress, socket.remotePort),
      room: Math.max(0, socket.writableHighWaterMark - socket.writableLength),
      ended: this.ended && this.arrived.length === 0,
    };
  }

  read(most: number): Uint8Array {
    const first = this.arrived[0];
    if (first === undefined) return new Uint8Array(0);
    const piece = first.subarray(0, most);
    if (piece.length < first.length) this.arrived[0] = first.subarray(piece.length);
    else this.arrived.shift();
    this.kept -= piece.length;
    if (this.kept < MOST_KEPT) this.socket.resume();
    return piece.slice();
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  end(): void {
    this.ending = true;
    this.socket.end();
  }

  destroy(): void {
    // What has been written still goes out; Node closes it then.
    if (this.ending && this.ended) return;
    this.socket.resetAndDestroy();
  }
}

/** The kernel's form of an endpoint that Node gives in two members. */
export function endpointOf(address: string | undefined, port: number | undefined): HostEndpoint {
  return { address: addressBytes(address ?? '0.0.0.0'), port: port ?? 0 };
}
