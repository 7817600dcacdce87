/* Addresses of the kernel's, by the names that /proc/kallsyms has. */
#ifndef KERNEL_SYMBOLS_H
#define KERNEL_SYMBOLS_H
#include "kml.h"

static char symbols[1 << 18];

/* 0 for a name that is not there. */
static unsigned long kernel_symbol(const char *name)
{
	if (!symbols[0]) {
		long fd = sys3(NR_open, "/proc/kallsyms", 0, 0), used = 0, got;
		while ((got = sys3(NR_read, fd, symbols + used, sizeof symbols - 1 - (unsigned long)used)) > 0)
			used += got;
		sys1(NR_close, fd);
	}
	unsigned n = length(name);
	for (char *line = symbols; *line;) {
		unsigned long value = 0;
		char *p = line;
		for (; *p != ' '; p++)
			value = value << 4 | (unsigned long)(*p <= '9' ? *p - '0' : *p - 'a' + 10);
		p += 3;
		unsigned i = 0;
		while (i < n && p[i] == name[i])
			i++;
		if (i == n && p[n] == '\n')
			return value;
		while (*p && *p++ != '\n')
			;
		line = p;
	}
	return 0;
}
#endif
