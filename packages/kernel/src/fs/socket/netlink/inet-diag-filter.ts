import { latin1Bytes, StructReader } from '../../../abi/struct.ts';
import type { Kernel } from '../../../kernel.ts';
import { type Endpoint, isV4, v4Bytes } from '../inet/endpoint.ts';
import { AF_INET, AF_UNSPEC } from '../numbers.ts';
import type { DiagSocket } from './inet-diag.ts';

/** Operations of a filter's program. Linux 6.1 include/uapi/linux/inet_diag.h: INET_DIAG_BC_* */
const JMP = 1;
const S_GE = 2;
const S_LE = 3;
const D_GE = 4;
const D_LE = 5;
const AUTO = 6;
const S_COND = 7;
const D_COND = 8;
const DEV_COND = 9;
const S_EQ = 11;
const D_EQ = 12;
const OP_BYTES = 4;

/** struct inet_diag_hostcond: family, prefix length, port, address. */
function hostMatches(reader: StructReader, bytes: Uint8Array, at: number, { address, port }: Endpoint): boolean {
  const family = bytes[at]!;
  const prefix = bytes[at + 1]!;
  const wantedPort = reader.i32(at + 4);
  if (wantedPort !== -1 && wantedPort !== port) return false;
  if (prefix === 0) return family === AF_UNSPEC || (family === AF_INET) === isV4(address);
  if (family === AF_INET && !isV4(address)) return false;
  const own = latin1Bytes(family === AF_INET ? v4Bytes(address) : address);
  for (let bit = 0; bit < prefix; bit++) {
    const mask = 0x80 >> (bit & 7);
    if ((own[bit >> 3]! ^ bytes[at + 8 + (bit >> 3)]!) & mask) return false;
  }
  return true;
}

/**
 * Whether a socket passes a filter: operations of four bytes (code, where to go on if it holds, and if not),
 * a port's number in the one behind it. Linux 6.1 net/ipv4/inet_diag.c: inet_diag_bc_run
 */
export function passesFilter(kernel: Kernel, program: Uint8Array, { local, remote, socket }: DiagSocket): boolean {
  const reader = new StructReader(kernel, program);
  let at = 0;
  while (at >= 0 && at + OP_BYTES <= program.length) {
    const port = at + 2 * OP_BYTES <= program.length ? reader.u16(at + OP_BYTES + 2) : 0;
    const host = (end: Endpoint): boolean =>
      at + OP_BYTES + 8 <= program.length && hostMatches(reader, program, at + OP_BYTES, end);
    let holds = true;
    switch (program[at]) {
      case JMP:
        holds = false;
        break;
      case S_EQ:
        holds = local.port === port;
        break;
      case S_GE:
        holds = local.port >= port;
        break;
      case S_LE:
        holds = local.port <= port;
        break;
      case D_EQ:
        holds = remote.port === port;
        break;
      case D_GE:
        holds = remote.port >= port;
        break;
      case D_LE:
        holds = remote.port <= port;
        break;
      case AUTO:
        holds = socket?.boundPort !== true;
        break;
      case S_COND:
        holds = host(local);
        break;
      case D_COND:
        holds = host(remote);
        break;
      case DEV_COND:
        // No socket is bound to a device.
        holds = at + 2 * OP_BYTES <= program.length && reader.u32(at + OP_BYTES) === 0;
        break;
    }
    const step = holds ? program[at + 1]! : reader.u16(at + 2);
    if (step < OP_BYTES) return false;
    at += step;
  }
  return at === program.length;
}
