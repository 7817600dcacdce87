/** An address and a port. Addresses are the 16 bytes of IPv6, a character each; IPv4's are mapped (::ffff:a.b.c.d). */
export interface HostEndpoint {
  readonly address: string;
  readonly port: number;
}

/** How far something of the host's network is. */
export type HostLinkStatus =
  | { readonly state: 'opening' }
  /** `room`: bytes that may be written now. `ended`: the peer will send no more than what can be read. */
  | {
      readonly state: 'open';
      readonly local: HostEndpoint;
      readonly remote: HostEndpoint;
      readonly room: number;
      readonly ended: boolean;
    }
  /** `errno` as the kernel's, above 0. */
  | { readonly state: 'failed'; readonly errno: number };

/**
 * Sockets of the host, for a guest that may use its network. Nothing waits: what a call begins is seen
 * in the status later, and the host wakes the machine when one has changed. Who calls chooses the
 * numbers, and never uses one twice.
 */
export interface HostNetwork {
  /** Addresses of the host that are not its loopback's. */
  addresses(): readonly string[];
  connect(id: number, to: HostEndpoint): void;
  /** Listens for connections; the unspecified address stands for all, `v6Only` keeps IPv4 out of the latter. */
  listen(id: number, at: HostEndpoint, v6Only: boolean): void;
  /** Takes a connection that has come to the listening socket `listener`, as `id`; false where none has. */
  accept(listener: number, id: number): boolean;
  /** A socket for datagrams; port 0: any. */
  openDatagram(id: number, at: HostEndpoint): void;
  /** Undefined for a number that is not in use, as all are after a machine was restored. */
  status(id: number): HostLinkStatus | undefined;
  /** Bytes that have arrived on a connection, at most so many; empty where there are none. */
  read(id: number, most: number): Uint8Array;
  /** Sends bytes, no more than there is room for. */
  write(id: number, bytes: Uint8Array): void;
  /** Nothing more will be written. */
  end(id: number): void;
  /** Lets go: closes what has ended, resets a connection that has not. */
  destroy(id: number): void;
  sendDatagram(id: number, bytes: Uint8Array, to: HostEndpoint): void;
  receiveDatagram(id: number): { readonly bytes: Uint8Array; readonly from: HostEndpoint } | undefined;
}
