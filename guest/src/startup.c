/* startup: the system calls with which C libraries, dynamic loaders, shells and script languages begin, on what any
 * root has. Prints those that did not do as on Linux, and how many there were. The build runs it to learn which of the
 * kernel's functions short commands want (scripts/snapshot). */
#include "kml.h"
#include <asm/unistd.h>

#define AT_FDCWD -100
#define AT_EMPTY_PATH 0x1000
#define STATX_BASIC 0x7ff
#define ENOENT 2
#define ECHILD 10
#define ENOTDIR 20
#define ENOTTY 25
#define ESPIPE 29
#define TCGETS_PLAIN 0x5401
#define TIOCGWINSZ_PLAIN 0x5413
#define TCGETS_OTHER 0x540d
#define TCGETS_PPC 0x402c7413
#define RLIMIT_STACK 3
#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define FD_CLOEXEC 1
#define MADV_DONTNEED 4
#define PAGE 4096

static int made, wrong;
static char block[PAGE];

static void expect(const char *call, long result, long wanted)
{
	made++;
	if (result == wanted)
		return;
	wrong++;
	put(call), put(": "), put_number((unsigned long)(result < 0 ? -result : result)), put("\n");
}

/* A result that is a number to go on with: no error. */
static long some(const char *call, long result)
{
	expect(call, result < 0 && result >= -4095, 0);
	return result;
}

