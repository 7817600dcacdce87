/* trust aux: where AT_SYSINFO and AT_SYSINFO_EHDR lead.
 * trust fork PROGRAM: tells the mode of a forked child, then executes PROGRAM.
 * trust chroot DIRECTORY PROGRAM: executes PROGRAM in another root. */
#include "kml.h"

#define AT_SYSINFO_EHDR 33

static int same_bytes(const u8 *a, const char *b)
{
	while (*b && *a == (u8)*b)
		a++, b++;
	return !*b;
}

static int aux(void)
{
	char **p = environment;
	while (*p)
		p++;
	unsigned long vdso = 0;
	for (unsigned long *entry = (unsigned long *)(p + 1); entry[0]; entry += 2)
		if (entry[0] == AT_SYSINFO_EHDR)
			vdso = entry[1];
	put("vdso "), put_hex(vdso), put(vdso == 0 ? " none" : same_bytes((u8 *)vdso, "\177ELF") ? " ELF" : " FAILED");
	put(", sysinfo "), put_hex(sysinfo), put("\n");
	return 0;
}

static int execute(char *program)
{
	char *name = program;
	for (char *p = program; *p; p++)
		if (*p == '/')
			name = p + 1;
	char *argv[] = { name, 0 };
	long error = sys3(NR_execve, program, argv, environment);
	put("cannot execute: ");
	put_number((unsigned long)-error);
	put("\n");
	return 1;
}

int main(int argc, char **argv)
{
	if (argc == 2 && same(argv[1], "aux"))
		return aux();
	if (argc == 3 && same(argv[1], "fork")) {
		long child = sys0(NR_fork);
		if (child == 0) {
			put("child at privilege level "), put_number((unsigned long)privilege()), put("\n");
			sys1(NR_exit_group, 0);
		}
		sys4(NR_wait4, child, 0, 0, 0);
		return execute(argv[2]);
	}
	if (argc == 4 && same(argv[1], "chroot")) {
		if (sys1(NR_chroot, argv[2]) < 0 || sys1(NR_chdir, "/") < 0)
			return 1;
		return execute(argv[3]);
	}
	return 2;
}
