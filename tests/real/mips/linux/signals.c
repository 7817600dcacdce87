/* Signals: of faults, also in delay slots; of codes that compilers use; handlers, stacks, masks, waiting, children. */
#define _GNU_SOURCE
#include <errno.h>
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf resume;
static volatile int taken, code, alarms;
static void *volatile address;

static void leap(int signal, siginfo_t *info, void *context)
{
	taken = signal;
	code = info->si_code;
	address = info->si_addr;
	siglongjmp(resume, 1);
}

static void unprotect(int signal, siginfo_t *info, void *context)
{
	taken = signal;
	mprotect((void *)((long)info->si_addr & ~4095L), 4096, PROT_READ | PROT_WRITE);
}

static void report(int signal, siginfo_t *info, void *context)
{
	printf("handler: signal %d code %d own %d value %d\n", signal, info->si_code, info->si_pid == getpid(),
	       info->si_code == SI_QUEUE ? info->si_value.sival_int : 0);
}

static void elsewhere(int signal, siginfo_t *info, void *context)
{
	char here;
	stack_t *stack = &((ucontext_t *)context)->uc_stack;
	char *base = stack->ss_sp;
	printf("on the other stack %d, of %d bytes\n", &here > base && &here < base + stack->ss_size, (int)stack->ss_size);
}

static void count(int signal) { alarms++; }

static void on(int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_sigaction = handler;
	action.sa_flags = SA_SIGINFO | flags;
	sigaction(signal, &action, 0);
}

#define TRY(what, statement) do { \
	taken = code = 0; \
	address = 0; \
	if (sigsetjmp(resume, 1) == 0) { statement; } \
	printf("%s: signal %d code %d", what, taken, code); \
} while (0)
#define ADDRESS(expected) printf(", address %s\n", address == (void *)(expected) ? "right" : "wrong")

static volatile int zero, one = 1, lowest = (int)0x80000000u;

static void faults(void)
{
	int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
	for (int i = 0; i < 5; i++)
		on(signals[i], leap, 0);
	char *readonly = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	TRY("read of nothing", (void)*(volatile int *)16);
	ADDRESS(16);
	TRY("write to nothing", *(volatile int *)32 = 1);
	ADDRESS(32);
	TRY("write to a read-only page", *(volatile char *)readonly = 1);
	ADDRESS(readonly);
	TRY("jump to nothing", ((void (*)(void))0)());
	ADDRESS(0);
	TRY("jump to an odd address", ((void (*)(void))((char *)leap + 2))());
	ADDRESS((char *)leap + 2);
	TRY("address of the kernel's", (void)*(volatile int *)0x80000000u);
	ADDRESS(0x80000000u);
	TRY("division by zero", printf("%d", one / zero));
	puts("");
	TRY("overflow", { int r; __asm__ volatile("addi %0, %1, -1" : "=r"(r) : "r"(lowest)); });
	puts("");
	TRY("break 6", __asm__ volatile("break 6"));
	puts("");
	TRY("break", __asm__ volatile("break"));
	puts("");
	TRY("trap", __asm__ volatile("teq $0, $0"));
	puts("");
	TRY("reserved instruction", __asm__ volatile(".word 0x0000003f"));
	puts("");
}

static volatile double nothing, huge = 1e308, tiny = 1e-308, result;

static void floating_point(void)
{
	feenableexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW | FE_UNDERFLOW);
	TRY("1.0 / 0.0", result = 1 / nothing);
	puts("");
	TRY("0.0 / 0.0", result = nothing / nothing);
	puts("");
	TRY("overflow of a double", result = huge * huge);
	puts("");
	TRY("underflow of a double", result = tiny * tiny);
	puts("");
	fedisableexcept(FE_ALL_EXCEPT);
	feclearexcept(FE_ALL_EXCEPT);
	TRY("1.0 / 0.0, disabled", result = 1 / nothing);
	printf(", flag %d\n", fetestexcept(FE_ALL_EXCEPT) == FE_DIVBYZERO);
}

