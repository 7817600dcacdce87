# The ports of clients are chosen by the kernel: they are put aside.
look() { echo "== $*"; "$@" 2>&1 | grep -v 'cgroup' | sed -E 's/:[0-9]{5}\b/:PORT/g; s/pid=[0-9]+/pid=N/g; s/[0-9]+(\/python)/N\1/; s/ +/ /g; s/ $//' | sort; }
export -f look
python3 - <<'P'
import socket, subprocess
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 4000)); s.listen(7)
six = socket.socket(socket.AF_INET6); six.bind(("::", 4001)); six.listen(3)
c = socket.create_connection(("127.0.0.1", 4000)); c.send(b"hello"); a, _ = s.accept()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("127.0.0.1", 5000))
x = socket.socket(socket.AF_UNIX); x.bind("/tmp/socket"); x.listen(4)
w = socket.socket(socket.AF_UNIX); w.connect("/tmp/socket")
d = socket.create_connection(("127.0.0.1", 4000)); e, _ = s.accept(); d.close(); e.close()
for line in ["ss -tanH", "ss -ltnpH", "ss -uanH", "ss -tnH sport = :4000", "ss -tnH state established dst 127.0.0.0/8 and dport = :4000",
             "ss -xlH src /tmp/socket | tr -s ' ' | cut -d' ' -f1-5", "ss -tnH state time-wait | tr -s ' ' | cut -d' ' -f1,2",
             "ss -H6ltn", "netstat -ltn | tail -n +3", "netstat -tanp | grep python", "ip -o addr | grep -c lo", "ip route", "ip rule", "ip route get 127.0.0.1"]:
    subprocess.run(["bash", "-c", "look bash -c \"$1\"", "bash", line])
P
