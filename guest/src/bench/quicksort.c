/* CPU-bound: quicksort of 200,000 pseudo-random numbers. quicksort [ROUNDS] */
#include "../kml.h"

#define SIZE 200000
static int values[SIZE];

static void NOINLINE sort(int *a, int left, int right)
{
	while (left < right) {
		int i = left, j = right, pivot = a[(left + right) >> 1];
		while (i <= j) {
			while (a[i] < pivot)
				i++;
			while (a[j] > pivot)
				j--;
			if (i <= j) {
				int t = a[i];
				a[i++] = a[j];
				a[j--] = t;
			}
		}
		if (j - left < right - i) {
			sort(a, left, j);
			left = i;
		} else {
			sort(a, i, right);
			right = j;
		}
	}
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? number(argv[1]) : 20;
	u32 sum = 0;
	for (unsigned long k = 0; k < rounds; k++) {
		u32 x = 12345 + (u32)k;
		for (int i = 0; i < SIZE; i++)
			values[i] = (int)((x = x * 1664525 + 1013904223) >> 1);
		sort(values, 0, SIZE - 1);
		sum += (u32)(values[1000] ^ values[SIZE / 2]);
	}
	put_hex(sum);
	put("\n");
	return 0;
}
