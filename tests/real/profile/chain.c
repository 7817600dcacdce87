/* A chain of calls whose innermost function does all the work: what a profile must show. */
#include <stdio.h>
#include <stdlib.h>

static volatile unsigned sink;

__attribute__((noinline, noclone)) unsigned innermost(unsigned n)
{
	unsigned sum = 1;
	for (unsigned i = 0; i < n; i++)
		sum = sum * 1664525 + (sum >> 7) + i;
	sink += sum;
	return sum;
}

__attribute__((noinline, noclone)) unsigned middle(unsigned n)
{
	unsigned kept[16];
	for (int i = 0; i < 16; i++)
		kept[i] = innermost(n + i);
	unsigned all = 0;
	for (int i = 0; i < 16; i++)
		all ^= kept[i];
	return all + 1;
}

/* Its frame has a size that only the run tells. */
__attribute__((noinline, noclone)) unsigned outermost(int argc, unsigned n)
{
	unsigned *room = __builtin_alloca(64 * argc);
	room[0] = middle(n);
	return room[0] + (unsigned)argc;
}

int main(int argc, char **argv)
{
	unsigned n = argc > 1 ? strtoul(argv[1], 0, 0) : 10000;
	printf("%u\n", outermost(argc, n) != 0);
	return 0;
}
