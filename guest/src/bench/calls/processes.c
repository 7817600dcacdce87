/* processes fork [N]: N times fork, exit, wait. processes exec [N] PROGRAM ARGUMENTS...: the same with execve of a
 * program in between. By trap instructions; prints how many children ended with status 0. */
#include "../../kml.h"

#define DEFAULT_FORKS 2000

static int child_status(long child)
{
	int status = -1;
	sys4(NR_wait4, child, &status, 0, 0);
	return status;
}

int main(int argc, char **argv)
{
	u32 n = argc > 2 ? (u32)number(argv[2]) : DEFAULT_FORKS, well = 0;
	int exec = argc > 1 && same(argv[1], "exec");
	if (argc < 2 || (exec && argc < 4)) {
		put("processes: fork [N], or exec N PROGRAM ARGUMENTS...\n");
		return 2;
	}
	sysinfo = 0;
	while (n--) {
		long child = sys0(NR_fork);
		if (child == 0) {
			if (exec)
				sys3(NR_execve, argv[3], argv + 3, environment);
			sys1(NR_exit_group, exec ? 127 : 0);
		}
		well += child > 0 && child_status(child) == 0;
	}
	put(argv[1]);
	put(" ");
	put_number(well);
	put("\n");
	return 0;
}
