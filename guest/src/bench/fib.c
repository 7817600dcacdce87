/* CPU-bound: recursive Fibonacci numbers; calls and returns. fib [N [ROUNDS]] */
#include "../kml.h"

static u32 NOINLINE fib(u32 n)
{
	if (n < 2)
		return n;
	/* The empty asm statements keep both calls real: the compiler would turn one into a loop. */
	u32 first = fib(n - 1);
	__asm__ volatile("" : "+r"(first));
	u32 second = fib(n - 2);
	__asm__ volatile("" : "+r"(second));
	return first + second;
}

int main(int argc, char **argv)
{
	u32 result = 0;
	unsigned long rounds = argc > 2 ? number(argv[2]) : 1;
	while (rounds--)
		result = fib(argc > 1 ? (u32)number(argv[1]) : 36);
	put_number(result);
	put("\n");
	return 0;
}
