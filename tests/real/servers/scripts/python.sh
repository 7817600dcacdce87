mkdir www
seq 1 20000 > www/file
python3 - <<'P'
import functools, http.server, threading, urllib.request, hashlib
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory="/tmp/www"))
threading.Thread(target=server.serve_forever, daemon=True).start()
url = "http://127.0.0.1:%d/" % server.server_port
def fetch(results, i):
    results[i] = hashlib.sha1(urllib.request.urlopen(url + "file").read()).hexdigest()
results = [None] * 5
threads = [threading.Thread(target=fetch, args=(results, i)) for i in range(5)]
for t in threads: t.start()
for t in threads: t.join()
print(results)
try: urllib.request.urlopen(url + "none")
except urllib.error.HTTPError as e: print(e.code)
server.shutdown()
P
perl -Mthreads -Mthreads::shared -MThread::Queue -e '
my $sum :shared = 0; my $q = Thread::Queue->new;
my @t = map { threads->create(sub { while (defined(my $n = $q->dequeue)) { lock($sum); $sum += $n } }) } 1..4;
$q->enqueue(1..500); $q->end; $_->join for @t; print "$sum\n";'
