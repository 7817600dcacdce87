/* share MS: two endless loops and a third process that does nothing but system calls share the CPU for that long; a
 * fourth then ends them by signals and tells what each had, in microseconds, as wait4 accounts for it. */
#include "kml.h"

#define LOOPS 2
static const int signals[LOOPS + 1] = { SIGINT, SIGTERM, SIGKILL };

static void work(int calling)
{
	for (;;)
		if (calling)
			sys0(NR_getpid);
}

int main(int argc, char **argv)
{
	long children[LOOPS + 1], usage[18];
	for (int i = 0; i <= LOOPS; i++) {
		children[i] = sys0(NR_fork);
		if (children[i] == 0)
			work(i == LOOPS);
	}
	sleep_ms(argc > 1 ? (long)number(argv[1]) : 100);
	for (int i = 0; i <= LOOPS; i++)
		sys2(NR_kill, children[i], signals[i]);
	for (int i = 0; i <= LOOPS; i++) {
		int status = 0;
		sys4(NR_wait4, children[i], &status, 0, usage);
		put("signal "), put_number((unsigned long)status), put(": ");
		put_number((unsigned long)(usage[0] + usage[2]) * 1000000 + (unsigned long)(usage[1] + usage[3])), put("\n");
	}
	return 0;
}
