/* fork with copy-on-write, a thread that shares memory, an anonymous mapping, a pipe between processes. */
#include "kml.h"

#define CLONE_VM 0x100
#define CLONE_FS 0x200
#define CLONE_FILES 0x400
#define CLONE_SIGHAND 0x800

static volatile int shared = 1;
static volatile int thread_done;
static char thread_stack[16384] __attribute__((aligned(16)));

static void thread(void)
{
	shared = 42;
	thread_done = 1;
}

static int check(const char *what, int ok)
{
	put(what);
	put(ok ? ": ok\n" : ": FAILED\n");
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	int bad = 0, status = 0, fds[2] = { -1, -1 };

	long child = sys0(NR_fork);
	if (child == 0) {
		shared = 7; /* the child's copy only */
		sys1(NR_exit_group, shared);
	}
	sys4(NR_wait4, child, &status, 0, 0);
	bad += check("fork: the child's write stays in the child", shared == 1 && status == 7 << 8);

	long tid = spawn_thread(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD,
				thread_stack + sizeof thread_stack, thread);
	sys4(NR_wait4, tid, &status, 0x40000000 /* __WALL */, 0);
	bad += check("clone: the thread's write is seen", thread_done && shared == 42);

	unsigned char *map = map_pages(1 << 20);
	int zero = 1;
	for (int i = 0; i < 1 << 20; i += 4096)
		zero &= map[i] == 0, map[i] = (unsigned char)(i >> 12);
	int kept = 1;
	for (int i = 0; i < 1 << 20; i += 4096)
		kept &= map[i] == (unsigned char)(i >> 12);
	bad += check("mmap: pages come zeroed and keep what is written", zero && kept);
	bad += check("munmap", sys2(NR_munmap, map, 1 << 20) == 0);

	sys_pipe(fds);
	child = sys0(NR_fork);
	if (child == 0) {
		sys3(NR_write, fds[1], "through the pipe", 16);
		sys1(NR_exit_group, 0);
	}
	char buffer[16];
	long got = sys3(NR_read, fds[0], buffer, sizeof buffer);
	sys4(NR_wait4, child, &status, 0, 0);
	bad += check("pipe: parent reads what the child wrote", got == 16 && buffer[0] == 't' && buffer[15] == 'e');
	return bad;
}
