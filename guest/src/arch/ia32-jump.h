/* IA-32: setjmp and longjmp, for handlers that do not return. */
#define JUMP_WORDS 6
__asm__("set_jump:\n\tmovl 4(%esp),%eax\n\tmovl %ebx,(%eax)\n\tmovl %esi,4(%eax)\n\tmovl %edi,8(%eax)\n\tmovl %ebp,12(%eax)\n"
	"\tleal 4(%esp),%ecx\n\tmovl %ecx,16(%eax)\n\tmovl (%esp),%ecx\n\tmovl %ecx,20(%eax)\n\txorl %eax,%eax\n\tret\n"
	"long_jump:\n\tmovl 4(%esp),%edx\n\tmovl (%edx),%ebx\n\tmovl 4(%edx),%esi\n\tmovl 8(%edx),%edi\n\tmovl 12(%edx),%ebp\n"
	"\tmovl 16(%edx),%esp\n\tmovl $1,%eax\n\tjmp *20(%edx)\n");
int set_jump(long state[JUMP_WORDS]) __attribute__((returns_twice));
void long_jump(long state[JUMP_WORDS]) __attribute__((noreturn));
