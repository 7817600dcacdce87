/* paths SEED COUNT OUTSIDE: tries to get out of the root. Makes that many random calls on random paths, full of "..",
 * links of its own and of the host's, /proc/self/root and the like; some from a root of its own (chroot). OUTSIDE is
 * the host's path of a directory that it must not reach. Prints how many calls succeeded, and how often a file was
 * read that begins with the word that only files outside have. */
#include "kml.h"


static const char *const parts[] = {
	"a", "b", "c", "d", "e", "..", "..", "..", "..", ".", "outside", "secret", "escape", "up", "absolute", "hard",
	"proc/self/root", "proc/self/cwd", "proc/1/root", "proc/1/cwd", "proc/self/fd/3", "dev/fd/3", "tmp",
};
static u32 state;
static const char *outside;
static volatile u32 *counts; /* calls that succeeded, leaks */

static u32 random32(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	return state ^= state << 5;
}

static char *append(char *to, const char *from)
{
	while (*from)
		*to++ = *from++;
	return to;
}

static const char *random_path(char *to)
{
	static const char *const ends[] = { "", "", "", "/secret", "/outside", "/outside/secret" };
	char *at = to;
	u32 kind = random32() % 16;
	if (kind == 0)
		at = append(at, outside);
	if (kind < 8)
		at = append(at, "/");
	for (u32 left = 1 + random32() % (1 + random32() % 6); left > 0; left--) {
		at = append(at, parts[random32() % (sizeof parts / sizeof *parts)]);
		if (left > 1)
			at = append(at, "/");
	}
	*append(at, ends[random32() % (sizeof ends / sizeof *ends)]) = 0;
	return to;
}

static long read_file(const char *path)
{
	char start[8];
	long fd = sys3(NR_open, path, O_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	long got = sys3(NR_read, fd, start, 6);
	if (got == 6 && start[0] == 'S' && start[1] == 'E' && start[2] == 'C' && start[5] == 'T')
		counts[1]++;
	sys1(NR_close, fd);
	return got;
}

static long write_file(const char *path)
{
	long fd = sys3(NR_open, path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0644);
	if (fd < 0)
		return fd;
	long put = sys3(NR_write, fd, "intruder", 8);
	sys1(NR_close, fd);
	return put;
}

static long list(const char *path)
{
	char entries[512];
	long fd = sys3(NR_open, path, O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	long got = sys3(NR_getdents64, fd, entries, sizeof entries);
	sys1(NR_close, fd);
	return got;
}

static long one_call(void)
{
	char a[512], b[512];
	random_path(a), random_path(b);
	switch (random32() % 18) {
	case 0: case 1: case 2: return read_file(a);
	case 3: case 4: case 5: return write_file(a);
	case 6: case 7: return sys2(NR_mkdir, a, 0755);
	case 8: return sys1(NR_rmdir, a);
	case 9: return sys1(NR_unlink, a);
	case 10: return sys2(NR_rename, a, b);
	case 11: return sys2(NR_link, a, b);
	case 12: case 13: return sys2(NR_symlink, a, b);
	case 14: return sys1(NR_chdir, a);
	case 15: return random32() % 2 ? sys2(NR_truncate, a, 64) : sys2(NR_chmod, a, 0700);
	case 16: return list(a);
	default: return random32() % 2 ? sys(NR_mount, (long)a, (long)b, 0, 4096 /* MS_BIND */, 0) : sys2(NR_pivot_root, a, b);
	}
}

int main(int argc, char **argv)
{
	char path[512];
	if (argc < 4)
		return 2;
	u32 calls = (u32)number(argv[2]), batch = 50;
	outside = argv[3];
	counts = map_anonymous(4096, PROT_READ | PROT_WRITE, MAP_SHARED);
	for (u32 done = 0; done < calls; done += batch) {
		state = ((u32)number(argv[1]) + done) * 2654435761u | 1;
		int status = 0;
		long child = sys0(NR_fork);
		if (child == 0) {
			if (random32() % 4 == 0)
				sys1(NR_chroot, random_path(path));
			for (u32 i = 0; i < batch; i++)
				counts[0] += one_call() >= 0;
			sys1(NR_exit_group, 0);
		}
		sys4(NR_wait4, child, &status, 0, 0);
		if (status != 0)
			return 1;
	}
	put_number(counts[0]), put(" calls succeeded, "), put_number(counts[1]), put(" leaks\n");
	return counts[1] != 0;
}
