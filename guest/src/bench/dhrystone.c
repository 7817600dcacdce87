/* CPU-bound: what Dhrystone mixes: assignments of records, calls with few arguments, comparisons and copies of strings,
 * arrays, a little arithmetic; written anew. dhrystone [ROUNDS in thousands] */
#include "../kml.h"

enum kind { FIRST, SECOND, THIRD };
struct record {
	struct record *next;
	enum kind kind;
	int number;
	char text[32];
};

static struct record records[2];
static int vector[64], grid[64][64];
static char letter;
static int level;

static int NOINLINE compare_strings(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *(const u8 *)a - *(const u8 *)b;
}

static void NOINLINE copy_string(char *to, const char *from)
{
	while ((*to++ = *from++))
		;
}

static enum kind NOINLINE kind_of(char a, char b) { return a == b ? SECOND : FIRST; }

static void NOINLINE add_ten(int a, int b, int *to) { *to = a + b + 10; }

static void NOINLINE fill_arrays(int from, int value)
{
	int at = from + 5;
	vector[at] = value;
	vector[at + 1] = vector[at];
	vector[at + 30] = at;
	for (int i = at; i <= at + 1; i++)
		grid[at][i] = at;
	grid[at][at - 1]++;
	grid[at + 20][at] = vector[at];
	level = 5;
}

static int NOINLINE strings_differ(const char *a, const char *b)
{
	int i = 2;
	char seen = 'A';
	while (i <= 2)
		if (kind_of(a[i], b[i + 1]) == FIRST) {
			seen = 'B';
			i++;
		} else {
			break;
		}
	if (seen >= 'W' && seen < 'Z')
		i = 7;
	if (seen == 'R')
		return 1;
	if (compare_strings(a, b) > 0) {
		level = i + 7;
		return 1;
	}
	return 0;
}

static enum kind NOINLINE next_kind(enum kind kind)
{
	switch (kind) {
	case FIRST: return level > 100 ? FIRST : THIRD;
	case SECOND: return level > 3 ? SECOND : FIRST;
	default: return SECOND;
	}
}

static void NOINLINE exchange(struct record *one)
{
	struct record *next = one->next;
	*next = *one;
	one->number = 5;
	next->number = one->number;
	next->next = one->next;
	next->kind = next_kind(one->kind);
	if (next->kind == SECOND)
		add_ten(next->number, 7, &next->number);
	else
		*one = *next;
	one->next = next;
}

static u32 NOINLINE one_round(u32 round, char *text, char *other)
{
	int a = 2, b = 3, c = 7;
	letter = 'A';
	copy_string(other, "SOME STRING, THE SECOND ONE");
	int differ = !strings_differ(text, other);
	while (a < b) {
		c = 5 * a - b;
		add_ten(a, b, &c);
		a++;
	}
	fill_arrays((int)(round & 15), c);
	exchange(&records[0]);
	for (char l = 'A'; l <= 'C'; l++)
		if (kind_of(l, 'C') == SECOND)
			copy_string(text, "SOME STRING, THE THIRD ONE");
	b = b * a;
	a = b / 3;
	b = 7 * (b - c) - a;
	return (u32)(b + differ + level) + round;
}

int main(int argc, char **argv)
{
	u32 rounds = (argc > 1 ? (u32)number(argv[1]) : 3600) * 1000, sum = 0;
	char text[32], other[32];
	records[0].next = &records[1];
	records[0].kind = FIRST;
	copy_string(records[0].text, "A RECORD'S STRING");
	copy_string(text, "SOME STRING, THE FIRST ONE");
	for (u32 round = 0; round < rounds; round++)
		sum = sum * 3 + one_round(round, text, other);
	put_hex(sum + (u32)grid[9][9] + (u32)records[1].number);
	put("\n");
	return 0;
}
