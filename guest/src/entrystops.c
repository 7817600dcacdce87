/* entrystops COUNT: traces a child as strace does. It makes COUNT getpid calls by the trap and as many by what
 * AT_SYSINFO names, and a fork by the latter; told are the stops at entry and at exit for each. */
#include "kml.h"

#define PTRACE_TRACEME 0
#define PTRACE_SYSCALL 24
#define PTRACE_SETOPTIONS 0x4200
#define PTRACE_GET_SYSCALL_INFO 0x420e
#define PTRACE_O_TRACESYSGOOD 1
#define ENTRY 1
#define EXIT 2

/* The child stops itself before each of the three. */
static void child(unsigned long count)
{
	sys4(NR_ptrace, PTRACE_TRACEME, 0, 0, 0);
	long self = sys0(NR_getpid);
	for (int by_trap = 1; by_trap >= 0; by_trap--) {
		sys2(NR_kill, self, SIGSTOP);
		for (unsigned long i = 0; i < count; i++) {
			if (by_trap || !sysinfo)
				sys_trap(NR_getpid, 0, 0, 0, 0, 0);
			else
				sys_vsyscall(sysinfo, NR_getpid, 0, 0, 0, 0, 0);
		}
	}
	sys2(NR_kill, self, SIGSTOP);
	if (sys0(NR_fork) == 0)
		sys1(NR_exit_group, 0);
	sys1(NR_exit_group, 0);
}

static void tell(const char *way, const unsigned long stops[3])
{
	put(way), put(": "), put_number(stops[ENTRY]), put(" at entry, "), put_number(stops[EXIT]), put(" at exit\n");
}

int main(int argc, char **argv)
{
	unsigned long stops[3][3] = { { 0 } };
	u64 info[11];
	int status = 0, phase = -1, in_call = 0;
	long traced = sys0(NR_fork);
	if (traced == 0)
		child(argc > 1 ? number(argv[1]) : 10);
	while (sys4(NR_wait4, traced, &status, 0, 0) == traced && (status & 0xff) == 0x7f) {
		if (status >> 8 == SIGSTOP)
			phase++;
		if (phase == 0 && status >> 8 == SIGSTOP)
			sys4(NR_ptrace, PTRACE_SETOPTIONS, traced, 0, PTRACE_O_TRACESYSGOOD);
		if (status >> 8 == (SIGTRAP | 0x80)) {
			sys4(NR_ptrace, PTRACE_GET_SYSCALL_INFO, traced, sizeof info, info);
			int kind = *(u8 *)info;
			if (kind == ENTRY)
				in_call = (long)info[3] == (phase < 2 ? NR_getpid : NR_fork);
			if (in_call && kind <= EXIT)
				stops[phase][kind]++;
		}
		sys4(NR_ptrace, PTRACE_SYSCALL, traced, 0, 0);
	}
	tell("trap", stops[0]);
	tell("sysinfo", stops[1]);
	tell("fork by sysinfo", stops[2]);
	return status;
}
