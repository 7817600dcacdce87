/* kernelmem jiffies|mirror|hook|pointer|text|TABLE|vectors|current|cli|halt: what a kernel-mode program can do to the
 * kernel's memory and to the CPU. In user mode each of them is a fault, but pointer. */
#include "kernel-symbols.h"

#define TASK_MIRROR_PID 4
#define TASK_MIRROR_COMM 16

static int jiffies(void)
{
	volatile u32 *jiffies = (u32 *)kernel_symbol("jiffies");
	u32 first = *jiffies, seen = 0;
	while (*jiffies - first < 3)
		seen++;
	put("jiffies go on by themselves\n");
	return seen == 0;
}

static int mirror(void)
{
	char *task = *(char **)kernel_symbol("current_thread_info");
	put("pid ");
	put_number(*(u32 *)(task + TASK_MIRROR_PID));
	put(*(long *)(task + TASK_MIRROR_PID) == sys0(NR_getpid) ? ", my own, " : ", another's, ");
	put(task + TASK_MIRROR_COMM);
	put("\n");
	return 0;
}

static int calls_hooked;

/* Runs on the kernel stack, as the kernel's own functions do. */
static long hooked_getpid(void)
{
	calls_hooked++;
	return at_kernel_privilege() ? 4242 : 1;
}

static int hook(void)
{
	void **table = (void **)kernel_symbol("sys_call_table");
	long pid = sys0(NR_getpid);
	void *original = table[NR_getpid - NR_FIRST];
	table[NR_getpid - NR_FIRST] = (void *)hooked_getpid;
	put("hooked: ");
	put_number((unsigned long)sys_trap(NR_getpid, 0, 0, 0, 0, 0));
	put(" by trap, ");
	put_number((unsigned long)sys_vsyscall(sysinfo, NR_getpid, 0, 0, 0, 0, 0));
	put(" by AT_SYSINFO\n");
	table[NR_getpid - NR_FIRST] = original;
	put(sys0(NR_getpid) == pid && calls_hooked == 2 ? "unhooked\n" : "FAILED\n");
	return 0;
}

/* The kernel's functions, called as functions, on the program's own stack. */
static int call(void)
{
	long *table = (long *)kernel_symbol("sys_call_table") - NR_FIRST;
	long (*mmap2)(long, long, long, long, long, long) = (long (*)(long, long, long, long, long, long))table[NR_mmap2];
	volatile u8 *page = (u8 *)mmap2(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map_failed((void *)page))
		return 1;
	page[4095] = 7;
	put(page[0] == 0 && page[4095] == 7 ? "mmap2 gave a page\n" : "mmap2 FAILED\n");
	put(((long (*)(long))table[NR_close])(-1) == -9 ? "close gave EBADF\n" : "close FAILED\n");
	long time[2] = { 0, 20000000 };
	put(((long (*)(long *, long *))table[NR_nanosleep])(time, 0) == 0 ? "nanosleep slept\n" : "nanosleep FAILED\n");
	return 0;
}

static void tell(const char *what, long result)
{
	put(what);
	put(result == 4 ? " done\n" : result == -EFAULT ? " EFAULT\n" : " FAILED\n");
}

/* System calls that are given addresses of the kernel's: a slot of sys_call_table, and text. */
static int pointer(void)
{
	long *slot = (long *)kernel_symbol("sys_call_table") + (NR_pivot_root - NR_FIRST);
	int fds[2] = { -1, -1 }, within = privilege() == 0;
	long original = within ? *slot : 0;
	sys_pipe(fds);
	sys3(NR_write, fds[1], "data", 4);
	tell("read into kernel data:", sys3(NR_read, fds[0], slot, 4));
	if (within)
		put(*slot == *(const long *)"data" ? "it is there\n" : "FAILED\n"), *slot = original;
	tell("write from kernel data:", sys3(NR_write, fds[1], slot, 4));
	tell("write from kernel text:", sys3(NR_write, fds[1], kernel_symbol("sys_getpid"), 4));
	tell("read into kernel text:", sys3(NR_read, fds[0], kernel_symbol("sys_getpid"), 4));
	return 0;
}

static void overwrite(const char *symbol, unsigned words, u32 with)
{
	volatile u32 *at = (u32 *)kernel_symbol(symbol);
	put("overwriting ");
	put(symbol);
	put("\n");
	for (unsigned i = 0; i < words; i++)
		at[i] = with;
	for (;;)
		sys0(NR_getpid);
}

static void lock_up(int halting)
{
	put("disabling interrupts\n");
	disable_interrupts();
	for (;;)
		if (halting)
			halt();
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	if (same(what, "jiffies"))
		return jiffies();
	if (same(what, "mirror"))
		return mirror();
	if (same(what, "hook"))
		return hook();
	if (same(what, "call"))
		return call();
	if (same(what, "pointer"))
		return pointer();
	if (same(what, "text"))
		overwrite("sys_getpid", 1, 0x90909090);
#ifdef CPU_TABLES
	static const struct { const char *name; unsigned words; } tables[] = { CPU_TABLES };
	for (unsigned i = 0; i < sizeof tables / sizeof *tables; i++)
		if (same(what, tables[i].name))
			overwrite(what, tables[i].words, ~0u);
#endif
	if (same(what, "vectors")) {
		put("moving the vectors away\n");
		lose_vectors();
		for (;;)
			;
	}
	if (same(what, "current"))
		overwrite("current_thread_info", 1, *(u32 *)kernel_symbol("current_thread_info") + 0x800);
	if (same(what, "cli") || same(what, "halt"))
		lock_up(same(what, "halt"));
	return 2;
}
