/* Floating point: the fast Fourier transform of 4096 complex doubles, and its inverse. fft [ROUNDS] */
#include "float.h"

#define LOG 12
#define SIZE (1 << LOG)
struct complex { double re, im; };
static struct complex data[SIZE], roots[SIZE / 2];

static void NOINLINE permute(void)
{
	for (u32 i = 0, j = 0; i < SIZE; i++) {
		if (i < j) {
			struct complex t = data[i];
			data[i] = data[j];
			data[j] = t;
		}
		u32 bit = SIZE >> 1;
		for (; bit && j & bit; bit >>= 1)
			j ^= bit;
		j |= bit;
	}
}

/* sign -1: the inverse, without its division by SIZE. */
static void NOINLINE transform(double sign)
{
	permute();
	for (u32 half = 1, step = SIZE / 2; half < SIZE; half <<= 1, step >>= 1)
		for (u32 first = 0; first < SIZE; first += 2 * half)
			for (u32 k = 0; k < half; k++) {
				struct complex *a = &data[first + k], *b = a + half, *w = &roots[k * step];
				double wi = sign * w->im;
				double re = b->re * w->re - b->im * wi, im = b->re * wi + b->im * w->re;
				b->re = a->re - re;
				b->im = a->im - im;
				a->re += re;
				a->im += im;
			}
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? number(argv[1]) : AMOUNT(40, 100, 150, 380);
	u32 x = 7;
	for (u32 i = 0; i < SIZE / 2; i++)
		sine_cosine(-2 * 3.14159265358979323846 * (int)i / SIZE, &roots[i].im, &roots[i].re);
	for (u32 i = 0; i < SIZE; i++) {
		x = x * 1664525 + 1013904223;
		data[i].re = (double)(int)x / 2147483648.0;
		data[i].im = 0;
	}
	while (rounds--) {
		transform(1);
		transform(-1);
		for (u32 i = 0; i < SIZE; i++) {
			data[i].re /= SIZE;
			data[i].im /= SIZE;
		}
	}
	double sum = 0;
	for (u32 i = 0; i < SIZE; i++)
		sum += data[i].re * (int)(i & 15) + data[i].im;
	put_double(sum);
	return 0;
}
