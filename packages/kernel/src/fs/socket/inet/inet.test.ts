import { describe, expect, it } from 'vitest';
import { StructReader, StructWriter } from '../../../abi/struct.ts';
import {
  BLOCKED,
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAGAIN,
  ECONNREFUSED,
  EINPROGRESS,
  ENETUNREACH,
} from '../../../errno.ts';
import { copyIn, copyOut } from '../../../mm/user-access.ts';
import { newCredentials } from '../../../task/new-task.ts';
import { BUFFER, fsKit } from '../../fs-test-kit.ts';
import { O_NONBLOCK } from '../../open-flags.ts';
import { AF_INET, SOCK_DGRAM, SOCK_STREAM } from '../numbers.ts';

const AT = BUFFER + 0x2000;
const ROOM = BUFFER + 0x3000;

type Kit = ReturnType<typeof fsKit>;

/** Puts a sockaddr_in into user memory: its length. */
function address(kit: Kit, port: number, ...ip: number[]): number {
  const out = new StructWriter(kit.kernel, 16)
    .u16(AF_INET)
    .u8(port >> 8)
    .u8(port & 0xff);
  for (const byte of ip) out.u8(byte);
  copyOut(kit.kernel, kit.task, AT, out.bytes);
  return 16;
}

function portOf(kit: Kit, fd: number): number {
  copyOut(kit.kernel, kit.task, ROOM, new StructWriter(kit.kernel, 4).u32(16).bytes);
  expect(kit.call('getsockname', fd, ROOM + 4, ROOM)).toBe(0);
  const bytes = copyIn(kit.kernel, kit.task, ROOM + 4, 16)!;
  expect(new StructReader(kit.kernel, bytes).u16(0)).toBe(AF_INET);
  return (bytes[2]! << 8) | bytes[3]!;
}

function listening(kit: Kit, backlog: number): [fd: number, port: number] {
  const fd = kit.call('socket', AF_INET, SOCK_STREAM, 0);
  expect(kit.call('listen', fd, backlog)).toBe(0);
  return [fd, portOf(kit, fd)];
}

describe('Internet sockets', () => {
  it('refuse addresses that are not here, and low ports to users', () => {
    const kit = fsKit();
    const fd = kit.call('socket', AF_INET, SOCK_STREAM, 0);
    expect(kit.call('bind', fd, AT, address(kit, 0, 10, 0, 0, 1))).toBe(-EADDRNOTAVAIL);
    expect(kit.call('connect', fd, AT, address(kit, 80, 10, 0, 0, 1))).toBe(-ENETUNREACH);
    kit.task.cred = newCredentials(1000, 1000);
    expect(kit.call('bind', fd, AT, address(kit, 80, 127, 0, 0, 1))).toBe(-EACCES);
    kit.task.cred = newCredentials(0, 0);
    expect(kit.call('bind', fd, AT, address(kit, 80, 127, 0, 0, 1))).toBe(0);
    const other = kit.call('socket', AF_INET, SOCK_STREAM, 0);
    expect(kit.call('bind', other, AT, address(kit, 80, 0, 0, 0, 0))).toBe(-EADDRINUSE);
    kit.call('close', fd);
    expect(kit.call('bind', other, AT, address(kit, 80, 0, 0, 0, 0))).toBe(0);
  });

  it('let a client wait for room in the backlog', () => {
    const kit = fsKit();
    const [server, port] = listening(kit, 0);
    const first = kit.call('socket', AF_INET, SOCK_STREAM, 0);
    const second = kit.call('socket', AF_INET, SOCK_STREAM, 0);
    expect(kit.call('connect', first, AT, address(kit, port, 127, 0, 0, 1))).toBe(0);
    const client = kit.newTask();
    client.files = kit.task.files;
    copyOut(kit.kernel, client, AT, copyIn(kit.kernel, kit.task, AT, 16)!);
    expect(kit.callAs(client, 'connect', second, AT, 16)).toBe(BLOCKED);
    expect(client.state).toBe('sleeping');
    expect(kit.call('accept', server, 0, 0)).toBeGreaterThan(second);
    expect(client.state).toBe('runnable');
    expect(kit.callAs(client, 'connect', second, AT, 16)).toBe(0);
  });

  it('refuse at once, and tell a non-blocking client later', () => {
    const kit = fsKit();
    const fd = kit.call('socket', AF_INET, SOCK_STREAM | O_NONBLOCK, 0);
    const length = address(kit, 9, 127, 0, 0, 1);
    expect(kit.call('connect', fd, AT, length)).toBe(-EINPROGRESS);
    expect(kit.call('connect', fd, AT, length)).toBe(-ECONNREFUSED);
  });

  it('keep the port of a connection closed here for a minute', () => {
    const kit = fsKit();
    const [server, port] = listening(kit, 1);
    const client = kit.call('socket', AF_INET, SOCK_STREAM, 0);
    kit.call('connect', client, AT, address(kit, port, 127, 0, 0, 1));
    const accepted = kit.call('accept', server, 0, 0);
    for (const fd of [accepted, client, server]) expect(kit.call('close', fd)).toBe(0);
    const again = kit.call('socket', AF_INET, SOCK_STREAM, 0);
    expect(kit.call('bind', again, AT, address(kit, port, 127, 0, 0, 1))).toBe(-EADDRINUSE);
    expect(kit.readAll('/proc/net/tcp')).toContain(`0100007F:${port.toString(16).toUpperCase()}`);
  });

  it('drop datagrams for which a receiver has no room', () => {
    const kit = fsKit();
    const receiver = kit.call('socket', AF_INET, SOCK_DGRAM, 0);
    kit.call('bind', receiver, AT, address(kit, 0, 127, 0, 0, 1));
    const sender = kit.call('socket', AF_INET, SOCK_DGRAM, 0);
    kit.call('connect', sender, AT, address(kit, portOf(kit, receiver), 127, 0, 0, 1));
    for (let i = 0; i < 300; i++) expect(kit.call('send', sender, BUFFER, 1000, 0)).toBe(1000);
    kit.call('fcntl64', receiver, 4, O_NONBLOCK);
    let got = 0;
    while (kit.call('recv', receiver, BUFFER, 2000, 0) === 1000) got++;
    expect(got).toBeGreaterThan(100);
    expect(got).toBeLessThan(200);
    expect(kit.call('recv', receiver, BUFFER, 2000, 0)).toBe(-EAGAIN);
  });
});
