/* CPU-bound: a text of 64 KiB packed by matches with what came before (LZ77, found by a hash of three bytes and chains),
 * unpacked and compared. lz [ROUNDS] */
#include "../kml.h"

#define BYTES (64 << 10)
#define HASHES 4096
#define LEAST 3
#define MOST 130
#define TRIES 16

static u8 text[BYTES], packed[BYTES + BYTES / 64 + 64], again[BYTES];
static int heads[HASHES], chain[BYTES];

static inline u32 hash(const u8 *p) { return (p[0] * 2654435761u ^ p[1] * 40503u ^ p[2] * 97u << 4) & (HASHES - 1); }

static u32 NOINLINE match(u32 a, u32 b)
{
	u32 n = 0, most = BYTES - b < MOST ? BYTES - b : MOST;
	while (n < most && text[a + n] == text[b + n])
		n++;
	return n;
}

static inline void remember(u32 at)
{
	u32 h = hash(text + at);
	chain[at] = heads[h];
	heads[h] = (int)at;
}

/* A byte below 128: so many literals less one follow; above: a match's length and 16 bits of distance. */
static u32 NOINLINE pack(void)
{
	u8 *out = packed, *literals = 0;
	for (int i = 0; i < HASHES; i++)
		heads[i] = -1;
	for (u32 at = 0; at < BYTES;) {
		u32 best = 0, from = 0;
		if (at + LEAST <= BYTES) {
			int try = heads[hash(text + at)];
			for (int tries = TRIES; try >= 0 && tries--; try = chain[try]) {
				u32 n = match((u32)try, at);
				if (n > best)
					best = n, from = (u32)try;
			}
		}
		if (best >= LEAST) {
			u32 distance = at - from;
			*out++ = (u8)(128 + best - LEAST);
			*out++ = (u8)distance;
			*out++ = (u8)(distance >> 8);
			literals = 0;
			for (; best--; at++)
				if (at + LEAST <= BYTES)
					remember(at);
		} else {
			if (!literals || *literals == 127) {
				literals = out++;
				*literals = 0;
			} else {
				++*literals;
			}
			*out++ = text[at];
			if (at + LEAST <= BYTES)
				remember(at);
			at++;
		}
	}
	return (u32)(out - packed);
}

static u32 NOINLINE unpack(u32 bytes)
{
	const u8 *in = packed, *end = packed + bytes;
	u8 *out = again;
	while (in < end) {
		u32 n = *in++;
		if (n < 128) {
			for (n++; n--;)
				*out++ = *in++;
		} else {
			const u8 *from = out - (in[0] | (u32)in[1] << 8);
			in += 2;
			for (n = n - 128 + LEAST; n--;)
				*out++ = *from++;
		}
	}
	return (u32)(out - again);
}

/* Words of a small vocabulary, now and then a number. */
static void make_text(u32 x)
{
	static const char *const vocabulary[] = { "the ", "kernel ", "mode ", "of ", "page ", "table ", "and ", "a ", "system ",
		"call ", "enters ", "at ", "address ", "returns ", "to ", "process " };
	u32 at = 0;
	while (at < BYTES) {
		x = x * 1664525 + 1013904223;
		if ((x >> 24) < 24) {
			for (u32 digits = x >> 8 & 7; digits-- && at < BYTES; x = x * 69069 + 1)
				text[at++] = (u8)('0' + (x >> 29));
			continue;
		}
		for (const char *p = vocabulary[x >> 20 & 15]; *p && at < BYTES;)
			text[at++] = (u8)*p++;
	}
}

int main(int argc, char **argv)
{
	u32 rounds = argc > 1 ? (u32)number(argv[1]) : 230, sum = 0;
	for (u32 round = 0; round < rounds; round++) {
		if (round % 8 == 0)
			make_text(round + 1);
		u32 bytes = pack();
		if (unpack(bytes) != BYTES) {
			put("lz: wrong length\n");
			return 1;
		}
		for (u32 i = 0; i < BYTES; i++)
			if (again[i] != text[i]) {
				put("lz: wrong byte\n");
				return 1;
			}
		sum = sum * 31 + bytes;
	}
	put_hex(sum);
	put("\n");
	return 0;
}
