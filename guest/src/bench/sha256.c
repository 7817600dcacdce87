/* CPU-bound: the SHA-256 compression function over 64 KiB, again and again. sha256 [ROUNDS] */
#include "../kml.h"

#define ROR(x, n) ((x) >> (n) | (x) << (32 - (n)))
static u32 K[64];
static u8 buffer[65536];

/* The constants of FIPS 180-4 are the fractional parts of cube roots of primes: found here by integer search. */
static u32 cube_root_fraction(u32 prime)
{
	u64 low = 0, high = (u64)8 << 32;
	while (high - low > 1) {
		u64 middle = (low + high) >> 1;
		/* middle is a 35-bit fixed point number with 32 fraction bits; compare middle^3 with prime << 96, upper parts only. */
		u64 square_high = (middle >> 16) * (middle >> 16); /* fraction bits: 32 */
		u64 square_mid = 2 * (middle >> 16) * (middle & 0xffff);
		u64 square = square_high + (square_mid >> 16) + (((middle & 0xffff) * (middle & 0xffff)) >> 32);
		u64 cube_high = (square >> 32) * middle + (((square & 0xffffffffu) * (middle >> 8)) >> 24);
		if (cube_high >= (u64)prime << 32)
			high = middle;
		else
			low = middle;
	}
	return (u32)low;
}

static void NOINLINE compress(u32 *state, const u8 *block)
{
	u32 w[64];
	for (int i = 0; i < 16; i++)
		w[i] = (u32)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++) {
		u32 a = w[i - 15], b = w[i - 2];
		w[i] = w[i - 16] + w[i - 7] + (ROR(a, 7) ^ ROR(a, 18) ^ a >> 3) + (ROR(b, 17) ^ ROR(b, 19) ^ b >> 10);
	}
	u32 a = state[0], b = state[1], c = state[2], d = state[3];
	u32 e = state[4], f = state[5], g = state[6], h = state[7];
	for (int i = 0; i < 64; i++) {
		u32 t1 = h + (ROR(e, 6) ^ ROR(e, 11) ^ ROR(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
		u32 t2 = (ROR(a, 2) ^ ROR(a, 13) ^ ROR(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
		h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
	}
	state[0] += a, state[1] += b, state[2] += c, state[3] += d;
	state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? number(argv[1]) : 300;
	u32 state[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, prime = 1;
	for (int i = 0; i < 64; i++) {
		for (u32 divisor = 2;; divisor = 2) {
			prime++;
			while (divisor * divisor <= prime && prime % divisor)
				divisor++;
			if (divisor * divisor > prime)
				break;
		}
		K[i] = cube_root_fraction(prime);
	}
	for (int i = 0; i < 65536; i++)
		buffer[i] = (u8)(i * 7);
	while (rounds--)
		for (int i = 0; i < 65536; i += 64)
			compress(state, buffer + i);
	put_hex(state[0] ^ state[5]);
	put("\n");
	return 0;
}