static void delay_slots(void)
{
	char *first = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *second = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int value, way;
	on(SIGSEGV, unprotect, 0);
	__asm__ volatile(".set push\n\t.set noreorder\n"
			 "\tbal 1f\n"
			 "\tli %1, 1\n"
			 "1:\tb 2f\n"
			 "\tlw %0, 0(%2)\n"
			 "\tli %1, 7\n"
			 "2:\taddiu %1, %1, 1\n"
			 "\t.set pop" : "=&r"(value), "=&r"(way) : "r"(first) : "$31");
	printf("load in a delay slot: %d, way %d, signal %d\n", value, way, taken);
	__asm__ volatile(".set push\n\t.set noreorder\n"
			 "\tli %0, 1\n"
			 "\tbne %0, $0, 2f\n"
			 "\tsw %0, 4(%1)\n"
			 "\tli %0, 7\n"
			 "2:\taddiu %0, %0, 1\n"
			 "\t.set pop" : "=&r"(way) : "r"(second) : "memory");
	printf("store in a delay slot: %d, way %d\n", ((int *)second)[1], way);
	taken = 0;
	register long number __asm__("$2") = 4020;
	register long error __asm__("$7");
	__asm__ volatile(".set push\n\t.set noreorder\n"
			 "\tli %1, 1\n"
			 "\tb 2f\n"
			 "\tsyscall\n"
			 "\tli %1, 7\n"
			 "2:\t.set pop" : "+r"(number), "=&r"(way), "=r"(error) : : "$1", "$3", "$8", "$9", "$10", "$11", "$12", "$13",
			 "$14", "$15", "$24", "$25", "hi", "lo", "memory");
	printf("system call in a delay slot: own %d, way %d\n", number == getpid(), way);
}

static void masks(void)
{
	union sigval value = { .sival_int = 77 };
	on(SIGUSR1, report, 0);
	on(SIGRTMIN + 3, report, 0);
	on(SIGRTMAX, report, 0);
	kill(getpid(), SIGUSR1);
	raise(SIGUSR1);
	sigqueue(getpid(), SIGRTMIN + 3, value);
	sigqueue(getpid(), SIGRTMAX, value);

	stack_t stack = { .ss_sp = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), .ss_size = 65536 };
	sigaltstack(&stack, 0);
	on(SIGUSR2, elsewhere, SA_ONSTACK);
	raise(SIGUSR2);
	sigaltstack(0, &stack);
	printf("stack of %d bytes, flags %d\n", (int)stack.ss_size, stack.ss_flags);

	sigset_t set, old, pending;
	siginfo_t info;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMAX);
	sigprocmask(SIG_BLOCK, &set, &old);
	raise(SIGUSR1);
	raise(SIGRTMAX);
	sigpending(&pending);
	printf("pending %d %d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGRTMAX), sigismember(&pending, SIGUSR2));
	sigprocmask(SIG_UNBLOCK, &set, 0);
	sigprocmask(SIG_BLOCK, &set, 0);
	raise(SIGRTMAX);
	printf("waited for the last signal: %d\n", sigwaitinfo(&set, &info) == SIGRTMAX);
	sigprocmask(SIG_SETMASK, &old, 0);
}

static void restarts(void)
{
	int fds[2], status;
	char byte;
	struct sigaction action = { .sa_handler = count };
	struct itimerval timer = { { 0, 0 }, { 0, 20000 } };
	pipe(fds);
	sigaction(SIGALRM, &action, 0);
	setitimer(ITIMER_REAL, &timer, 0);
	int got = read(fds[0], &byte, 1);
	printf("read %d, %s\n", got, strerror(errno));
	action.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &action, 0);
	timer.it_interval.tv_usec = 20000;
	setitimer(ITIMER_REAL, &timer, 0);
	pid_t child = fork();
	if (child == 0) {
		usleep(90000);
		write(fds[1], "x", 1);
		_exit(3);
	}
	got = read(fds[0], &byte, 1);
	printf("restarted read %d, alarms meanwhile %d\n", got, alarms > 2);
	memset(&timer, 0, sizeof timer);
	setitimer(ITIMER_REAL, &timer, 0);
	waitpid(child, &status, 0);
	printf("exit status %d\n", WEXITSTATUS(status));
}

static void children(void)
{
	int status;
	siginfo_t info;
	pid_t child = fork();
	if (child == 0) {
		signal(SIGBUS, SIG_DFL);
		raise(SIGBUS);
	}
	waitpid(child, &status, 0);
	printf("ended by SIGBUS %d\n", WTERMSIG(status) == SIGBUS);
	child = fork();
	if (child == 0) {
		raise(SIGSTOP);
		_exit(9);
	}
	waitpid(child, &status, WUNTRACED);
	printf("stopped by SIGSTOP %d\n", WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	kill(child, SIGCONT);
	waitpid(child, &status, 0);
	printf("exit status %d\n", WEXITSTATUS(status));
	child = fork();
	if (child == 0)
		raise(SIGKILL);
	waitid(P_PID, child, &info, WEXITED);
	printf("SIGCHLD %d code %d status %d\n", info.si_signo == SIGCHLD, info.si_code, info.si_status);
}

int main(void)
{
	setvbuf(stdout, 0, _IONBF, 0);
	faults();
	floating_point();
	delay_slots();
	masks();
	restarts();
	children();
	return 0;
}
