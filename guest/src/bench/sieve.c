/* CPU-bound: the sieve of Eratosthenes over a million flags. sieve [ROUNDS] */
#include "../kml.h"

#define SIZE (1 << 20)
static u8 flags[SIZE];

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? number(argv[1]) : 160;
	u32 count = 0;
	while (rounds--) {
		count = 0;
		for (int i = 0; i < SIZE; i++)
			flags[i] = 1;
		for (u32 i = 2; i < SIZE; i++)
			if (flags[i]) {
				count++;
				for (u32 j = i + i; j < SIZE; j += i)
					flags[j] = 0;
			}
	}
	put_number(count);
	put("\n");
	return 0;
}
