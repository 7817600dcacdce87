/* handlers restorer|bad-restorer|leap: how signal handlers are left. */
#include "jump.h"

static volatile int handled, level = -1;
volatile int restored;

#ifdef RESTORER
__asm__(".globl restorer\nrestorer:\n\t" RESTORER("restored"));
void restorer(void);
#else
static void restorer(void) { }
#endif

static void count(int signal)
{
	(void)signal;
	handled++;
	level = privilege();
}

/* A handler whose restorer is `code`, once. */
static int return_by(unsigned long code)
{
	struct action action = { .handler = count, .flags = SA_SIGINFO };
#ifdef SA_RESTORER
	action.flags |= SA_RESTORER;
	action.restorer = code;
#endif
	(void)code;
	sys4(NR_rt_sigaction, SIGUSR1, &action, 0, SIGSET_BYTES);
	sys2(NR_kill, sys0(NR_getpid), SIGUSR1);
	put_number((unsigned long)handled), put(" handled at level "), put_number((unsigned long)level);
	put(", the restorer ran "), put_number((unsigned long)restored), put(" times\n");
	return 0;
}

static struct signal_jump out;
static int with_mask = 1;

static void leave(int signal)
{
	(void)signal;
	handled++;
	level = privilege();
	if (with_mask)
		signal_long_jump(&out);
	long_jump(out.state);
}

static NOINLINE int write_faults(volatile u8 *at)
{
	if (signal_set_jump(&out))
		return 1;
	*at = 1;
	return 0;
}

static NOINLINE int loop_ends(void)
{
	if (signal_set_jump(&out))
		return 1;
	for (;;)
		__asm__ volatile("");
}

/* The signal of a handler is blocked until it is left: only a jump that brings the mask back may be taken twice. */
static int leap(void)
{
	int faults = 0, loops = 0, status = 0;
	unsigned long mask[SIGSET_BYTES / 4];
	on_signal(SIGSEGV, leave, 0);
	on_signal(SIGALRM, leave, 0);
	for (unsigned i = 0; i < 50; i++)
		faults += write_faults((u8 *)(i * 64));
	for (int i = 0; i < 3; i++)
		alarm_ms(1, 0), loops += loop_ends();
	sys4(NR_rt_sigprocmask, SIG_BLOCK, 0, mask, SIGSET_BYTES);
	put_number((unsigned long)faults), put(" faults and "), put_number((unsigned long)loops);
	put(" endless loops left at level "), put_number((unsigned long)level), put(mask[0] ? ", MASKED\n" : ", mask empty\n");
	long child = sys0(NR_fork);
	if (child == 0) {
		with_mask = 0;
		write_faults(0);
		write_faults(0);
		sys1(NR_exit_group, 0);
	}
	sys4(NR_wait4, child, &status, 0, 0);
	put("without the mask the second fault is signal "), put_number((unsigned long)status & 0x7f), put("\n");
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	return same(what, "leap") ? leap() : return_by(same(what, "restorer") ? (unsigned long)restorer : 16);
}
