/* The first process of a machine that runs programs one after the other: reads command lines from standard input, runs
 * each, and prints "launcher: STATUS" behind it, STATUS as wait has it. */
#include "../../kml.h"

#define MOST_ARGUMENTS 8
static char line[256];

/* The next line, without its end; 0 at the end of the input. */
static int read_line(void)
{
	unsigned n = 0;
	while (n < sizeof line - 1 && sys3(NR_read, 0, line + n, 1) == 1) {
		if (line[n] == '\n' || line[n] == '\r') {
			line[n] = 0;
			return 1;
		}
		n++;
	}
	return 0;
}

/* Cuts the line at its spaces. */
static void cut(char **argv)
{
	int n = 0;
	for (char *p = line; *p && n < MOST_ARGUMENTS - 1;) {
		argv[n++] = p;
		while (*p && *p != ' ')
			p++;
		while (*p == ' ')
			*p++ = 0;
	}
	argv[n] = 0;
}

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	put("launcher: ready\n");
	while (read_line()) {
		char *arguments[MOST_ARGUMENTS];
		int status = -1;
		cut(arguments);
		if (!arguments[0])
			continue;
		long child = sys0(NR_fork);
		if (child == 0) {
			sys3(NR_execve, arguments[0], arguments, environment);
			sys1(NR_exit_group, 127);
		}
		sys4(NR_wait4, child, &status, 0, 0);
		put("launcher: ");
		put_number((unsigned long)status);
		put("\n");
	}
	return 0;
}
