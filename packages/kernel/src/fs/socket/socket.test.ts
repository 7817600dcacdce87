import { describe, expect, it } from 'vitest';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EADDRINUSE, EAFNOSUPPORT, ECONNREFUSED, EPIPE } from '../../errno.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { setAction } from '../../task/group-test-kit.ts';
import { BUFFER, fsKit } from '../fs-test-kit.ts';

const AT = BUFFER + 0x2000;
const STREAM = 1;
const DGRAM = 2;

function kitWithPair(type: number) {
  const kit = fsKit();
  expect(kit.call('socketpair', 1, type, 0, BUFFER)).toBe(0);
  const fds = kit.text(8);
  return { ...kit, one: fds.charCodeAt(0), two: fds.charCodeAt(4) };
}

function address(kit: ReturnType<typeof fsKit>, path: string): number {
  const bytes = new StructWriter(kit.kernel, 2 + path.length + 1).u16(1).text(path).bytes;
  copyOut(kit.kernel, kit.task, AT, bytes);
  return bytes.length;
}

describe('Unix sockets', () => {
  it('carry a stream both ways and end it', () => {
    const kit = kitWithPair(STREAM);
    kit.call('write', kit.one, BUFFER, kit.store('abc'));
    kit.call('write', kit.one, BUFFER, kit.store('def'));
    expect(kit.call('read', kit.two, BUFFER, 100)).toBe(6);
    expect(kit.text(6)).toBe('abcdef');
    expect(kit.call('read', kit.one, BUFFER, 10)).toBe(BLOCKED);
    kit.call('close', kit.two);
    expect(kit.task.state).toBe('runnable');
    expect(kit.call('read', kit.one, BUFFER, 10)).toBe(0);
    setAction(kit.task, 13, { handler: 1 });
    expect(kit.call('write', kit.one, BUFFER, 1)).toBe(-EPIPE);
  });

  it('keep the borders of datagrams', () => {
    const kit = kitWithPair(DGRAM);
    kit.call('write', kit.one, BUFFER, kit.store('first'));
    kit.call('write', kit.one, BUFFER, kit.store('second'));
    expect(kit.call('read', kit.two, BUFFER, 3)).toBe(3);
    expect(kit.text(3)).toBe('fir');
    expect(kit.call('read', kit.two, BUFFER, 100)).toBe(6);
  });

  it('connect by path', () => {
    const kit = fsKit();
    const server = kit.call('socket', 1, STREAM, 0);
    const client = kit.call('socket', 1, STREAM, 0);
    const length = address(kit, '/tmp/server');
    expect(kit.call('bind', server, AT, length)).toBe(0);
    expect(kit.call('bind', client, AT, length)).toBe(-EADDRINUSE);
    expect(kit.call('connect', client, AT, length)).toBe(-ECONNREFUSED);
    expect(kit.call('listen', server, 1)).toBe(0);
    expect(kit.call('connect', client, AT, length)).toBe(0);
    const accepted = kit.call('accept4', server, 0, 0, 0);
    expect(accepted).toBeGreaterThan(client);
    kit.call('write', client, BUFFER, kit.store('hello'));
    expect(kit.call('read', accepted, BUFFER, 10)).toBe(5);
    expect(kit.call('accept4', server, 0, 0, 0)).toBe(BLOCKED);
    kit.call('close', server);
    expect(kit.call('connect', kit.call('socket', 1, STREAM, 0), AT, length)).toBe(-ECONNREFUSED);
    expect(kit.call('socket', 9, STREAM, 0)).toBe(-EAFNOSUPPORT);
  });

  it('pass descriptors', () => {
    const kit = kitWithPair(STREAM);
    kit.writeAll('/tmp/f', 'inside');
    const file = kit.call('open', '/tmp/f', 0, 0);
    // iovec at +0x40, control at +0x60, msghdr at +0.
    const put = () => {
      const out = new StructWriter(kit.kernel, 0x80);
      out
        .u32(0)
        .u32(0)
        .u32(AT + 0x40)
        .u32(1)
        .u32(AT + 0x60)
        .u32(16)
        .u32(0);
      out.at(0x40).u32(BUFFER).u32(1);
      out.at(0x60).u32(16).u32(1).u32(1).u32(file);
      copyOut(kit.kernel, kit.task, AT, out.bytes);
    };
    put();
    expect(kit.call('sendmsg', kit.one, AT, 0)).toBe(1);
    kit.call('close', file);
    put();
    expect(kit.call('recvmsg', kit.two, AT, 0)).toBe(1);
    const reply = new StructReader(kit.kernel, copyIn(kit.kernel, kit.task, AT, 0x80)!);
    expect([reply.u32(20), reply.u32(0x60), reply.u32(0x68)]).toEqual([16, 16, 1]);
    expect(kit.call('read', reply.i32(0x6c), BUFFER, 100)).toBe(6);
    expect(kit.text(6)).toBe('inside');
  });
});
