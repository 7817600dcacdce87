/* Floating point: rounding modes and exception flags. Without a floating-point unit there are none. */
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void bits(const char *name, double d) {
  unsigned long long u;
  memcpy(&u, &d, 8);
  printf("%s %016llx %.17g\n", name, u, d);
}

int main(void) {
  volatile double a = 1.0, b = 3.0, zero = 0.0, big = DBL_MAX, half = 0.5;
  int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  for (int i = 0; i < 4; i++) {
    printf("round %d\n", fesetround(modes[i]));
    bits("mode", a / b);
    bits("mode", -a / b);
    printf("%ld %ld %.1f %.1f\n", lrint(half * 5), lrint(half * -7), rint(half * 9), nearbyint(half * 3));
  }
  fesetround(FE_TONEAREST);
  feclearexcept(FE_ALL_EXCEPT);
  volatile double r = a / zero;
  printf("divbyzero %d %d\n", !!fetestexcept(FE_DIVBYZERO), !!fetestexcept(FE_INEXACT));
  r = a / b;
  printf("inexact %d\n", !!fetestexcept(FE_INEXACT));
  r = big * big;
  r = zero / zero;
  printf("overflow %d invalid %d nan %d\n", !!fetestexcept(FE_OVERFLOW), !!fetestexcept(FE_INVALID), isnan(r));
  return 0;
}
