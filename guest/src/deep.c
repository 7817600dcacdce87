/* deep LEVELS: goes down over stack that nobody has touched, by frames of up to 40 KiB whose lowest byte is touched
 * first, while an alarm comes every millisecond, so that its handlers' frames are put on untouched pages as well. */
#include "kml.h"

static volatile int alarms;

static void count(int signal)
{
	(void)signal;
	alarms++;
}

static NOINLINE u32 down(u32 level, u32 seed)
{
	if (level == 0)
		return 0;
	u32 bytes = 4096 + (seed >> 16) % 36864;
	volatile u8 *frame = __builtin_alloca(bytes);
	frame[0] = (u8)seed;
	for (int i = 0; i < 10000; i++)
		__asm__ volatile("");
	frame[bytes - 1] = (u8)(seed >> 8);
	u32 well = down(level - 1, seed * 1664525 + 1013904223);
	return well + (frame[0] == (u8)seed && frame[bytes - 1] == (u8)(seed >> 8));
}

int main(int argc, char **argv)
{
	u32 levels = argc > 1 ? (u32)number(argv[1]) : 100;
	on_signal(SIGALRM, count, SA_RESTART);
	alarm_ms(1, 1);
	u32 well = down(levels, 12345);
	alarm_ms(0, 0);
	put_number(well), put(" frames as they were left, ");
	put_number((unsigned long)alarms), put(" alarms\n");
	return well != levels;
}
