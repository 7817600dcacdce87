/* What programs do with floating point: arithmetic, the mathematical library, rounding modes, exceptions, threads, signals. */
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void orbits(int steps) {
  double x[5][3], v[5][3], m[5], energy = 0;
  for (int i = 0; i < 5; i++) {
    m[i] = 1 + i * .3;
    for (int k = 0; k < 3; k++) x[i][k] = sin(i * 7 + k) * 5, v[i][k] = cos(i + k) * .1;
  }
  for (int s = 0; s < steps; s++) {
    for (int i = 0; i < 5; i++)
      for (int j = i + 1; j < 5; j++) {
        double d[3], q = 0;
        for (int k = 0; k < 3; k++) d[k] = x[i][k] - x[j][k], q += d[k] * d[k];
        double g = 0.001 / (q * sqrt(q));
        for (int k = 0; k < 3; k++) v[i][k] -= d[k] * m[j] * g, v[j][k] += d[k] * m[i] * g;
      }
    for (int i = 0; i < 5; i++)
      for (int k = 0; k < 3; k++) x[i][k] += 0.001 * v[i][k];
  }
  for (int i = 0; i < 5; i++)
    for (int k = 0; k < 3; k++) energy += v[i][k] * v[i][k] * m[i];
  printf("orbits %.17g\n", energy);
}

static float a[256], b[256], c[256];
static int ia[256], ib[256];
static unsigned char ca[256], cb[256];
static short sa[256];

static void vectors(int rounds) {
  float s = 0;
  unsigned q = 0;
  for (int i = 0; i < 256; i++) {
    a[i] = i * 0.25f + 0.1f, b[i] = (i % 17) * 1.5f + 1, ia[i] = i * 77, ib[i] = i - 90;
    ca[i] = i * 7, cb[i] = i * 3, sa[i] = i * 200;
  }
  for (int r = 0; r < rounds; r++) {
    for (int i = 0; i < 256; i++) c[i] = a[i] * 1.0001f + b[i];
    for (int i = 0; i < 256; i++) s += c[i] * b[i];
    for (int i = 0; i < 256; i++) a[i] = c[i] / b[i];
    for (int i = 0; i < 256; i++) ia[i] += ib[i] * 3 >> 2;
    for (int i = 0; i < 256; i++) ca[i] = (ca[i] + cb[i] + 1) >> 1;
    for (int i = 0; i < 256; i++) sa[i] += ca[i] * 3;
    for (int i = 0; i < 256; i++) b[i] = b[i] > 100 ? 1 : b[i] + 0.5f;
    for (int i = 0; i < 256; i++) ib[i] = (int)c[i];
    if (s > 1e6f) s *= 0.001f;
  }
  for (int i = 0; i < 256; i++) q = q * 31 + (ia[i] ^ ca[i] ^ sa[i]);
  printf("vectors %.9g %u\n", s, q);
}

static void library(void) {
  double sum = 0;
  char text[64];
  for (int i = 1; i < 400; i++) {
    sum += exp(sin(i * 0.01)) * log(i) / pow(i, 0.3) + floor(i / 3.0) + fmod(i, 7.3) + fma(i, 1e-9, sum * 1e-20);
    sum += tgamma(i * 0.02 + 0.5) + erf(i * 0.01) + cbrt(i) + hypot(i, 3) + atan2(i, -2) + remainder(i, 0.7);
    snprintf(text, sizeof text, "%g %.3f %a %.12e", i / 7.0, i * 1.1, i / 3.0, sum);
    if (i % 50 == 0) printf("%s %.17g\n", text, strtod(text, 0));
  }
  printf("library %.17g %ld %lld %lu\n", sum, lrint(sum), llrint(-2.5), lround(0.49999999999999994));
}

static const int modes[4] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

static void rounding(void) {
  volatile double one = 1, three = 3, big = 1e308, tiny = 1e-308;
  for (int i = 0; i < 4; i++) {
    fesetround(modes[i]);
    feclearexcept(FE_ALL_EXCEPT);
    printf("mode %d: %.20g %.20g %ld", i, one / three, -one / three, lrint(2.5));
    printf(" %x", fetestexcept(FE_ALL_EXCEPT));
    feclearexcept(FE_ALL_EXCEPT);
    volatile double r = big * 10;
    printf(" %g %x", r, fetestexcept(FE_ALL_EXCEPT));
    feclearexcept(FE_ALL_EXCEPT);
    r = tiny * tiny;
    printf(" %g %x", r, fetestexcept(FE_ALL_EXCEPT));
    feclearexcept(FE_ALL_EXCEPT);
    r = 1 / (one - one);
    r = sqrt(-one) + r;
    printf(" %d %x\n", isnan(r), fetestexcept(FE_ALL_EXCEPT));
  }
  fesetround(FE_TONEAREST);
}

static void *worker(void *argument) {
  int n = (int)(long)argument;
  volatile double sum = 0;
  fesetround(modes[n]);
  for (int i = 1; i < 20000; i++) sum += 1.0 / i;
  static char lines[4][64];
  snprintf(lines[n], sizeof lines[n], "thread %d: %.20g %d", n, sum, fegetround() == modes[n]);
  return lines[n];
}

static volatile double handled;
static void handler(int signo) {
  (void)signo;
  fesetround(FE_UPWARD);
  handled = handled + 1.0 / 3.0;
}

static void contexts(void) {
  pthread_t threads[4];
  for (long i = 0; i < 4; i++) pthread_create(&threads[i], 0, worker, (void *)i);
  for (int i = 0; i < 4; i++) {
    void *line;
    pthread_join(threads[i], &line);
    puts(line);
  }
  signal(SIGUSR1, handler);
  volatile double before = 1.0 / 7;
  for (int i = 0; i < 10; i++) raise(SIGUSR1);
  printf("signals %.20g %.20g %d\n", handled, before * 3, fegetround() == FE_TONEAREST);
}

int main(void) {
  volatile double whole = 0;
  for (int i = 0; i < 20000; i++) whole += (double)i * 3.0;
  printf("whole %.17g %x\n", whole, fetestexcept(FE_ALL_EXCEPT));
  orbits(300);
  vectors(200);
  library();
  rounding();
  contexts();
  return 0;
}
