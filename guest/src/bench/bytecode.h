/* A bytecode with eight registers and a memory of 1024 words, and a program in it: vmswitch and vmcalls run it. */
#ifndef BYTECODE_H
#define BYTECODE_H
#include "../kml.h"

#define SIZE 1000
enum op { SET, ADD, SUB, MUL, XOR, AND, SHIFT, LOAD, STORE, INC, LESS, BRANCH, UNLESS, JUMP, OUT, HALT, OPERATIONS };

/* Registers a, b and c; of SET the constant is b + 256 c, of SHIFT c; of a jump, b is the instruction to go to. */
struct instruction {
	u8 op, a, b, c;
};

struct vm {
	const struct instruction *pc;
	u32 running, out, r[8], memory[1024];
};

enum { CLEAR = 4, OUTER = 9, INNER = 14, NEXT = 19, MIX = 25 };
/* Sieves the primes below SIZE, then mixes the flags into a generator of numbers. */
static const struct instruction program[] = {
	{ SET, 0, 2, 0 },
	{ SET, 7, SIZE & 255, SIZE >> 8 },
	{ SET, 6, 0, 0 },
	{ SET, 3, 77, 190 },
	[CLEAR] = { STORE, 6, 0, 0 },
	{ INC, 0, 0, 0 },
	{ LESS, 1, 0, 7 },
	{ BRANCH, 1, CLEAR, 0 },
	{ SET, 0, 2, 0 },
	[OUTER] = { LOAD, 1, 0, 0 },
	{ BRANCH, 1, NEXT, 0 },
	{ ADD, 5, 5, 0 },
	{ OUT, 0, 0, 0 },
	{ ADD, 2, 0, 0 },
	[INNER] = { LESS, 1, 2, 7 },
	{ UNLESS, 1, NEXT, 0 },
	{ STORE, 0, 2, 0 },
	{ ADD, 2, 2, 0 },
	{ JUMP, 0, INNER, 0 },
	[NEXT] = { INC, 0, 0, 0 },
	{ LESS, 1, 0, 7 },
	{ BRANCH, 1, OUTER, 0 },
	{ SET, 2, 0, 4 },
	{ SET, 6, 1, 0 },
	{ ADD, 5, 5, 6 },
	[MIX] = { MUL, 5, 5, 3 },
	{ ADD, 5, 5, 2 },
	{ SHIFT, 1, 5, 9 },
	{ XOR, 5, 5, 1 },
	{ AND, 4, 5, 7 },
	{ LOAD, 1, 4, 0 },
	{ ADD, 5, 5, 1 },
	{ SUB, 2, 2, 6 },
	{ BRANCH, 2, MIX, 0 },
	{ OUT, 5, 0, 0 },
	{ HALT, 0, 0, 0 },
};

static struct vm vm;
static void run(struct vm *vm);

/* Runs the program again and again, and prints what it put out, mixed. */
static int run_program(int argc, char **argv, u32 rounds)
{
	if (argc > 1)
		rounds = (u32)number(argv[1]);
	vm.r[5] = 1;
	while (rounds--) {
		vm.pc = program;
		vm.running = 1;
		run(&vm);
	}
	put_hex(vm.out);
	put("\n");
	return 0;
}
#endif
