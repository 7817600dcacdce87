import type { Kernel } from '../../kernel.ts';
import type { Task } from '../../types.ts';
import { heldUnixSockets } from '../socket/held-sockets.ts';
import { type Endpoint, v4Bytes } from '../socket/inet/endpoint.ts';
import { type InetSocket, TCP } from '../socket/inet/inet-state.ts';
import { LOOPBACK_NAME } from '../socket/inet/interface.ts';
import { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE } from '../socket/inet/numbers.ts';
import { allSockets, FIRST_PORT, inetState, LAST_PORT, timeWaits } from '../socket/inet/ports.ts';
import { unsentBytes } from '../socket/inet/tcp-transfer.ts';
import { AF_INET, AF_INET6 } from '../socket/numbers.ts';

function hex(value: number, digits: number): string {
  return (value >>> 0).toString(16).toUpperCase().padStart(digits, '0');
}

/** Words of an address as the machine holds them in memory, printed as numbers. */
function addressText(kernel: Kernel, family: number, address: string): string {
  const bytes = family === AF_INET ? v4Bytes(address) : address;
  const little = kernel.abi.isa.byteOrder === 'little';
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const word = [...bytes.slice(at, at + 4)].map((char) => hex(char.charCodeAt(0), 2));
    text += (little ? word.reverse() : word).join('');
  }
  return text;
}

function endpointText(kernel: Kernel, family: number, { address, port }: Endpoint): string {
  return `${addressText(kernel, family, address)}:${hex(port, 4)}`;
}

interface Row {
  readonly family: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly state: number;
  readonly unsent: number;
  readonly unread: number;
  readonly uid: number;
  readonly ino: number;
  readonly refs: number;
}

function rowOf(socket: InetSocket): Row {
  const listening = socket.state === TCP.listen;
  const { family, local, remote, state, uid, ino } = socket;
  const unread = listening ? socket.backlog.length : socket.inboxBytes;
  return { family, local, remote, state, unsent: unsentBytes(socket), unread, uid, ino, refs: 2 };
}

function line(kernel: Kernel, row: Row, index: number): string {
  const { family } = row;
  const ends = `${endpointText(kernel, family, row.local)} ${endpointText(kernel, family, row.remote)}`;
  const queues = `${hex(row.unsent, 8)}:${hex(row.unread, 8)} 00:00000000 00000000`;
  const owner = `${String(row.uid).padStart(5)}        0 ${row.ino} ${row.refs} 00000000`;
  return `${String(index).padStart(4)}: ${ends} ${hex(row.state, 2)} ${queues} ${owner}`;
}

const V4_HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const V6_HEAD =
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

/** Linux 6.1 net/ipv4/tcp_ipv4.c: tcp4_seq_show; net/ipv6/tcp_ipv6.c: tcp6_seq_show */
function tcp(kernel: Kernel, family: number): string {
  const rows = allSockets(kernel, IPPROTO_TCP)
    .filter((socket) => socket.family === family && (socket.state !== TCP.closed || !socket.boundPort))
    .map(rowOf);
  // Listening sockets come first.
  rows.sort((a, b) => Number(b.state === TCP.listen) - Number(a.state === TCP.listen));
  for (const { local, remote, family: own } of timeWaits(kernel)) {
    const nothing = { unsent: 0, unread: 0, uid: 0, ino: 0, refs: 3 };
    if (own === family) rows.push({ family, local, remote, state: TCP.timeWait, ...nothing });
  }
  const lines = rows.map((row, index) => {
    const text = line(kernel, row, index);
    return row.state === TCP.listen ? `${text} 100 0 0 10 0` : `${text} 20 4 30 10 -1`;
  });
  return text(family, lines, 149);
}

function text(family: number, lines: readonly string[], width: number): string {
  const head = family === AF_INET ? V4_HEAD : V6_HEAD;
  const rows = family === AF_INET ? [head, ...lines].map((row) => row.padEnd(width)) : [head, ...lines];
  return `${rows.join('\n')}\n`;
}

/** Linux 6.1 net/ipv4/udp.c: udp4_seq_show */
function udp(kernel: Kernel, family: number, protocol = IPPROTO_UDP): string {
  const rows = allSockets(kernel, protocol).filter((socket) => socket.family === family);
  const lines = rows.map((socket) => ` ${line(kernel, rowOf(socket), socket.local.port)} 0`);
  return text(family, lines, 127).replace('\n', ' ref pointer drops\n');
}

/** Linux 6.1 net/unix/af_unix.c: unix_seq_show */
function unix(kernel: Kernel): string {
  const rows = heldUnixSockets(kernel).map((socket) => {
    const listening = socket.state === 'listening';
    const state = socket.state === 'connected' ? 3 : 1;
    const kind = `${hex(listening ? 0x1_0000 : 0, 8)} ${hex(socket.type, 4)} ${hex(state, 2)}`;
    const name = socket.name.replaceAll('\0', '@');
    return `00000000: 00000002 00000000 ${kind} ${String(socket.ino).padStart(5)}${name === '' ? '' : ` ${name}`}\n`;
  });
  return `Num       RefCount Protocol Flags    Type St Inode Path\n${rows.join('')}`;
}

