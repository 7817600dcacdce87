/* starve PAGES CYCLES: goes down the stack a page at a time. Half of the way by calls whose frames are a page; on the
 * other half it only moves the stack pointer and waits there for so many cycles, so that the next timer interrupt
 * finds no page to push its frame on. A second process keeps running meanwhile, so that ticks also switch tasks. */
#include "kml.h"

#define SIGKILL 9

static NOINLINE u32 recurse(u32 depth)
{
	volatile u8 frame[4000];
	frame[0] = (u8)depth;
	return depth == 0 ? 0 : recurse(depth - 1) + (frame[0] == (u8)depth);
}

/* Moves ESP down by a page, waits without touching the stack, and so on; comes back with ESP as it was. */
static NOINLINE void sink(u32 pages, u32 cycles)
{
	__asm__ volatile("movl %%esp,%%edi\n"
			 "1:\tsubl $4096,%%esp\n"
			 "\trdtsc\n"
			 "\tmovl %%eax,%%ebx\n"
			 "2:\trdtsc\n"
			 "\tsubl %%ebx,%%eax\n"
			 "\tcmpl %%ecx,%%eax\n"
			 "\tjb 2b\n"
			 "\tdecl %%esi\n"
			 "\tjnz 1b\n"
			 "\tmovl %%edi,%%esp"
			 : "+S"(pages), "+c"(cycles) : : "eax", "ebx", "edx", "edi", "memory", "cc");
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
