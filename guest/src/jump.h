/* setjmp and longjmp, without and with the signal mask. */
#ifndef JUMP_H
#define JUMP_H
#include "kml.h"
#if defined(__i386__)
#include "arch/ia32-jump.h"
#elif defined(__arm__)
#include "arch/arm-jump.h"
#elif defined(__mips__)
#include "arch/mips-jump.h"
#elif defined(__powerpc__)
#include "arch/ppc-jump.h"
#endif

struct signal_jump {
	long state[JUMP_WORDS];
	unsigned long mask[SIGSET_BYTES / 4];
};

static NOINLINE __attribute__((unused)) void save_mask(struct signal_jump *to)
{
	sys4(NR_rt_sigprocmask, SIG_SETMASK, 0, to->mask, SIGSET_BYTES);
}

/* sigsetjmp: 0, or 1 when signal_long_jump came back to it; the mask is as it was at the first. */
#define signal_set_jump(to) (save_mask(to), set_jump((to)->state))

static __attribute__((noreturn, noinline, unused)) void signal_long_jump(struct signal_jump *to)
{
	sys4(NR_rt_sigprocmask, SIG_SETMASK, to->mask, 0, SIGSET_BYTES);
	long_jump(to->state);
}
#endif
