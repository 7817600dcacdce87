# A tour of python's library for the acceptance list: compression, sockets, asyncio, processes, signals, threads, files. It prints the same on every run.
import asyncio, bz2, concurrent.futures, csv, ctypes, datetime, difflib, fcntl, fractions, functools, glob, gzip, io, lzma
import mmap, multiprocessing, os, pickle, pty, queue, resource, select, selectors, shutil, signal, socket, sqlite3, statistics
import sys, tempfile, termios, threading, time, unittest, uuid, zipfile, zlib, heapq, bisect, array, copy, dataclasses, enum, inspect, ipaddress, locale, operator, pathlib, platform, pprint, shlex, socketserver, stat, tarfile, traceback, types, urllib.parse, weakref, xml.etree.ElementTree as ET

def section(name): print('==', name, flush=True)

section('compression')
data = b''.join(b'%d line of text\n' % (i * 7919 % 1000) for i in range(5000))
for module in (zlib, bz2, lzma, gzip):
    packed = module.compress(data)
    print(module.__name__, module.decompress(packed) == data)
print(zlib.crc32(data), zlib.adler32(data))
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('a.txt', data)
print(zipfile.ZipFile(buffer).read('a.txt') == data)

section('sockets')
a, b = socket.socketpair()
a.sendall(b'x' * 1000); print(len(b.recv(4096))); a.shutdown(socket.SHUT_WR); print(b.recv(10))
a.close(); b.close()
path = tempfile.mkdtemp() + '/sock'
server = socket.socket(socket.AF_UNIX); server.bind(path); server.listen(5)
def serve():
    for _ in range(3):
        conn, _ = server.accept()
        with conn:
            conn.sendall(conn.recv(100).upper())
t = threading.Thread(target=serve); t.start()
for word in (b'one', b'two', b'three'):
    with socket.socket(socket.AF_UNIX) as c:
        c.connect(path); c.sendall(word); print(c.recv(100))
t.join(); server.close()
r, w = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
fd = os.open('/etc/passwd', os.O_RDONLY)
socket.send_fds(r, [b'fd'], [fd]); msg, fds, flags, addr = socket.recv_fds(w, 10, 1)
print(msg, len(fds), os.read(fds[0], 4)); r.close(); w.close()

section('asyncio')
async def worker(n):
    await asyncio.sleep(0.01 * n); return n * n
async def main():
    print(await asyncio.gather(*(worker(n) for n in range(5))))
    p = await asyncio.create_subprocess_exec('/bin/sh', '-c', 'read x; echo got $x; exit 5', stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    out, _ = await p.communicate(b'input\n'); print(out, p.returncode)
    try: await asyncio.wait_for(asyncio.sleep(10), 0.05)
    except asyncio.TimeoutError: print('timeout')
    loop = asyncio.get_running_loop(); print(await loop.run_in_executor(None, sum, range(100)))
    reader, writer = await asyncio.open_unix_connection(sock=srv_c); writer.write(b'ping\n'); await writer.drain(); print(await reader.readline()); writer.close()
srv_s, srv_c = socket.socketpair()
threading.Thread(target=lambda: (srv_s.recv(10), srv_s.sendall(b'pong\n'))).start()
asyncio.run(main())

section('processes')
def square(x): return x * x
with multiprocessing.get_context('fork').Pool(3) as pool: print(pool.map(square, range(20)))
q = multiprocessing.get_context('fork').Queue()
ps = [multiprocessing.get_context('fork').Process(target=lambda i=i: q.put(i * 10)) for i in range(4)]
[p.start() for p in ps]; print(sorted(q.get() for _ in ps)); [p.join() for p in ps]; print([p.exitcode for p in ps])
value = multiprocessing.get_context('fork').Value('i', 0)
def add():
    for _ in range(200):
        with value.get_lock(): value.value += 1
ps = [multiprocessing.get_context('fork').Process(target=add) for _ in range(4)]
[p.start() for p in ps]; [p.join() for p in ps]; print(value.value)
with concurrent.futures.ThreadPoolExecutor(4) as ex: print(list(ex.map(lambda x: x ** 3, range(10))))
m = mmap.mmap(-1, 4096); pid = os.fork()
if pid == 0: m[:5] = b'child'; os._exit(0)
os.waitpid(pid, 0); print(m[:5])
pid = os.posix_spawn('/bin/sh', ['sh', '-c', 'exit 11'], os.environ); print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
pid, fd = pty.fork()
if pid == 0: print(os.isatty(0), flush=True); os._exit(0)
print(os.read(fd, 100)); os.waitpid(pid, 0); os.close(fd)

section('signals and time')
hits = []
signal.signal(signal.SIGALRM, lambda *a: hits.append('alarm')); signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
while len(hits) < 3: signal.pause()
signal.setitimer(signal.ITIMER_REAL, 0); print(hits[:3])
signal.signal(signal.SIGUSR1, lambda *a: hits.append('usr1')); signal.raise_signal(signal.SIGUSR1); print(hits[-1])
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2]); os.kill(os.getpid(), signal.SIGUSR2); print(signal.sigpending() == {signal.SIGUSR2}, signal.sigwait([signal.SIGUSR2]) == signal.SIGUSR2)
start = time.monotonic(); time.sleep(0.05); print(0.05 <= time.monotonic() - start < 5)
print(time.strftime('%Y-%m-%d', time.gmtime(86400 * 365)), datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc).isoformat())
print(time.clock_getres(time.CLOCK_MONOTONIC) <= 0.01, time.process_time() > 0)

