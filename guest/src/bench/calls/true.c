/* Ends well, having done nothing: what starting a program costs. */
#include "../../kml.h"

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	return 0;
}
