/* An endless loop in the terminal's foreground, another process counting in the background: Ctrl-C ends the
 * first, the second goes on. */
#include "kml.h"

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	volatile u32 *count = map_anonymous(4096, PROT_READ | PROT_WRITE, MAP_SHARED);
	on_signal(SIGTTOU, SIG_IGN, 0);

	long counter = sys0(NR_fork);
	if (counter == 0) {
		sys2(NR_setpgid, 0, 0);
		for (;;)
			++*count;
	}
	long loop = sys0(NR_fork);
	if (loop == 0) {
		sys2(NR_setpgid, 0, 0);
		long self = sys0(NR_getpid);
		sys3(NR_ioctl, 0, TIOCSPGRP, &self);
		put("looping for ever in the foreground; press Ctrl-C\n");
		for (;;)
			__asm__ volatile("");
	}
	int status = 0;
	sys4(NR_wait4, loop, &status, 0, 0);
	long self = sys0(NR_getpid), before = (long)*count;
	sys3(NR_ioctl, 0, TIOCSPGRP, &self);
	while (*count == (u32)before)
		sys0(NR_sched_yield);
	put("the loop was ended by signal ");
	put_number(status & 0x7f);
	put(before > 0 ? "; the other process counted all the while and still does\n" : "; the other process never ran\n");
	sys2(NR_kill, counter, SIGKILL);
	sys4(NR_wait4, counter, 0, 0, 0);
	return (status & 0x7f) == 2 && before > 0 ? 0 : 1;
}