/* What a loader does: names that are not there, one that is, its header, its mappings, and their rights. */
static void load(const char *self)
{
	expect("access", sys2(__NR_access, "/no/such/preload", 4), -ENOENT);
	expect("openat", sys4(__NR_openat, AT_FDCWD, "/no/such/cache", 0, 0), -ENOENT);
	expect("openat", sys4(__NR_openat, AT_FDCWD, "/proc/self/exe/below", 0, 0), -ENOTDIR);
	expect("statx", sys(__NR_statx, AT_FDCWD, (long)"/no/such/directory", 0, STATX_BASIC, (long)block), -ENOENT);
	long fd = some("openat", sys4(__NR_openat, AT_FDCWD, self, 0, 0));
	expect("read", sys3(__NR_read, fd, block, 512), 512);
	expect("statx", sys(__NR_statx, fd, (long)"", AT_EMPTY_PATH, STATX_BASIC, (long)block), 0);
	expect("pread64", some("pread64", sys4(__NR_pread64, fd, block, 512, 0)), 512);
	u64 at = 1;
	expect("_llseek", sys(__NR__llseek, fd, 0, 0, (long)&at, 0), 0);
	char *text = map_file(PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd);
	char *data = map_file(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	expect("mmap2", map_failed(text) || map_failed(data), 0);
	sys1(__NR_close, fd);
	data[0] = 1;
	expect("a private page", text[0], 0x7f);
	expect("mprotect", sys3(__NR_mprotect, data, PAGE, PROT_READ), 0);
	expect("mprotect", sys3(__NR_mprotect, text, PAGE, PROT_READ), 0);
	expect("munmap", sys2(__NR_munmap, text, PAGE), 0);
	expect("munmap", sys2(__NR_munmap, data, PAGE), 0);
	some("readlink", sys3(__NR_readlink, "/proc/self/exe", block, sizeof block));
	some("getcwd", sys2(__NR_getcwd, block, sizeof block));
}

/* What a C library sets up for itself. */
static void begin_library(void)
{
	static unsigned long robust[3] = { (unsigned long)robust };
	static u32 area[8] __attribute__((aligned(32)));
	u32 limits[4] = { 0 };
	some("set_tid_address", sys1(__NR_set_tid_address, area));
	expect("set_robust_list", sys2(__NR_set_robust_list, robust, sizeof robust), 0);
	expect("rseq", sys4(__NR_rseq, area, sizeof area, 0, 0x53053053), 0);
	expect("prlimit64", sys4(__NR_prlimit64, 0, RLIMIT_STACK, 0, limits), 0);
#ifdef __NR_ugetrlimit
	expect("ugetrlimit", sys2(__NR_ugetrlimit, RLIMIT_STACK, limits), 0);
#endif
	expect("getrandom", sys3(__NR_getrandom, limits, 4, 0), 4);
	long end = some("brk", sys1(__NR_brk, 0));
	expect("brk", sys1(__NR_brk, end + 33 * PAGE), end + 33 * PAGE);
	*(volatile char *)end = 1;
	expect("brk", sys1(__NR_brk, end + PAGE), end + PAGE);
	char *heap = map_pages(64 * PAGE);
	heap[5 * PAGE] = 1;
	expect("madvise", sys3(__NR_madvise, heap, 64 * PAGE, MADV_DONTNEED), 0);
	expect("a page that is not needed", heap[5 * PAGE], 0);
	heap = (char *)sys4(__NR_mremap, heap, 64 * PAGE, 128 * PAGE, 1);
	expect("mremap", map_failed(heap), 0);
	some("munmap", sys2(__NR_munmap, heap, 128 * PAGE));
}

static void ask_who(void)
{
	expect("uname", sys1(__NR_uname, block), 0);
	expect("sysinfo", sys1(__NR_sysinfo, block), 0);
	some("getpid", sys0(__NR_getpid)), some("getppid", sys0(__NR_getppid)), some("gettid", sys0(__NR_gettid));
	some("getpgid", sys1(__NR_getpgid, 0));
#ifdef __NR_getpgrp
	some("getpgrp", sys0(__NR_getpgrp));
#endif
#ifdef __NR_getuid32
	some("getuid32", sys0(__NR_getuid32)), some("geteuid32", sys0(__NR_geteuid32));
	some("getgid32", sys0(__NR_getgid32)), some("getegid32", sys0(__NR_getegid32));
#else
	some("getuid", sys0(__NR_getuid)), some("geteuid", sys0(__NR_geteuid));
	some("getgid", sys0(__NR_getgid)), some("getegid", sys0(__NR_getegid));
#endif
	some("sched_getaffinity", sys3(__NR_sched_getaffinity, 0, 128, block));
	expect("clock_gettime64", sys2(__NR_clock_gettime64, 1, block), 0);
	expect("gettimeofday", sys2(__NR_gettimeofday, block, 0), 0);
	some("umask", sys1(__NR_umask, 022));
}

/* Descriptors: those it has, a directory, a pipe with what is asked of it, a copy, a name server that is not there. */
static void use_files(void)
{
	int fds[2] = { -1, -1 };
	struct { unsigned short family; char path[30]; } server = { 1, "/no/such/server" };
	for (int fd = 0; fd < 3; fd++) {
		expect("statx", sys(__NR_statx, fd, (long)"", AT_EMPTY_PATH, STATX_BASIC, (long)block), 0);
		some("fcntl64", sys3(__NR_fcntl64, fd, F_GETFL, 0));
		some("fcntl64", sys3(__NR_fcntl64, fd, F_GETFD, 0));
	}
	long dir = some("openat", sys4(__NR_openat, AT_FDCWD, "/", O_DIRECTORY, 0));
	some("getdents64", sys3(__NR_getdents64, dir, block, sizeof block));
	sys1(__NR_close, dir);
	expect("pipe", sys_pipe(fds), 0);
	long copy = some("fcntl64", sys3(__NR_fcntl64, fds[0], F_DUPFD, 10));
	expect("fcntl64", sys3(__NR_fcntl64, copy, F_SETFD, FD_CLOEXEC), 0);
	expect("dup2", sys2(__NR_dup2, fds[1], 20), 20);
	u64 at;
	expect("_llseek", sys(__NR__llseek, copy, 0, 0, (long)&at, 1), -ESPIPE);
#if defined(__mips__)
	expect("ioctl", sys3(__NR_ioctl, copy, TCGETS_OTHER, block), -ENOTTY);
#elif defined(__powerpc__)
	expect("ioctl", sys3(__NR_ioctl, copy, TCGETS_PPC, block), -ENOTTY);
#else
	expect("ioctl", sys3(__NR_ioctl, copy, TCGETS_PLAIN, block), -ENOTTY);
	expect("ioctl", sys3(__NR_ioctl, copy, TIOCGWINSZ_PLAIN, block), -ENOTTY);
#endif
	struct { int fd; short events, got; } poll = { (int)copy, 1, 0 };
	expect("write", sys3(__NR_write, 20, block, 9), 9);
	expect("poll", sys3(__NR_poll, &poll, 1, 0), 1);
	struct { void *base; unsigned long bytes; } pieces[2] = { { block, 4 }, { block + 4, 5 } };
	expect("readv", sys3(__NR_readv, copy, pieces, 2), 9);
	sys1(__NR_close, 20), sys1(__NR_close, copy), sys1(__NR_close, fds[0]), sys1(__NR_close, fds[1]);
	long name = some("socket", sys3(__NR_socket, 1, 1, 0));
	expect("connect", sys3(__NR_connect, name, &server, sizeof server), -ENOENT);
	sys1(__NR_close, name);
}

static void handle(int signal) { (void)signal; }

static void use_signals(void)
{
	struct action old;
	unsigned long mask[4] = { 1ul << (SIGUSR1 - 1) }, before[4];
	for (int signal = 1; signal <= 64; signal++)
		if (signal != SIGKILL && signal != SIGSTOP)
			expect("rt_sigaction", sys4(__NR_rt_sigaction, signal, 0, &old, SIGSET_BYTES), 0);
	on_signal(SIGUSR1, handle, SA_RESTART), on_signal(SIGCHLD, handle, SA_RESTART);
	expect("rt_sigprocmask", sys4(__NR_rt_sigprocmask, SIG_BLOCK, mask, before, SIGSET_BYTES), 0);
	expect("rt_sigprocmask", sys4(__NR_rt_sigprocmask, SIG_SETMASK, before, 0, SIGSET_BYTES), 0);
	expect("wait4", sys4(__NR_wait4, -1, 0, 1, 0), -ECHILD);
	long child = some("fork", sys0(__NR_fork));
	if (child == 0)
		sys1(__NR_exit_group, 3);
	int status = 0;
	expect("wait4", sys4(__NR_wait4, child, &status, 0, 0), child);
	expect("a child's status", status, 3 << 8);
	on_signal(SIGCHLD, SIG_DFL, 0);
}

int main(int argc, char **argv)
{
	load(argc > 1 ? argv[1] : "/proc/self/exe");
	begin_library();
	ask_who();
	use_files();
	use_signals();
	put_number((unsigned long)made), put(" done, "), put_number((unsigned long)wrong), put(" not as on Linux\n");
	return wrong != 0;
}
