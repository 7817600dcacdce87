/* Timer signals at whatever instruction they come: integers, floating point, branches and memory are as without. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static volatile int alarms;
static unsigned table[256];

/* Spoils what a handler may: flags, products, floating point. */
static void handler(int signo) {
  volatile double d = alarms + 0.5;
  volatile unsigned long long a = 0x123456789abcdefull;
  d = sqrt(d) / 3;
  a = a * 77 / (alarms + 3);
  alarms++;
}

static unsigned crc(const unsigned char *bytes, int length) {
  unsigned sum = ~0u;
  for (int i = 0; i < length; i++) sum = table[(sum ^ bytes[i]) & 255] ^ sum >> 8;
  return ~sum;
}

static int compare(const void *a, const void *b) { return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b; }

static unsigned fibonacci(unsigned n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

/* One round: its result is a number. */
static unsigned round_of_work(void) {
  static unsigned char bytes[4096];
  int numbers[512];
  unsigned seed = 1;
  double sum = 0;
  float small = 0;
  unsigned long long wide = 1;
  for (int i = 0; i < 4096; i++) bytes[i] = (seed = seed * 1103515245 + 12345) >> 16;
  for (int i = 0; i < 512; i++) numbers[i] = seed = seed * 1103515245 + 12345;
  qsort(numbers, 512, sizeof numbers[0], compare);
  for (int i = 1; i < 1000; i++) {
    sum += (numbers[i & 511] % i) / (double)i;
    small = small * 0.75f + i;
    wide = wide * 6364136223846793005ull + (i & 1 ? wide / i : wide % i);
  }
  memmove(bytes + 3, bytes, 2000);
  unsigned parts[4] = {crc(bytes, 4096), fibonacci(15), (unsigned)(wide >> 17), (unsigned)(int)(sum * 1000 + small)};
  return crc((unsigned char *)numbers, sizeof numbers) ^ parts[0] ^ parts[1] * 3 ^ parts[2] * 5 ^ parts[3] * 7;
}

int main(void) {
  for (unsigned i = 0; i < 256; i++) {
    table[i] = i;
    for (int bit = 0; bit < 8; bit++) table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xedb88320u : table[i] >> 1;
  }
  unsigned expected = round_of_work();
  struct sigaction action;
  struct itimerval timer = {{0, 700}, {0, 700}};
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigaction(SIGALRM, &action, 0);
  setitimer(ITIMER_REAL, &timer, 0);
  int wrong = 0;
  while (alarms < 40) wrong += round_of_work() != expected;
  memset(&timer, 0, sizeof timer);
  setitimer(ITIMER_REAL, &timer, 0);
  printf("wrong %d\n", wrong);
  return 0;
}
