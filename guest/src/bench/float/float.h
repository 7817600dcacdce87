/* What the floating-point programs share: a result printed to the last bit, square roots, sines. */
#ifndef FLOAT_H
#define FLOAT_H
#include "../../kml.h"

/* A program's default amount of work, about a second under QEMU, which is not as fast at each. */
#if defined(__i386__) && !defined(__SSE2_MATH__)
#define AMOUNT(x87, ppc, mips, other) x87
#elif defined(__powerpc__)
#define AMOUNT(x87, ppc, mips, other) ppc
#elif defined(__mips__)
#define AMOUNT(x87, ppc, mips, other) mips
#else
#define AMOUNT(x87, ppc, mips, other) other
#endif

/* The bits of a double, high word first on every ISA. */
static inline void put_double(double value)
{
	union { double value; u64 bits; } as = { value };
	put_hex((u32)(as.bits >> 32));
	put_hex((u32)as.bits);
	put("\n");
}

/* The CPU's square root; PowerPC 750 has none, and what a C library does there is Newton's iteration, too. */
static inline double square_root(double value)
{
#ifdef __powerpc__
	union { double value; u64 bits; } guess = { value };
	guess.bits = 0x5fe6eb50c7b537a9ULL - (guess.bits >> 1);
	double inverse = guess.value;
	for (int i = 0; i < 4; i++)
		inverse = inverse * (1.5 - 0.5 * value * inverse * inverse);
	double root = value * inverse;
	return root + 0.5 * inverse * (value - root * root);
#else
	return __builtin_sqrt(value);
#endif
}

/* Sine and cosine of an angle within -pi..pi, by Taylor series. */
static NOINLINE __attribute__((unused)) void sine_cosine(double angle, double *sine, double *cosine)
{
	double s = angle, c = 1, term = angle, even = 1;
	for (int n = 2; n < 30; n += 2) {
		even = -even * angle * angle / ((n - 1) * n);
		term = -term * angle * angle / (n * (n + 1));
		c += even;
		s += term;
	}
	*sine = s;
	*cosine = c;
}
#endif
