/* malloc and free: lists of free blocks by power of two, over one arena from mmap. */
#ifndef HEAP_H
#define HEAP_H
#include "../kml.h"

#define ARENA_BYTES (16 << 20)
#define CLASSES 24

struct block {
	/* Class of a block in use, or the next free one. */
	union { unsigned long class; struct block *next; };
	unsigned long aligned;
};
static struct block *free_blocks[CLASSES];
static char *arena, *arena_end;

static NOINLINE void *allocate(unsigned long bytes)
{
	unsigned long class = 4;
	while ((1UL << class) < bytes + sizeof(struct block))
		class++;
	struct block *block = free_blocks[class];
	if (block) {
		free_blocks[class] = block->next;
	} else {
		if (!arena) {
			arena = map_pages(ARENA_BYTES);
			arena_end = arena + ARENA_BYTES;
		}
		if (arena + (1UL << class) > arena_end)
			return 0;
		block = (struct block *)arena;
		arena += 1UL << class;
	}
	block->class = class;
	return block + 1;
}

static NOINLINE void release(void *at)
{
	struct block *block = (struct block *)at - 1;
	unsigned long class = block->class;
	block->next = free_blocks[class];
	free_blocks[class] = block;
}
#endif
