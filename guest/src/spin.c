/* An endless loop; says so first. */
#include "kml.h"

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	put("spinning\n");
	for (;;)
		__asm__ volatile("");
}
