/* crowd N: N forked processes, all alive at the same moment, each with a page of its own written. */
#include "kml.h"

static u8 own[4096];

int main(int argc, char **argv)
{
	u32 wanted = argc > 1 ? (u32)number(argv[1]) : 10, sum = 0;
	int up[2], down[2], status;
	char byte;
	sys_pipe(up);
	sys_pipe(down);
	for (u32 i = 0; i < wanted; i++) {
		long child = sys0(NR_fork);
		if (child == 0) {
			sys1(NR_close, down[1]);
			memset(own, (int)i, sizeof own);
			sys3(NR_write, up[1], "x", 1);
			sys3(NR_read, down[0], &byte, 1); /* until the parent lets all go */
			for (u32 k = 0; k < sizeof own; k++)
				if (own[k] != (u8)i)
					sys1(NR_exit_group, 1);
			sys1(NR_exit_group, 0);
		}
		if (child < 0) {
			put("fork failed after "), put_number(i), put("\n");
			return 1;
		}
	}
	for (u32 i = 0; i < wanted; i++)
		sum += sys3(NR_read, up[0], &byte, 1) == 1;
	put_number(sum), put(" alive");
	sys1(NR_close, down[1]);
	u32 well = 0;
	while (sys4(NR_wait4, -1, &status, 0, 0) > 0)
		well += status == 0;
	put(", "), put_number(well), put(" ended well\n");
	return well != wanted;
}
