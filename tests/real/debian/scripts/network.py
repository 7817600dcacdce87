# Servers and clients over the loopback for the acceptance list. It prints the same on every run.
import asyncio, http.client, http.server, select, socket, socketserver, threading

def section(name): print('==', name, flush=True)

section('echo server')
class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.upper())
server = socketserver.ThreadingTCPServer(('127.0.0.1', 0), Upper)
threading.Thread(target=server.serve_forever, daemon=True).start()
for number in range(5):
    with socket.create_connection(server.server_address) as client:
        client.sendall(b'hello %d\nworld\n' % number); client.shutdown(socket.SHUT_WR)
        print(client.makefile('rb').read())
server.shutdown(); server.server_close()

section('http')
class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        body = self.path.encode() * 20000
        self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(201); self.send_header('Content-Length', '5'); self.end_headers()
        self.wfile.write(b'%05d' % len(body))
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = http.client.HTTPConnection('127.0.0.1', server.server_address[1])
for path in ('/', '/some/path'):
    client.request('GET', path); reply = client.getresponse(); print(reply.status, len(reply.read()))
client.request('POST', '/', b'x' * 80000); reply = client.getresponse(); print(reply.status, reply.read())
client.close(); server.shutdown(); server.server_close()

section('datagrams')
one, two = socket.socket(type=socket.SOCK_DGRAM), socket.socket(type=socket.SOCK_DGRAM)
one.bind(('127.0.0.1', 0)); two.connect(one.getsockname())
print(two.send(b'ask')); data, sender = one.recvfrom(10); print(data, sender == two.getsockname())
one.sendto(b'answer', sender); print(select.select([two], [], [], 5)[0] == [two], two.recv(10))
one.close()
two.send(b'nobody')
try: two.recv(10)
except OSError as e: print(e.strerror)

section('asyncio')
async def serve(reader, writer):
    writer.write((await reader.read())[::-1]); await writer.drain(); writer.close()
async def ask(port, text):
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(text); writer.write_eof(); answer = await reader.read(); writer.close()
    return answer
async def main():
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    print(await asyncio.gather(*(ask(port, b'abc%d' % i) for i in range(10))))
    server.close()
    try: await asyncio.open_connection('127.0.0.1', port)
    except OSError as e: print(e.strerror.split('(')[0].rstrip().replace(str(port), 'PORT'))
asyncio.run(main())
