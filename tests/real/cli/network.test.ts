import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { debianRoot } from '../debian/root.ts';

const KML = fileURLToPath(new URL('../../../bin/kml', import.meta.url));

let root: string;
beforeAll(async () => {
  root = await debianRoot();
});

function start(mode: string, script: string, net = 'host'): ChildProcess {
  const program = mode === 'kernel' ? '/trusted/bin/python3' : 'python3';
  return spawn(KML, ['run', '--net', net, '--timeout', '120', '--audit', '--root', root, program, '-uc', script]);
}

async function outcome(guest: ChildProcess) {
  const [stdout, stderr, [status]] = await Promise.all([
    text(guest.stdout!),
    text(guest.stderr!),
    once(guest, 'exit') as Promise<[number]>,
  ]);
  return { stdout, stderr, status };
}

const run = (mode: string, script: string, net?: string) => outcome(start(mode, script, net));

/** Resolves once the guest has printed the line. */
async function said(guest: ChildProcess, line: string): Promise<void> {
  let output = '';
  for await (const piece of guest.stdout!.iterator({ destroyOnReturn: false })) {
    output += piece;
    if (output.includes(`${line}\n`)) return;
  }
  throw new Error(`the guest ended: ${output}${await text(guest.stderr!)}`);
}

/** A port of the host that nobody has at present. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const PATTERN = Buffer.from(Array.from({ length: 65_536 }, (_, at) => (at * 7 + (at >> 8)) & 255));
const BYTES = Buffer.concat(Array.from({ length: 46 }, () => PATTERN));
const SUM = createHash('sha256').update(BYTES).digest('hex');

describe.each(['user', 'kernel'])('a guest in %s mode with the network of the host', (mode) => {
  test('connects to a server of the host, and both ends see the other close', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const script = `
import socket, threading, hashlib
s = socket.create_connection(('127.0.0.1', ${port}))
print(s.getpeername())
data = bytes((i * 7 + (i >> 8)) & 255 for i in range(65536)) * 46
def send():
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
got = b''
while piece := s.recv(100000):
    got += piece
print(len(got), hashlib.sha256(got).hexdigest())
s.close()`;
    expect(await run(mode, script)).toEqual({
      stdout: `('127.0.0.1', ${port})\n${BYTES.length} ${SUM}\n`,
      stderr: '',
      status: 0,
    });
    server.close();
    await once(server, 'close');
  });

  test('serves clients of the host, several at once', async () => {
    const port = await freePort();
    const guest = start(
      mode,
      `
import socket, threading
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('0.0.0.0', ${port}))
s.listen(5)
print('ready')
def serve(c):
    while piece := c.recv(65536):
        c.sendall(piece)
    c.close()
threads = []
for i in range(4):
    c, a = s.accept()
    threads.append(threading.Thread(target=serve, args=(c,)))
    threads[-1].start()
[t.join() for t in threads]
s.close()`,
    );
    const end = once(guest, 'exit');
    await said(guest, 'ready');
    const echoes = Array.from({ length: 4 }, async (_, at) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      const part = BYTES.subarray(at * 100_000, at * 100_000 + 500_000);
      socket.end(part);
      const pieces: Buffer[] = [];
      for await (const piece of socket) pieces.push(piece);
      expect(Buffer.concat(pieces).equals(part)).toBe(true);
    });
    await Promise.all(echoes);
    expect((await end)[0]).toBe(0);
  });

  test('gets and sends datagrams', async () => {
    const peer = createSocket('udp4').bind(0, '127.0.0.1');
    await once(peer, 'listening');
    peer.on('message', (bytes, from) => peer.send(Buffer.concat([bytes, Buffer.from('!')]), from.port, from.address));
    const script = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(60)
s.connect(('127.0.0.1', ${peer.address().port}))
for i in range(3):
    s.send(b'datagram %d' % i)
    print(s.recv(100))`;
    const stdout = [0, 1, 2].map((i) => `b'datagram ${i}!'\n`).join('');
    expect(await run(mode, script)).toEqual({ stdout, stderr: '', status: 0 });
    peer.close();
  });
});

const ATTEMPT = (what: string): string => `
import socket
s = socket.socket()
try:
    ${what}
    print('done')
except OSError as e:
    print(e.strerror)`;

test('what the host says is wrong, the guest is told', async () => {
  const port = await freePort();
  expect((await run('user', ATTEMPT(`s.connect(('127.0.0.1', ${port}))`))).stdout).toBe('Connection refused\n');
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const taken = (server.address() as AddressInfo).port;
  const listen = ATTEMPT(`s.bind(('0.0.0.0', ${taken})); s.listen()`);
  expect((await run('user', listen)).stdout).toBe('Address already in use\n');
  server.close();
});

test('a connection that the host resets is reset for the guest', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const script = ATTEMPT(`s.connect(('127.0.0.1', ${port})); s.send(b'x'); s.recv(1)`);
  expect((await run('user', script)).stdout).toBe('Connection reset by peer\n');
  server.close();
});

test('without it nothing beyond the machine is reached', async () => {
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const inside = await run('user', ATTEMPT(`s.connect(('127.0.0.1', ${port}))`), 'none');
  expect(inside.stdout).toBe('Connection refused\n');
  const outside = await run('user', ATTEMPT("s.connect(('192.0.2.1', 80))"), 'none');
  expect(outside.stdout).toBe('Network is unreachable\n');
  expect(server.listening).toBe(true);
  server.close();
});

test('it goes by the clock of the host', async () => {
  const guest = spawn(KML, ['run', '--net', 'host', '--time', 'virtual', '--root', root, 'true']);
  expect(await outcome(guest)).toEqual({
    stdout: '',
    stderr: "kml: the host's network goes by the host's clock: it cannot be had with virtual time\n",
    status: 125,
  });
});
