/* CPU-bound: an interpreter of bytecode with a switch. vmswitch [ROUNDS] */
#include "bytecode.h"

static void NOINLINE run(struct vm *vm)
{
	const struct instruction *pc = vm->pc;
	u32 *r = vm->r;
	for (;;) {
		struct instruction i = *pc++;
		switch ((enum op)i.op) {
		case SET: r[i.a] = i.b + 256u * i.c; break;
		case ADD: r[i.a] = r[i.b] + r[i.c]; break;
		case SUB: r[i.a] = r[i.b] - r[i.c]; break;
		case MUL: r[i.a] = r[i.b] * r[i.c]; break;
		case XOR: r[i.a] = r[i.b] ^ r[i.c]; break;
		case AND: r[i.a] = r[i.b] & r[i.c]; break;
		case SHIFT: r[i.a] = r[i.b] >> i.c; break;
		case LOAD: r[i.a] = vm->memory[r[i.b] & 1023]; break;
		case STORE: vm->memory[r[i.b] & 1023] = r[i.a]; break;
		case INC: r[i.a]++; break;
		case LESS: r[i.a] = r[i.b] < r[i.c]; break;
		case BRANCH:
			if (r[i.a])
				pc = program + i.b;
			break;
		case UNLESS:
			if (!r[i.a])
				pc = program + i.b;
			break;
		case JUMP: pc = program + i.b; break;
		case OUT: vm->out = vm->out * 31 + r[i.a]; break;
		case HALT:
		case OPERATIONS: return;
		}
	}
}

int main(int argc, char **argv) { return run_program(argc, argv, 3500); }