/** Linux 6.1 net/core/net-procfs.c: dev_seq_show */
function dev(kernel: Kernel): string {
  const { packets, bytes } = inetState(kernel);
  const received = `${String(bytes).padStart(8)} ${String(packets).padStart(7)}    0    0    0     0          0         0`;
  const sent = `${String(bytes).padStart(8)} ${String(packets).padStart(7)}    0    0    0     0       0          0`;
  return [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    `${LOOPBACK_NAME.padStart(6)}: ${received} ${sent}`,
    '',
  ].join('\n');
}

/** Linux 6.1 net/ipv4/proc.c: sockstat_seq_show */
function sockstat(kernel: Kernel): string {
  const of = (protocol: number, family: number): number =>
    allSockets(kernel, protocol).filter((socket) => socket.family === family).length;
  const tcps = of(IPPROTO_TCP, AF_INET);
  const all = tcps + of(IPPROTO_UDP, AF_INET) + of(IPPROTO_TCP, AF_INET6) + of(IPPROTO_UDP, AF_INET6);
  return [
    `sockets: used ${all + heldUnixSockets(kernel).length}`,
    `TCP: inuse ${tcps} orphan 0 tw ${timeWaits(kernel).length} alloc ${tcps} mem 0`,
    `UDP: inuse ${of(IPPROTO_UDP, AF_INET)} mem 0`,
    `UDPLITE: inuse ${of(IPPROTO_UDPLITE, AF_INET)}`,
    'RAW: inuse 0',
    'FRAG: inuse 0 memory 0',
    '',
  ].join('\n');
}

function sockstat6(kernel: Kernel): string {
  const of = (protocol: number): number =>
    allSockets(kernel, protocol).filter((socket) => socket.family === AF_INET6).length;
  return `TCP6: inuse ${of(IPPROTO_TCP)}\nUDP6: inuse ${of(IPPROTO_UDP)}\nUDPLITE6: inuse ${of(IPPROTO_UDPLITE)}\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n`;
}

const ROUTE_HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
const ONE = '00000000000000000000000000000001';
const NONE = '00000000000000000000000000000000';

/** Texts of /proc/net and /proc/sys/net, by path below /proc. */
export const NET_TEXTS: readonly (readonly [path: string, read: (kernel: Kernel, task: Task) => string])[] = [
  ['net/dev', dev],
  ['net/tcp', (kernel) => tcp(kernel, AF_INET)],
  ['net/tcp6', (kernel) => tcp(kernel, AF_INET6)],
  ['net/udp', (kernel) => udp(kernel, AF_INET)],
  ['net/udp6', (kernel) => udp(kernel, AF_INET6)],
  ['net/udplite', (kernel) => udp(kernel, AF_INET, IPPROTO_UDPLITE)],
  ['net/udplite6', (kernel) => udp(kernel, AF_INET6, IPPROTO_UDPLITE)],
  ['net/raw', () => text(AF_INET, [], 127)],
  ['net/raw6', () => text(AF_INET6, [], 127)],
  ['net/unix', unix],
  ['net/route', () => `${ROUTE_HEAD.padEnd(127)}\n`],
  ['net/ipv6_route', () => `${ONE} 80 ${NONE} 00 ${NONE} 00000000 00000003 00000000 80200001       lo\n`],
  ['net/if_inet6', () => `${ONE} 01 80 10 80       lo\n`],
  ['net/arp', () => 'IP address       HW type     Flags       HW address            Mask     Device\n'],
  [
    'net/protocols',
    () =>
      'protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re sp bi br ha uh gp em\n',
  ],
  ['net/sockstat', sockstat],
  ['net/sockstat6', sockstat6],
  ['sys/net/core/somaxconn', () => '4096\n'],
  ['sys/net/core/rmem_default', () => '212992\n'],
  ['sys/net/core/rmem_max', () => '212992\n'],
  ['sys/net/core/wmem_default', () => '212992\n'],
  ['sys/net/core/wmem_max', () => '212992\n'],
  ['sys/net/unix/max_dgram_qlen', () => '512\n'],
  ['sys/net/ipv4/ip_local_port_range', () => `${FIRST_PORT}\t${LAST_PORT}\n`],
  ['sys/net/ipv4/ip_unprivileged_port_start', () => '1024\n'],
  ['sys/net/ipv4/ip_forward', () => '0\n'],
  ['sys/net/ipv4/ip_default_ttl', () => '64\n'],
  ['sys/net/ipv4/ping_group_range', () => '1\t0\n'],
  ['sys/net/ipv4/tcp_rmem', () => '4096\t131072\t6291456\n'],
  ['sys/net/ipv4/tcp_wmem', () => '4096\t16384\t4194304\n'],
  ['sys/net/ipv4/tcp_fin_timeout', () => '60\n'],
  ['sys/net/ipv4/tcp_keepalive_time', () => '7200\n'],
  ['sys/net/ipv4/tcp_congestion_control', () => 'cubic\n'],
  ['sys/net/ipv4/tcp_available_congestion_control', () => 'reno cubic\n'],
  ['sys/net/ipv4/tcp_syncookies', () => '1\n'],
  ['sys/net/ipv6/bindv6only', () => '0\n'],
  ['sys/net/ipv6/conf/all/disable_ipv6', () => '0\n'],
  ['sys/net/ipv6/conf/default/disable_ipv6', () => '0\n'],
  ['sys/net/ipv6/conf/lo/disable_ipv6', () => '0\n'],
];
