/* touch MIB: writes every word of that much memory, then reads all of it back: page-out and page-in keep it. */
#include "kml.h"

int main(int argc, char **argv)
{
	unsigned long bytes = (argc > 1 ? number(argv[1]) : 64) << 20;
	u32 *memory = map_pages(bytes);
	if (map_failed(memory)) {
		put("touch: no memory\n");
		return 1;
	}
	u32 seed = 12345, expected = 0, sum = 0;
	for (unsigned long i = 0; i < bytes / 4; i++) {
		seed = seed * 1664525 + 1013904223;
		memory[i] = seed;
		expected = (expected << 1 | expected >> 31) ^ seed;
	}
	for (unsigned long i = 0; i < bytes / 4; i++)
		sum = (sum << 1 | sum >> 31) ^ memory[i];
	put("checksum ");
	put_hex(sum);
	put(sum == expected ? " as written\n" : " WRONG\n");
	return sum != expected;
}
