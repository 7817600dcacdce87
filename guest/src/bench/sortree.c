/* CPU-bound: words made with malloc, sorted by pointer with a comparison function (heap sort), put into a binary tree
 * that is walked and taken down. sortree [ROUNDS] */
#include "heap.h"

#define WORDS 12000
struct tree {
	struct tree *left, *right;
	char *word;
	u32 times;
};
static char *words[WORDS];

static int NOINLINE order(const void *a, const void *b)
{
	const u8 *x = *(const u8 *const *)a, *y = *(const u8 *const *)b;
	while (*x && *x == *y)
		x++, y++;
	return *x - *y;
}

static void NOINLINE sift(char **heap, u32 at, u32 n, int (*compare)(const void *, const void *))
{
	char *value = heap[at];
	for (u32 child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && compare(&heap[child], &heap[child + 1]) < 0)
			child++;
		if (compare(&value, &heap[child]) >= 0)
			break;
		heap[at] = heap[child];
	}
	heap[at] = value;
}

static void NOINLINE sort(char **heap, u32 n, int (*compare)(const void *, const void *))
{
	for (u32 i = n / 2; i-- > 0;)
		sift(heap, i, n, compare);
	while (--n > 0) {
		char *greatest = heap[0];
		heap[0] = heap[n];
		heap[n] = greatest;
		sift(heap, 0, n, compare);
	}
}

static struct tree *NOINLINE insert(struct tree *tree, char *word)
{
	if (!tree) {
		tree = allocate(sizeof *tree);
		tree->left = tree->right = 0;
		tree->word = word;
		tree->times = 1;
		return tree;
	}
	int sign = order(&word, &tree->word);
	if (sign == 0)
		tree->times++;
	else if (sign < 0)
		tree->left = insert(tree->left, word);
	else
		tree->right = insert(tree->right, word);
	return tree;
}

static u32 NOINLINE walk(const struct tree *tree, u32 sum)
{
	if (!tree)
		return sum;
	sum = walk(tree->left, sum);
	for (const char *p = tree->word; *p; p++)
		sum = sum * 31 + (u8)*p;
	return walk(tree->right, sum + tree->times);
}

static void NOINLINE take_down(struct tree *tree)
{
	if (!tree)
		return;
	take_down(tree->left);
	take_down(tree->right);
	release(tree);
}

static char *NOINLINE make_word(u32 x)
{
	u32 n = 3 + (x >> 28 & 7);
	char *word = allocate(n + 1);
	for (u32 i = 0; i < n; i++, x = x * 69069 + 1)
		word[i] = (char)('a' + (x >> 27 & 15));
	word[n] = 0;
	return word;
}

int main(int argc, char **argv)
{
	u32 rounds = argc > 1 ? (u32)number(argv[1]) : 75, sum = 0, x = 1;
	while (rounds--) {
		struct tree *tree = 0;
		for (u32 i = 0; i < WORDS; i++)
			words[i] = make_word(x = x * 1664525 + 1013904223);
		for (u32 i = 0; i < WORDS; i++)
			tree = insert(tree, words[i]);
		sum = walk(tree, sum);
		take_down(tree);
		sort(words, WORDS, order);
		for (u32 i = 0; i < WORDS; i++) {
			sum = sum * 5 + (u8)words[i][1];
			release(words[i]);
		}
	}
	put_hex(sum);
	put("\n");
	return 0;
}
