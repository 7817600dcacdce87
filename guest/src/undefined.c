/* An instruction that the ISA leaves undefined for ever. */
#include "kml.h"

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	undefined_instruction();
	return 0;
}
