/* ARM: setjmp and longjmp, for handlers that do not return. */
#define JUMP_WORDS 10
__asm__("set_jump:\n\tstmia r0!, {r4-r11}\n\tstr sp, [r0], #4\n\tstr lr, [r0]\n\tmov r0, #0\n\tbx lr\n"
	"long_jump:\n\tldmia r0!, {r4-r11}\n\tldr sp, [r0], #4\n\tldr lr, [r0]\n\tmov r0, #1\n\tbx lr\n");
int set_jump(long state[JUMP_WORDS]) __attribute__((returns_twice));
void long_jump(long state[JUMP_WORDS]) __attribute__((noreturn));
