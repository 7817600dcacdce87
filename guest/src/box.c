/* One binary, several small tools by name (or as first argument), and a shell that can pipe them. */
#define NUMBER_LAST
#include "kml.h"

static int box(int argc, char **argv);

static void copy(int from)
{
	char buffer[4096];
	long n;
	while ((n = sys3(NR_read, from, buffer, sizeof buffer)) > 0)
		sys3(NR_write, 1, buffer, n);
}

static int cat(int argc, char **argv)
{
	if (argc == 1)
		copy(0);
	for (int i = 1; i < argc; i++) {
		long fd = sys3(NR_open, argv[i], 0, 0);
		if (fd < 0) {
			put("cat: cannot open\n");
			return 1;
		}
		copy((int)fd);
		sys1(NR_close, fd);
	}
	return 0;
}

static int echo(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		put(argv[i]);
		put(i + 1 < argc ? " " : "");
	}
	put("\n");
	return 0;
}

static int seq(int argc, char **argv)
{
	unsigned long last = argc > 1 ? number(argv[1]) : 0;
	for (unsigned long i = 1; i <= last; i++) {
		put_number(i);
		put("\n");
	}
	return 0;
}

static int wc(void)
{
	char buffer[4096];
	unsigned long lines = 0, words = 0, bytes = 0;
	int inside = 0;
	long n;
	while ((n = sys3(NR_read, 0, buffer, sizeof buffer)) > 0) {
		bytes += (unsigned long)n;
		for (long i = 0; i < n; i++) {
			int space = buffer[i] == ' ' || buffer[i] == '\n';
			lines += buffer[i] == '\n';
			words += !space && !inside;
			inside = !space;
		}
	}
	put_number(lines), put(" "), put_number(words), put(" "), put_number(bytes), put("\n");
	return 0;
}

static int nap(int argc, char **argv)
{
	long time[2] = { argc > 1 ? (long)number(argv[1]) : 1, 0 };
	return (int)-sys2(NR_nanosleep, time, 0);
}

static int mode(void)
{
	put(privilege() ? "user mode, privilege level " : "kernel mode, privilege level ");
	put_number((unsigned long)privilege());
	put("\n");
	return 0;
}

/* ---- the shell: words, pipes and ';' are all there is ---- */

#define WORDS 32

static int wait_for(long child)
{
	int status = 0;
	sys4(NR_wait4, child, &status, 0, 0);
	return status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
}

/* Tries the directories of PATH in turn; a tool that is not found there is run by this binary itself. */
static void run_program(int argc, char **argv)
{
	const char *path = "/bin";
	for (char **p = environment; *p; p++)
		if ((*p)[0] == 'P' && (*p)[1] == 'A' && (*p)[2] == 'T' && (*p)[3] == 'H' && (*p)[4] == '=')
			path = *p + 5;
	if (argv[0][0] == '/')
		path = 0;
	unsigned name = length(argv[0]);
	while (path && *path) {
		char file[256];
		unsigned n = 0;
		while (path[n] && path[n] != ':')
			n++;
		if (n + name + 2 <= sizeof file) {
			memcpy(file, path, n);
			file[n] = '/';
			memcpy(file + n + 1, argv[0], name + 1);
			sys3(NR_execve, file, argv, environment);
		}
		path += path[n] ? n + 1 : n;
	}
	sys3(NR_execve, argv[0], argv, environment);
	sys1(NR_exit_group, box(argc, argv));
}

static int pipeline(char *line)
{
	int input = 0;
	long last = 0;
	while (line) {
		char *next = 0, *words[WORDS + 1];
		int count = 0, fds[2] = { -1, -1 };
		for (char *p = line; *p; p++)
			if (*p == '|') {
				*p = 0;
				next = p + 1;
				break;
			}
		for (char *p = line; *p && count < WORDS;) {
			while (*p == ' ')
				*p++ = 0;
			if (!*p)
				break;
			words[count++] = p;
			while (*p && *p != ' ')
				p++;
		}
		words[count] = 0;
		if (count == 0)
			return 2;
		if (next)
			sys_pipe(fds);
		last = sys0(NR_fork);
		if (last == 0) {
			if (input)
				sys2(NR_dup2, input, 0), sys1(NR_close, input);
			if (next)
				sys2(NR_dup2, fds[1], 1), sys1(NR_close, fds[0]), sys1(NR_close, fds[1]);
			run_program(count, words);
		}
		if (input)
			sys1(NR_close, input);
		if (next)
			sys1(NR_close, fds[1]);
		input = next ? fds[0] : 0;
		line = next;
	}
	int status = wait_for(last);
	while (sys4(NR_wait4, -1, 0, 1 /* WNOHANG */, 0) > 0)
		;
	return status;
}

static int sh(int argc, char **argv)
{
	int status = 0;
	if (argc < 3 || !same(argv[1], "-c")) {
		put("usage: sh -c 'command | command; …'\n");
		return 2;
	}
	for (char *line = argv[2]; line;) {
		char *end = line, *next = 0;
		while (*end && *end != ';')
			end++;
		if (*end)
			next = end + 1, *end = 0;
		status = pipeline(line);
		line = next;
	}
	return status;
}

static int box(int argc, char **argv)
{
	const char *name = argv[0];
	for (const char *p = name; *p; p++)
		if (*p == '/')
			name = p + 1;
	if (same(name, "box") && argc > 1)
		return box(argc - 1, argv + 1);
	if (same(name, "sh"))
		return sh(argc, argv);
	if (same(name, "cat"))
		return cat(argc, argv);
	if (same(name, "echo"))
		return echo(argc, argv);
	if (same(name, "seq"))
		return seq(argc, argv);
	if (same(name, "wc"))
		return wc();
	if (same(name, "sleep"))
		return nap(argc, argv);
	if (same(name, "mode"))
		return mode();
	if (same(name, "true"))
		return 0;
	put(name);
	put(": not found\n");
	return 127;
}

int main(int argc, char **argv) { return box(argc, argv); }
