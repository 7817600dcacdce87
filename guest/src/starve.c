/* starve PAGES CYCLES: goes down the stack a page at a time. Half of the way by calls whose frames are a page; on the
 * other half it only moves the stack pointer and waits there for so many cycles (steps of the CPU's counter), so that the next timer interrupt
 * finds no page to push its frame on. A second process keeps running meanwhile, so that ticks also switch tasks. */
#include "kml.h"

static NOINLINE u32 recurse(u32 depth)
{
	volatile u8 frame[4000];
	frame[0] = (u8)depth;
	return depth == 0 ? 0 : recurse(depth - 1) + (frame[0] == (u8)depth);
}

int main(int argc, char **argv)
{
	u32 pages = argc > 1 ? (u32)number(argv[1]) : 100, cycles = argc > 2 ? (u32)number(argv[2]) : 1000;
	long other = sys0(NR_fork);
	if (other == 0)
		for (;;)
			__asm__ volatile("");
	u32 depth = recurse(pages / 2);
	int status = 0;
	long child = sys0(NR_fork);
	if (child == 0) {
		sink(pages, cycles);
		sys1(NR_exit_group, 0);
	}
	sys4(NR_wait4, child, &status, 0, 0);
	sys2(NR_kill, other, SIGKILL);
	put_number(depth);
	put(" frames, ");
	put_number(pages);
	put(status == 0 ? " pages waited on\n" : " pages: FAILED\n");
	return status != 0;
}
