# native.sh TREE CASES PROGRAM...: runs PROGRAM in TREE, unchanged beneath an overlay, with a /dev, /proc and /tmp
# of its own and CASES at /mnt. To be started in new name spaces of mounts, processes, network, IPC and names.
set -e
tree=$1 cases=$2
shift 2
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o "lowerdir=$tree,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
mount --bind "$cases" /mnt/root/mnt
cd /mnt/root
mount -t proc proc proc
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs dev
for name in null zero full random urandom tty; do
  : > dev/$name
  mount --bind /dev/$name dev/$name
done
mkdir dev/pts dev/shm
mount -t devpts devpts dev/pts -o newinstance,ptmxmode=666
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
# The loopback is up once its flags (IFF_UP, IFF_RUNNING and what it has already) are set: SIOCSIFFLAGS.
chroot . /usr/bin/python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x49))'
exec chroot . "$@"