section('threads')
cond, items = threading.Condition(), []
def produce():
    for i in range(50):
        with cond: items.append(i); cond.notify()
got = []
def consume():
    while len(got) < 50:
        with cond:
            while not items: cond.wait()
            got.extend(items); items.clear()
ts = [threading.Thread(target=consume), threading.Thread(target=produce)]; [t.start() for t in ts]; [t.join() for t in ts]; print(got == list(range(50)))
barrier, local = threading.Barrier(5), threading.local()
def meet(i): local.i = i; barrier.wait(); out.append(local.i)
out = []; ts = [threading.Thread(target=meet, args=(i,)) for i in range(5)]; [t.start() for t in ts]; [t.join() for t in ts]; print(sorted(out))
s = threading.Semaphore(0); threading.Timer(0.03, s.release).start(); print(s.acquire(timeout=5), s.acquire(timeout=0.02))

section('files')
d = pathlib.Path(tempfile.mkdtemp())
(d / 'a').write_text('text'); os.link(d / 'a', d / 'b'); os.symlink('a', d / 'c'); os.mkfifo(d / 'f')
print(sorted(p.name for p in d.iterdir()), os.stat(d / 'a').st_nlink, stat.S_ISFIFO(os.stat(d / 'f').st_mode), os.readlink(d / 'c'))
with open(d / 'm', 'wb+') as f:
    f.truncate(8192); mm = mmap.mmap(f.fileno(), 0); mm[4090:4100] = b'0123456789'; mm.flush(); f.seek(4090); print(f.read(10)); mm.close()
with open(d / 'l', 'w') as f:
    fcntl.flock(f, fcntl.LOCK_EX); fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB); print('locked')
    with open(d / 'l') as g:
        try: fcntl.flock(g, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e: print(e)
shutil.copytree(d, d / 'copy', ignore=lambda *a: ['f', 'copy'], symlinks=True); print(sorted(os.listdir(d / 'copy')))
print([e.name for e in sorted(os.scandir(d), key=lambda e: e.name) if e.is_file(follow_symlinks=False)])
with open(d / 's', 'wb') as f: f.seek(1 << 20); f.write(b'end')
print(os.stat(d / 's').st_size, os.sendfile is not None)
fd1 = os.open(d / 's', os.O_RDONLY); print(os.pread(fd1, 3, 1 << 20), os.lseek(fd1, 0, os.SEEK_END)); os.close(fd1)
os.utime(d / 'a', ns=(1, 123456789)); print(os.stat(d / 'a').st_mtime_ns); os.chmod(d / 'a', 0o4751); print(oct(os.stat(d / 'a').st_mode))
r, w = os.pipe(); p = select.poll(); p.register(r, select.POLLIN); print(p.poll(10)); os.write(w, b'x'); print(len(p.poll(10)))
e = select.epoll(); e.register(r, select.EPOLLIN | select.EPOLLET); print(len(e.poll(1)), len(e.poll(0))); e.close()
print(select.select([r], [w], [], 0) == ([r], [w], [])); shutil.rmtree(d); print(d.exists())

section('sqlite, ctypes, the rest')
db = sqlite3.connect(':memory:'); db.execute('create table t(a, b)'); db.executemany('insert into t values(?, ?)', ((i, i * i) for i in range(1000)))
print(db.execute('select sum(a), sum(b) from t where a % 7 = 3').fetchone())
libc = ctypes.CDLL(None); print(libc.strlen(b'hello'), libc.abs(-5)); qs = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
arr = (ctypes.c_int * 6)(5, 2, 9, 1, 7, 3); libc.qsort(arr, 6, 4, qs(lambda x, y: x[0] - y[0])); print(list(arr))
libm = ctypes.CDLL('libm.so.6'); libm.pow.restype = ctypes.c_double; libm.pow.argtypes = [ctypes.c_double] * 2; print(libm.pow(2.5, 3.5))
print(pickle.loads(pickle.dumps({'a': [1, 2.5, b'x', (None, True)]}))); print(fractions.Fraction(1, 3) + fractions.Fraction(1, 6), statistics.stdev([1, 2, 3, 4]))
print(ET.tostring(ET.fromstring('<a x="1"><b>t</b></a>'))); print(urllib.parse.urlparse('http://h:1/p?q#f'), ipaddress.ip_network('10.0.0.0/8').num_addresses)
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 10, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0, os.cpu_count() >= 1, platform.system())
print(list(difflib.unified_diff(['a\n', 'b\n'], ['a\n', 'c\n']))[3:], hash((1, 2.5)), id(1) == id(1), sys.maxsize, sys.byteorder)
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
print(deep(900))
try: deep(10 ** 6)
except RecursionError: print('too deep')
class T(unittest.TestCase):
    def test_a(self): self.assertEqual(1, 1)
    def test_b(self): self.assertRaises(ZeroDivisionError, lambda: 1 / 0)
print(unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(T)).wasSuccessful())
