/* fuzz text|calls|elf SEED COUNT: hostile children. Each runs random bytes as code, makes a system call with a random
 * number and random arguments, or executes this very program with its headers corrupted; all must end, by themselves, by their timer or by
 * the parent's (a child may have blocked its own signal), and the machine must live on.
 * Prints a dot for each child that has ended, and at last how many ended by which signal. */
#include "kml.h"

static u32 state;

static u32 random32(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	return state ^= state << 5;
}

/* Small numbers, addresses of our own, kernel addresses, -1, and anything. */
static long random_argument(u8 *area)
{
	switch (random32() % 6) {
	case 0: return (long)(random32() % 64);
	case 1: return (long)(area + random32() % 8192);
	case 2: return (long)(0xc0000000u + random32() % (64u << 20));
	case 3: return -1 - (long)(random32() % 16);
	case 4: return (long)(random32() & 0xfffff000u);
	default: return (long)random32();
	}
}

/* SIGALRM after so many microseconds, and again as often. */
static void arm_timer(long microseconds)
{
	long timer[4] = { 0, microseconds, 0, microseconds };
	sys3(NR_setitimer, 0, timer, 0);
}

/* Ends the wait of the parent for a child. */
static void on_alarm(int signal) { (void)signal; }

static void run_text(void)
{
	u8 *code = (u8 *)map_anonymous(4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE);
	for (int i = 0; i < 4096; i++)
		code[i] = (u8)(random32() >> 11);
	arm_timer(20000);
	((void (*)(void))(code + random32() % 64))();
}

static void make_call(void)
{
	u8 *area = map_pages(8192);
	for (int i = 0; i < 8192; i++)
		area[i] = (u8)random32();
	arm_timer(20000);
	long number = NR_FIRST + (long)(random32() % 460);
	/* Not those that would end the parent or the whole group on purpose. */
	if (number == NR_kill || number == NR_tkill || number == NR_tgkill || number == NR_rt_sigqueueinfo)
		return;
	long a[6];
	for (int i = 0; i < 6; i++)
		a[i] = random_argument(area);
	sys_trap(number, a[0], a[1], a[2], a[3], a[4]);
}

/* Bytes of the ELF header and a few program headers. */
#define HEADERS 180

static u8 image[16384];
static long image_bytes;

/* In a directory that keeps the mode we run in. */
static const char *victim(void) { return privilege() ? "/tmp/victim" : "/trusted/victim"; }

static u32 random_word(void)
{
	static const u32 edges[] = { 0, 1, 4095, 4096, 0x7fffffff, 0x80000000, 0xbffff000, 0xc0000000, 0xfffff000, 0xffffffff };
	u32 pick = random32() % 16;
	return pick < sizeof edges / sizeof *edges ? edges[pick] : random32() >> random32() % 32;
}

/* Writes this program with a few bytes or words of its headers changed, or its end cut off. */
static int write_victim(void)
{
	u8 kept[HEADERS];
	long bytes = image_bytes;
	if (image_bytes == 0) {
		long self = sys3(NR_open, "/proc/self/exe", 0, 0);
		bytes = image_bytes = sys3(NR_read, self, image, sizeof image);
		sys1(NR_close, self);
	}
	memcpy(kept, image, HEADERS);
	for (u32 changes = 1 + random32() % 4; changes > 0; changes--) {
		u32 at = random32() % HEADERS;
		if (random32() % 2)
			image[at] = (u8)random32();
		else
			((u32 *)image)[at / 4] = random_word();
	}
	if (random32() % 8 == 0)
		bytes = (long)(random32() % (u32)image_bytes);
	long fd = sys3(NR_open, victim(), O_WRONLY | O_CREAT | O_TRUNC, 0755);
	long written = sys3(NR_write, fd, image, bytes);
	sys1(NR_close, fd);
	memcpy(image, kept, HEADERS);
	return fd >= 0 && written == bytes;
}

static long run_victim(void)
{
	char *argv[] = { "victim", 0 };
	sys1(NR_close, 1);
	arm_timer(20000);
	return sys3(NR_execve, victim(), argv, environment);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	int text = same(argv[1], "text"), elf = same(argv[1], "elf");
	u32 seed = (u32)number(argv[2]), count = (u32)number(argv[3]), ended[128] = { 0 };
	on_signal(SIGALRM, on_alarm, 0);
	for (u32 i = 0; i < count; i++) {
		state = (seed + i) * 2654435761u | 1;
		if (elf && !write_victim()) {
			put("write failed\n");
			return 1;
		}
		long child = sys0(NR_fork);
		if (child == 0) {
			on_signal(SIGALRM, SIG_DFL, 0);
			sys2(NR_setpgid, 0, 0);
			if (text)
				run_text();
			else if (elf)
				run_victim();
			else
				make_call();
			sys1(NR_exit_group, 0);
		}
		if (child < 0) {
			put("fork failed\n");
			return 1;
		}
		int status = 0;
		long got;
		arm_timer(50000);
		while ((got = sys4(NR_wait4, child, &status, 2 /* WUNTRACED */, 0)) == -EINTR ||
		       (got == child && (status & 0xff) == 0x7f))
			sys2(NR_kill, child, SIGKILL);
		arm_timer(0);
		if (got != child) {
			put("wait failed\n");
			return 1;
		}
		put(".");
		ended[status & 0x7f]++;
	}
	put("\n");
	for (u32 i = 0; i < 128; i++)
		if (ended[i]) {
			put("signal "), put_number(i), put(": "), put_number(ended[i]), put("\n");
		}
	return 0;
}
