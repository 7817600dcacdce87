/* Multiplication of two square matrices of NUMBER, again and again: matd and matf. */
#include "float.h"

#define SIZE 96
static NUMBER left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];

static void NOINLINE multiply(void)
{
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			NUMBER sum = 0;
			for (int k = 0; k < SIZE; k++)
				sum += left[i][k] * right[k][j];
			product[i][j] = sum;
		}
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? number(argv[1]) : AMOUNT(16, 30, 50, 140);
	u32 x = 1;
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			x = x * 1664525 + 1013904223;
			left[i][j] = (NUMBER)(int)(x >> 8) / 16777216;
			x = x * 1664525 + 1013904223;
			right[i][j] = (NUMBER)(int)(x >> 8) / 16777216 - (NUMBER)0.5;
		}
	while (rounds--) {
		multiply();
		/* The next round's factor depends on this one's product. */
		for (int i = 0; i < SIZE; i++)
			left[i][i] += product[i][SIZE - 1 - i] / 1024;
	}
	double sum = 0;
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++)
			sum += product[i][j];
	put_double(sum);
	return 0;
}
