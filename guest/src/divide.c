/* What the ISA does where a division has no quotient: a signal and its code, or a result. */
#include "jump.h"

static struct signal_jump trapped;
static volatile int code;

static void on_trap(int signal, int *info)
{
	(void)signal;
	code = info[SIGINFO_CODE];
	signal_long_jump(&trapped);
}

static NOINLINE int has_quotient(long value, long by, long *result)
{
	if (signal_set_jump(&trapped))
		return 0;
	*result = divide_words(value, by);
	return 1;
}

static void tell_trap(void) { put("SIGFPE, code "), put_number((unsigned long)code), put("\n"); }

static void divide_signed(const char *what, long value, long by)
{
	long result;
	put(what), put(": ");
	if (has_quotient(value, by, &result))
		put_hex((u32)result), put("\n");
	else
		tell_trap();
}

#ifdef DIVISION_TRAPS
static const struct { const char *name; void (*run)(void); } traps[] = { DIVISION_TRAPS };

static NOINLINE int goes_on(void (*run)(void))
{
	if (signal_set_jump(&trapped))
		return 0;
	run();
	return 1;
}

static void explicit_trap(unsigned i)
{
	put(traps[i].name), put(": ");
	if (goes_on(traps[i].run))
		put("nothing\n");
	else
		tell_trap();
}
#endif

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	on_signal(SIGFPE, (void (*)(int))(void *)on_trap, SA_SIGINFO);
	divide_signed("42 / 6", 42, 6);
	divide_signed("42 / 0", 42, 0);
	divide_signed("least / -1", (long)0x80000000, -1);
#ifdef DIVISION_TRAPS
	for (unsigned i = 0; i < sizeof traps / sizeof *traps; i++)
		explicit_trap(i);
#endif
	return 0;
}
