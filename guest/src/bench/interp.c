/* CPU-bound: a bytecode interpreter with a switch. interp [STEPS in thousands] */
#include "../kml.h"

static u8 program[] = { 0, 1, 2, 3, 4, 5, 1, 3, 2, 0, 4, 5, 1, 2, 3, 6 };

static u32 NOINLINE run(const u8 *code, u32 steps)
{
	u32 acc = 1, b = 7, c = 0, pc = 0;
	while (steps--)
		switch (code[pc++]) {
		case 0: acc += b; break;
		case 1: acc ^= c; break;
		case 2: b = acc >> 3; break;
		case 3: c += acc * 5; break;
		case 4: acc = acc << 1 | acc >> 31; break;
		case 5: b ^= c; break;
		case 6: pc = 0; break;
		}
	return acc ^ b ^ c;
}

int main(int argc, char **argv)
{
	put_hex(run(program, (u32)(argc > 1 ? number(argv[1]) : 60000) * 1000));
	put("\n");
	return 0;
}
