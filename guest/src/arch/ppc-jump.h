/* PowerPC: setjmp and longjmp, for handlers that do not return. */
#define JUMP_WORDS 22
__asm__("set_jump:\n\tmflr 0\n\tstw 0, 0(3)\n\tmfcr 0\n\tstw 0, 4(3)\n\tstw 1, 8(3)\n\tstmw 13, 12(3)\n\tli 3, 0\n\tblr\n"
	"long_jump:\n\tlwz 0, 0(3)\n\tmtlr 0\n\tlwz 0, 4(3)\n\tmtcr 0\n\tlwz 1, 8(3)\n\tlmw 13, 12(3)\n\tli 3, 1\n\tblr\n");
int set_jump(long state[JUMP_WORDS]) __attribute__((returns_twice));
void long_jump(long state[JUMP_WORDS]) __attribute__((noreturn));
