import { latin1Bytes, StructWriter } from '../../../abi/struct.ts';
import type { Kernel } from '../../../kernel.ts';
import { AF_INET6 } from '../numbers.ts';
import { intBytes, keptOption } from '../options.ts';
import type { ControlMessage } from '../socket-ops.ts';
import type { DatagramHeader } from './datagram-header.ts';
import { isMulticast, isV4, V4_LOOPBACK, v4Bytes } from './endpoint.ts';
import type { InetSocket } from './inet-state.ts';
import { LOOPBACK_INDEX } from './interface.ts';
import {
  IP_PKTINFO,
  IP_RECVTOS,
  IP_RECVTTL,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_HOPLIMIT,
  IPV6_PKTINFO,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVPKTINFO,
  IPV6_RECVTCLASS,
  IPV6_TCLASS,
} from './numbers.ts';

/** What a datagram socket wants to know of a message that came in. Linux 6.1 net/ipv4/ip_sockglue.c: ip_cmsg_recv_offset */
export function receivedControl(kernel: Kernel, socket: InetSocket, header: DatagramHeader): readonly ControlMessage[] {
  const { to, hops, trafficClass } = header;
  const control: ControlMessage[] = [];
  const wants = (level: number, option: number): boolean => keptOption(socket, level, option) !== 0;
  if (isV4(to)) {
    const level = IPPROTO_IP;
    if (wants(level, IP_PKTINFO)) {
      const specific = isMulticast(to) ? V4_LOOPBACK : to;
      const info = new StructWriter(kernel, 12).u32(LOOPBACK_INDEX).text(v4Bytes(specific)).text(v4Bytes(to));
      control.push({ level, type: IP_PKTINFO, bytes: info.bytes });
    }
    if (wants(level, IP_RECVTTL)) control.push({ level, type: IP_TTL, bytes: intBytes(kernel, hops) });
    if (wants(level, IP_RECVTOS)) control.push({ level, type: IP_TOS, bytes: Uint8Array.of(trafficClass) });
  }
  if (socket.family === AF_INET6) {
    const level = IPPROTO_IPV6;
    if (wants(level, IPV6_RECVPKTINFO)) {
      const info = new StructWriter(kernel, 20).at(16).u32(LOOPBACK_INDEX);
      info.bytes.set(latin1Bytes(to));
      control.push({ level, type: IPV6_PKTINFO, bytes: info.bytes });
    }
    // What came over IPv4 has no fields of IPv6's header.
    if (isV4(to)) return control;
    if (wants(level, IPV6_RECVHOPLIMIT)) control.push({ level, type: IPV6_HOPLIMIT, bytes: intBytes(kernel, hops) });
    if (wants(level, IPV6_RECVTCLASS)) {
      control.push({ level, type: IPV6_TCLASS, bytes: intBytes(kernel, trafficClass) });
    }
  }
  return control;
}
