/* calls trap|vsyscall COUNT: that many getpid calls by one way in, for timing from outside. */
#include "kml.h"

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	unsigned long count = number(argv[2]);
	int trap = same(argv[1], "trap");
	for (unsigned long i = 0; i < count; i++) {
		if (trap)
			sys_trap(NR_getpid, 0, 0, 0, 0, 0);
		else
			sys(NR_getpid, 0, 0, 0, 0, 0);
	}
	return 0;
}
