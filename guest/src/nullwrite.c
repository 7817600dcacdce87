/* Writes to address 0: SIGSEGV in user mode and in kernel mode alike; the machine lives on. */
#include "kml.h"

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	put(privilege() ? "user mode: writing to address 0\n" : "kernel mode: writing to address 0\n");
	volatile int *null = 0;
	__asm__("" : "+r"(null));
	*null = 1;
	put("not reached\n");
	return 1;
}
