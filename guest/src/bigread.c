/* Reads a gigabyte of zeros again and again: few instructions, much work for the kernel. */
#include "kml.h"

#define GIB 0x40000000

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	long zero = sys3(NR_open, "/dev/zero", 0, 0);
	u8 *memory = map_pages(GIB);
	put("reading\n");
	for (;;)
		sys3(NR_read, zero, memory, GIB);
}
