import { latin1Bytes, StructWriter } from '../../../abi/struct.ts';
import type { Kernel } from '../../../kernel.ts';
import { AF_INET, AF_INET6 } from '../numbers.ts';
import { intBytes, keptOption } from '../options.ts';
import type { ControlMessage } from '../socket-ops.ts';
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

const TTL = 64;

/** What a datagram socket wants to know of a message that came in. Linux 6.1 net/ipv4/ip_sockglue.c: ip_cmsg_recv_offset */
export function receivedControl(kernel: Kernel, socket: InetSocket, to: string): readonly ControlMessage[] {
  const control: ControlMessage[] = [];
  const wants = (level: number, option: number): boolean => keptOption(socket, level, option) !== 0;
  if (isV4(to) && socket.family === AF_INET) {
    const level = IPPROTO_IP;
    if (wants(level, IP_PKTINFO)) {
      const specific = isMulticast(to) ? V4_LOOPBACK : to;
      const info = new StructWriter(kernel, 12).u32(LOOPBACK_INDEX).text(v4Bytes(specific)).text(v4Bytes(to));
      control.push({ level, type: IP_PKTINFO, bytes: info.bytes });
    }
    if (wants(level, IP_RECVTTL)) control.push({ level, type: IP_TTL, bytes: intBytes(kernel, TTL) });
    if (wants(level, IP_RECVTOS)) control.push({ level, type: IP_TOS, bytes: new Uint8Array(1) });
  }
  if (socket.family === AF_INET6) {
    const level = IPPROTO_IPV6;
    if (wants(level, IPV6_RECVPKTINFO)) {
      const info = new StructWriter(kernel, 20).at(16).u32(LOOPBACK_INDEX);
      info.bytes.set(latin1Bytes(to));
      control.push({ level, type: IPV6_PKTINFO, bytes: info.bytes });
    }
    if (wants(level, IPV6_RECVHOPLIMIT)) control.push({ level, type: IPV6_HOPLIMIT, bytes: intBytes(kernel, TTL) });
    if (wants(level, IPV6_RECVTCLASS)) control.push({ level, type: IPV6_TCLASS, bytes: intBytes(kernel, 0) });
  }
  return control;
}
