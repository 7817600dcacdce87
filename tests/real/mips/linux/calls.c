/* Numbers and structures that MIPS has otherwise than most: errno, flags, commands, layouts. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SHOW(call) do { \
	errno = 0; \
	long result = (long)(call); \
	printf("%s = %ld %s\n", #call, result < 0 ? -1 : result > 1000 ? 1000 : result, errno ? strerrorname_np(errno) : ""); \
} while (0)

static void errors(void)
{
	char name[300];
	memset(name, 'a', 299);
	name[299] = 0;
	symlink("loop", "loop");
	mkdir("d", 0755);
	close(open("d/x", O_CREAT | O_RDWR, 0644));
	SHOW(open("nope", O_RDONLY));
	SHOW(open(".", O_WRONLY));
	SHOW(close(99));
	SHOW(open("loop", O_RDONLY));
	SHOW(open("loop", O_NOFOLLOW));
	SHOW(rmdir("d"));
	SHOW(open(name, O_RDONLY));
	SHOW(syscall(4999));
	SHOW(kill(999999, 0));
	SHOW(kill(getpid(), 200));
}

static void files(void)
{
	char buffer[32] = { 0 };
	struct stat st;
	struct stat64 wide;
	struct statfs fs;
	struct statfs64 wide_fs;
	int fd = open("f", O_CREAT | O_EXCL | O_RDWR | O_APPEND | O_NONBLOCK, 0640);
	int flags = fcntl(fd, F_GETFL);
	printf("flags %d %d %d\n", (flags & O_APPEND) != 0, (flags & O_NONBLOCK) != 0, flags & O_ACCMODE);
	SHOW(open("f", O_CREAT | O_EXCL | O_RDWR, 0640));
	SHOW(write(fd, "hello world", 11));
	SHOW(fcntl(fd, F_SETFL, 0));
	fstat(fd, &st);
	stat64("f", &wide);
	printf("stat: size %ld mode %o links %d fresh %d\n", (long)st.st_size, st.st_mode, (int)st.st_nlink, labs(st.st_mtime - time(0)) < 100);
	printf("stat64: size %ld mode %o same %d\n", (long)wide.st_size, wide.st_mode, wide.st_ino == st.st_ino);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 3 };
	SHOW(fcntl(fd, F_SETLK, &lock));
	if (fork() == 0) {
		struct flock other = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
		fcntl(fd, F_GETLK, &other);
		printf("locked %d at %ld for %ld by the parent %d\n", other.l_type == F_WRLCK, (long)other.l_start, (long)other.l_len,
		       other.l_pid == getppid());
		SHOW(fcntl(fd, F_SETLK, &other));
		_exit(0);
	}
	wait(0);
	SHOW(flock(fd, LOCK_EX | LOCK_NB));
	SHOW(pread(fd, buffer, 5, 6));
	puts(buffer);
	SHOW(pwrite(fd, "XY", 2, 20));
	SHOW(ftruncate(fd, 100));
	SHOW(lseek64(fd, 5000000000LL, SEEK_SET));
	SHOW(posix_fallocate(fd, 0, 200));
	SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
	SHOW(sync_file_range(fd, 0, 100, 0));
	SHOW(statfs("/tmp", &fs));
	SHOW(statfs64("/tmp", &wide_fs));
	printf("names up to %d and %d\n", (int)fs.f_namelen, (int)wide_fs.f_namelen);
	SHOW(utimensat(AT_FDCWD, "f", (struct timespec[]){ { 1, 2 }, { 3, 4 } }, 0));
	stat("f", &st);
	printf("times %ld %ld %ld\n", (long)st.st_atime, (long)st.st_mtime, (long)st.st_mtim.tv_nsec);
	SHOW(dup3(fd, 30, O_CLOEXEC));
	SHOW(fcntl(30, F_GETFD));
	SHOW(access("f", X_OK));
}

static void waiting(void)
{
	int fds[2];
	char byte;
	uint64_t count = 0;
	SHOW(pipe(fds));
	SHOW(pipe2(fds, O_NONBLOCK | O_CLOEXEC));
	SHOW(read(fds[0], &byte, 1));
	SHOW(fcntl(fds[0], F_GETFD));
	struct pollfd set[2] = { { fds[0], POLLIN | POLLRDNORM }, { fds[1], POLLOUT | POLLWRNORM | POLLWRBAND } };
	SHOW(poll(set, 2, 0));
	printf("events %x %x\n", set[0].revents, set[1].revents & POLLOUT);
	write(fds[1], "z", 1);
	SHOW(poll(set, 1, -1));
	printf("events %x\n", set[0].revents);
	int event = eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC);
	SHOW(read(event, &count, 8));
	printf("%d\n", (int)count);
	SHOW(read(event, &count, 8));
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event report = { .events = EPOLLIN | EPOLLOUT, .data.u64 = 0x1122334455667788ULL };
	SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, event, &report));
	memset(&report, 0, sizeof report);
	SHOW(epoll_wait(epoll, &report, 1, 0));
	printf("events %x data %llx\n", report.events, (unsigned long long)report.data.u64);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct itimerspec once = { { 0, 0 }, { 0, 1000000 } };
	timerfd_settime(timer, 0, &once, 0);
	usleep(20000);
	SHOW(read(timer, &count, 8));
	sigset_t signals;
	struct signalfd_siginfo info;
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, 0);
	int fd = signalfd(-1, &signals, SFD_NONBLOCK);
	raise(SIGUSR1);
	SHOW(read(fd, &info, sizeof info));
	printf("signal %d\n", info.ssi_signo);
}

static int type_of(int fd)
{
	int type = -1;
	socklen_t length = sizeof type;
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
	return type;
}

static void sockets(void)
{
	int pair[2], one = 1;
	char buffer[8], control[CMSG_SPACE(sizeof(int))];
	socklen_t length = sizeof(struct sockaddr_un);
	SHOW(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair));
	SHOW(read(pair[0], buffer, 1));
	printf("stream %d\n", type_of(pair[0]) == SOCK_STREAM);
	SHOW(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	printf("datagram %d\n", type_of(pair[0]) == SOCK_DGRAM);
	SHOW(setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
	SHOW(setsockopt(pair[0], SOL_SOCKET, 12345, &one, sizeof one));
	struct iovec piece = { "fd", 2 };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &one, sizeof one);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	SHOW(sendmsg(pair[0], &message, 0));
	piece.iov_base = buffer;
	memset(control, 0, sizeof control);
	SHOW(recvmsg(pair[1], &message, 0));
	header = CMSG_FIRSTHDR(&message);
	printf("descriptor passed %d\n", header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS);
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
	SHOW(bind(server, (void *)&name, sizeof name));
	SHOW(listen(server, 5));
	SHOW(bind(client, (void *)&name, sizeof name));
	SHOW(connect(client, (void *)&name, sizeof name));
	int peer = accept4(server, 0, 0, SOCK_CLOEXEC);
	SHOW(send(peer, "abc", 3, 0));
	SHOW(recv(client, buffer, 8, MSG_PEEK));
	SHOW(recv(client, buffer, 8, 0));
	SHOW(getpeername(server, (void *)&name, &length));
	SHOW(send(server, "a", 1, 0));
	SHOW(connect(client, (void *)&name, sizeof name));
}

static void memory(void)
{
	struct rlimit limit;
	char *shared = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE, -1, 0);
	if (fork() == 0) {
		shared[5] = 9;
		_exit(0);
	}
	wait(0);
	printf("shared %d\n", shared[5]);
	int fd = open("f", O_RDONLY);
	char *file = mmap(0, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	printf("%.5s\n", file);
	shared = mremap(shared, 8192, 65536, MREMAP_MAYMOVE);
	printf("moved %d\n", shared[5]);
	getrlimit(RLIMIT_AS, &limit);
	printf("memory without limit %d\n", limit.rlim_cur == RLIM_INFINITY);
	limit.rlim_cur = 50;
	limit.rlim_max = 60;
	SHOW(setrlimit(RLIMIT_NOFILE, &limit));
	getrlimit(RLIMIT_NOFILE, &limit);
	printf("files %d of %d\n", (int)limit.rlim_cur, (int)limit.rlim_max);
	SHOW(syscall(SYS_cacheflush, errors, 4, 3));
}

static void terminals(void)
{
	struct termios settings;
	struct winsize size = { 10, 20, 0, 0 };
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	SHOW(grantpt(master));
	SHOW(unlockpt(master));
	int fd = open(ptsname(master), O_RDWR | O_NOCTTY);
	SHOW(tcgetattr(fd, &settings));
	printf("input %x output %x local %x\n", settings.c_iflag, settings.c_oflag, settings.c_lflag);
	printf("characters %d %d %d %d %d %d\n", settings.c_cc[VINTR], settings.c_cc[VEOF], settings.c_cc[VMIN], settings.c_cc[VTIME],
	       settings.c_cc[VSUSP], settings.c_cc[VERASE]);
	cfmakeraw(&settings);
	settings.c_cc[VMIN] = 3;
	SHOW(tcsetattr(fd, TCSANOW, &settings));
	tcgetattr(fd, &settings);
	printf("raw %x, at least %d\n", settings.c_lflag, settings.c_cc[VMIN]);
	SHOW(ioctl(master, TIOCSWINSZ, &size));
	memset(&size, 0, sizeof size);
	SHOW(ioctl(fd, TIOCGWINSZ, &size));
	printf("%d rows, %d columns\n", size.ws_row, size.ws_col);
	SHOW(tcgetattr(open("f", O_RDONLY), &settings));
}

int main(void)
{
	char directory[] = "/tmp/callsXXXXXX";
	setvbuf(stdout, 0, _IONBF, 0);
	chdir(mkdtemp(directory));
	errors();
	files();
	waiting();
	sockets();
	memory();
	terminals();
	return 0;
}
