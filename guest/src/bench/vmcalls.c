/* CPU-bound: an interpreter of bytecode with a table of functions, one for each operation. vmcalls [ROUNDS] */
#include "bytecode.h"

#define OPERATION(name, body) \
	static void name(struct vm *vm, struct instruction i) \
	{ \
		u32 *r = vm->r; \
		body; \
		(void)i; \
		(void)r; \
	}
OPERATION(run_set, r[i.a] = i.b + 256u * i.c)
OPERATION(run_add, r[i.a] = r[i.b] + r[i.c])
OPERATION(run_sub, r[i.a] = r[i.b] - r[i.c])
OPERATION(run_mul, r[i.a] = r[i.b] * r[i.c])
OPERATION(run_xor, r[i.a] = r[i.b] ^ r[i.c])
OPERATION(run_and, r[i.a] = r[i.b] & r[i.c])
OPERATION(run_shift, r[i.a] = r[i.b] >> i.c)
OPERATION(run_load, r[i.a] = vm->memory[r[i.b] & 1023])
OPERATION(run_store, vm->memory[r[i.b] & 1023] = r[i.a])
OPERATION(run_inc, r[i.a]++)
OPERATION(run_less, r[i.a] = r[i.b] < r[i.c])
OPERATION(run_branch, if (r[i.a]) vm->pc = program + i.b)
OPERATION(run_unless, if (!r[i.a]) vm->pc = program + i.b)
OPERATION(run_jump, vm->pc = program + i.b)
OPERATION(run_out, vm->out = vm->out * 31 + r[i.a])
OPERATION(run_halt, vm->running = 0)

static void (*const operations[OPERATIONS])(struct vm *, struct instruction) = {
	run_set, run_add, run_sub, run_mul, run_xor, run_and, run_shift, run_load, run_store, run_inc, run_less, run_branch,
	run_unless, run_jump, run_out, run_halt,
};

static void NOINLINE run(struct vm *vm)
{
	while (vm->running) {
		struct instruction i = *vm->pc++;
		operations[i.op](vm, i);
	}
}

int main(int argc, char **argv) { return run_program(argc, argv, 2000); }
