/* CPU-bound: pointer chasing through a linked list of 4096 nodes. list [STEPS in thousands] */
#include "../kml.h"

struct node {
	struct node *next;
	u32 value;
	u32 padding[2];
};
static struct node nodes[4096];

static u32 NOINLINE walk(struct node *p, u32 steps)
{
	u32 sum = 0;
	while (steps--) {
		sum += p->value;
		p = p->next;
	}
	return sum;
}

int main(int argc, char **argv)
{
	for (int i = 0; i < 4096; i++) {
		nodes[i].value = (u32)i * 17;
		nodes[i].next = &nodes[(i * 1237 + 1) & 4095];
	}
	put_hex(walk(nodes, (u32)(argc > 1 ? number(argv[1]) : 100000) * 1000));
	put("\n");
	return 0;
}
