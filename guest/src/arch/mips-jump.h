/* MIPS: setjmp and longjmp, for handlers that do not return. */
#define JUMP_WORDS 12
__asm__(".set push\n\t.set noreorder\n"
	"set_jump:\n\tsw $16, 0($4)\n\tsw $17, 4($4)\n\tsw $18, 8($4)\n\tsw $19, 12($4)\n\tsw $20, 16($4)\n\tsw $21, 20($4)\n"
	"\tsw $22, 24($4)\n\tsw $23, 28($4)\n\tsw $28, 32($4)\n\tsw $29, 36($4)\n\tsw $30, 40($4)\n\tsw $31, 44($4)\n"
	"\tjr $31\n\tli $2, 0\n"
	"long_jump:\n\tlw $16, 0($4)\n\tlw $17, 4($4)\n\tlw $18, 8($4)\n\tlw $19, 12($4)\n\tlw $20, 16($4)\n\tlw $21, 20($4)\n"
	"\tlw $22, 24($4)\n\tlw $23, 28($4)\n\tlw $28, 32($4)\n\tlw $29, 36($4)\n\tlw $30, 40($4)\n\tlw $31, 44($4)\n"
	"\tjr $31\n\tli $2, 1\n\t.set pop\n");
int set_jump(long state[JUMP_WORDS]) __attribute__((returns_twice));
void long_jump(long state[JUMP_WORDS]) __attribute__((noreturn));
