/* What getpid costs, in cycles by the CPU's own counter: by trap, and by what AT_SYSINFO names. */
#include "kml.h"

#define CALLS 10000

static unsigned long measure(int by_trap)
{
	u64 start = cycles();
	for (int i = 0; i < CALLS; i++) {
		if (by_trap)
			sys_trap(NR_getpid, 0, 0, 0, 0, 0);
		else
			sys_vsyscall(sysinfo, NR_getpid, 0, 0, 0, 0, 0);
	}
	return (unsigned long)(cycles() - start) / CALLS;
}

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	int kernel = privilege() == 0;
	put(kernel ? "kernel mode" : "user mode");
	put(": getpid by the trap instruction ");
	put_number(measure(1));
	if (sysinfo) {
		put(kernel ? " cycles, by direct call " : " cycles, by fast system call ");
		put_number(measure(0));
	}
	put(" cycles\n");
	return 0;
}
