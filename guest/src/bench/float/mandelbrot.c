/* Floating point: points of the Mandelbrot set, in doubles: the sum of iterations until they escape. mandelbrot [LINES] */
#include "float.h"

#define WIDTH 256
#define LIMIT 200

static u32 NOINLINE escape(double cr, double ci)
{
	double r = 0, i = 0;
	u32 n = 0;
	while (n < LIMIT) {
		double rr = r * r, ii = i * i;
		if (rr + ii > 4)
			break;
		i = 2 * r * i + ci;
		r = rr - ii + cr;
		n++;
	}
	return n;
}

int main(int argc, char **argv)
{
	u32 lines = argc > 1 ? (u32)number(argv[1]) : AMOUNT(350, 600, 1000, 1500), sum = 0;
	for (u32 y = 0; y < lines; y++)
		for (u32 x = 0; x < WIDTH; x++)
			sum = sum * 31 + escape(-2.0 + 2.75 * (int)x / WIDTH, -1.25 + 2.5 * (int)y / (int)lines);
	put_hex(sum);
	put("\n");
	return 0;
}
