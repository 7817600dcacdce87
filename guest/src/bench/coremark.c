/* CPU-bound: what CoreMark mixes: a linked list searched, reversed and sorted; small matrices of integers; a state
 * machine over text; CRC-16 of the results; written anew. coremark [ROUNDS] */
#include "../kml.h"

static u32 NOINLINE crc16(u32 value, u32 crc)
{
	for (int bit = 0; bit < 16; bit++, value >>= 1) {
		u32 low = (crc ^ value) & 1;
		crc >>= 1;
		if (low)
			crc ^= 0xa001;
	}
	return crc;
}

/* ---- list */

#define NODES 128
struct node {
	struct node *next;
	short key, value;
};
static struct node nodes[NODES];

static struct node *NOINLINE find(struct node *at, int key)
{
	while (at && at->key != key)
		at = at->next;
	return at;
}

static struct node *NOINLINE reverse(struct node *at)
{
	struct node *done = 0;
	while (at) {
		struct node *next = at->next;
		at->next = done;
		done = at;
		at = next;
	}
	return done;
}

static int by_key(const struct node *a, const struct node *b) { return a->key - b->key; }
static int by_value(const struct node *a, const struct node *b)
{
	return a->value != b->value ? a->value - b->value : a->key - b->key;
}

/* Merge sort, the halves growing. */
static struct node *NOINLINE sort(struct node *list, int (*order)(const struct node *, const struct node *))
{
	for (u32 half = 1;; half *= 2) {
		struct node *rest = list, *last = 0;
		u32 merges = 0;
		list = 0;
		while (rest) {
			struct node *a = rest, *b = rest;
			u32 left = 0, right = half;
			merges++;
			while (left < half && b)
				b = b->next, left++;
			while (left || (right && b)) {
				struct node *least;
				if (left && (!right || !b || order(a, b) <= 0))
					least = a, a = a->next, left--;
				else
					least = b, b = b->next, right--;
				if (last)
					last->next = least;
				else
					list = least;
				last = least;
			}
			rest = b;
		}
		last->next = 0;
		if (merges <= 1)
			return list;
	}
}

static u32 NOINLINE run_list(u32 round, u32 crc)
{
	struct node *list = sort(nodes, by_value);
	for (int key = 0; key < 32; key++) {
		struct node *found = find(list, (key * 7 + (int)round) & (NODES - 1));
		crc = crc16(found ? (u32)found->value : 0, crc);
		list = reverse(list);
	}
	list = sort(list, by_key);
	for (struct node *at = list; at; at = at->next)
		at->value = (short)(at->value * 5 + (short)crc);
	return crc16((u32)list->next->value, crc);
}

/* ---- matrix */

#define SIZE 12
static short left[SIZE][SIZE], right[SIZE][SIZE];
static int product[SIZE][SIZE];

static u32 NOINLINE run_matrix(u32 round, u32 crc)
{
	int sum = 0, before = 0;
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++)
			left[i][j] = (short)(left[i][j] + (int)(round & 7));
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			int cell = 0;
			for (int k = 0; k < SIZE; k++)
				cell += left[i][k] * right[k][j];
			product[i][j] = cell;
		}
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			int cell = (product[i][j] >> 2 & 15) * (product[i][j] >> 5 & 127);
			sum += cell > before ? 10 : cell;
			before = cell;
		}
	return crc16((u32)sum & 0xffff, crc);
}

/* ---- state machine: what kind of number each word of a text is */

enum state { START, SIGN, WHOLE, POINT, FRACTION, EXPONENT, POWER, INVALID, STATES };
static const char text[] = "5012,-874,+122,.123,35.54,-110.7,+.644,7.5e+5,-9.87e-3,T0.3,-T.T,++1,1.2.3,0x1e,120e8,";
static u8 letters[sizeof text];

static enum state NOINLINE next_state(enum state state, u8 c)
{
	int digit = c >= '0' && c <= '9';
	switch (state) {
	case START: return digit ? WHOLE : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : INVALID;
	case SIGN: return digit ? WHOLE : c == '.' ? POINT : INVALID;
	case WHOLE: return digit ? WHOLE : c == '.' ? FRACTION : c == 'e' ? EXPONENT : INVALID;
	case POINT: return digit ? FRACTION : INVALID;
	case FRACTION: return digit ? FRACTION : c == 'e' ? EXPONENT : INVALID;
	case EXPONENT: return digit || c == '+' || c == '-' ? POWER : INVALID;
	case POWER: return digit ? POWER : INVALID;
	default: return INVALID;
	}
}

static u32 NOINLINE run_states(u32 round, u32 crc)
{
	u32 ended[STATES] = { 0 }, steps[STATES] = { 0 };
	enum state state = START;
	for (u32 i = 0; letters[i]; i++) {
		if (letters[i] == ',') {
			ended[state]++;
			state = START;
			continue;
		}
		state = next_state(state, letters[i]);
		steps[state]++;
	}
	/* A letter changes for the next round. */
	u32 at = round % (sizeof text - 1);
	if (letters[at] != ',')
		letters[at] ^= 1;
	for (u32 i = 0; i < STATES; i++)
		crc = crc16(ended[i] << 8 | steps[i], crc);
	return crc;
}

int main(int argc, char **argv)
{
	u32 rounds = argc > 1 ? (u32)number(argv[1]) : 18000, crc = 0xffff;
	for (u32 i = 0; i < sizeof text; i++)
		letters[i] = (u8)text[i];
	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++)
			left[i][j] = (short)(i * 13 + j), right[i][j] = (short)(i - j * 7);
	for (int i = 0; i < NODES; i++) {
		nodes[i].key = (short)i;
		nodes[i].value = (short)(i * 517 & 1023);
	}
	for (u32 round = 0; round < rounds; round++) {
		for (int i = 0; i < NODES; i++)
			nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : 0;
		crc = run_list(round, crc);
		crc = run_matrix(round, crc);
		crc = run_states(round, crc);
	}
	put_hex(crc);
	put("\n");
	return 0;
}
