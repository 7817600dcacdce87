/* What the CPU's own register says of the privilege level: in main, a signal handler, a forked child, a thread and a
 * vforked child. Where user mode may not read that register, SIGILL says so. */
#include "jump.h"

#define CLONE_VM 0x100
#define CLONE_VFORK 0x4000
#define WALL 0x40000000

static struct signal_jump refused;
static char thread_stack[16384] __attribute__((aligned(16)));

static void on_illegal(int signal)
{
	(void)signal;
	signal_long_jump(&refused);
}

static NOINLINE int read_register(u32 *value)
{
	if (signal_set_jump(&refused))
		return 0;
	*value = privilege_register();
	return 1;
}

static NOINLINE void tell(const char *where)
{
	u32 value;
	put(where), put(": ");
	if (!read_register(&value)) {
		put("SIGILL\n");
		return;
	}
	put(PRIVILEGE_REGISTER " = "), put_hex(value), put("\n");
}

static void in_handler(int signal)
{
	(void)signal;
	tell("handler");
}

static void in_thread(void) { tell("thread"); }

static void await(long child) { sys4(NR_wait4, child, 0, WALL, 0); }

/* The child has the parent's memory and stack, and the parent waits until it has ended: a trap, since the return
 * address of a call would lie on the stack that both use. */
static long fork_sharing(void)
{
#ifdef NR_vfork
	return sys_trap(NR_vfork, 0, 0, 0, 0, 0);
#else
	return sys_trap(NR_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
#endif
}

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	on_signal(SIGILL, on_illegal, 0);
	on_signal(SIGUSR1, in_handler, 0);
	tell("main");
	sys2(NR_kill, sys0(NR_getpid), SIGUSR1);
	long child = sys0(NR_fork);
	if (child == 0) {
		tell("fork");
		sys1(NR_exit_group, 0);
	}
	await(child);
	await(spawn_thread(CLONE_VM | SIGCHLD, thread_stack + sizeof thread_stack, in_thread));
	volatile long sharing = fork_sharing();
	if (sharing == 0) {
		tell("vfork");
		sys1(NR_exit_group, 0);
	}
	await(sharing);
	tell("main");
	return 0;
}
