/* Floating point: arithmetic, conversions, comparison, the C library. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void bits(const char *name, double d) {
  unsigned long long u;
  memcpy(&u, &d, 8);
  printf("%s %016llx %.17g\n", name, u, d);
}

int main(void) {
  volatile double a = 1.0, b = 3.0, zero = 0.0, big = DBL_MAX, tiny = DBL_MIN;
  volatile float f = 1.1f, g = 7.7f;
  bits("1/3", a / b);
  bits("sqrt2", sqrt(2.0));
  bits("sum", 0.1 + 0.2);
  bits("inf", a / zero);
  bits("-inf", -a / zero);
  bits("overflow", big * 2);
  bits("denormal", tiny / 3);
  bits("float", f * g);
  bits("fma", fma(a / b, b, -1.0));
  printf("%d %d %d\n", (int)-2.9, (int)2.9, (int)1e9);
  printf("%u %lld %llu\n", (unsigned)3e9, (long long)-1e15, (unsigned long long)1e19);
  printf("%.3f %e %g %a\n", 3.14159, 12345.678, 1e-10, 0.1);
  for (int i = 1; i < 8; i++) printf("%.12g %.12g %.12g %.12g\n", sin(i), exp(i), log(i), pow(i, 1.7));
  volatile double r = zero / zero;
  printf("%d %d %d %d %d\n", a < b, a > b, r < a, r == r, isgreater(r, a));
  printf("%.20g %.20g\n", strtod("1.7976931348623157e308", 0), strtod("4.9e-324", 0));
  printf("%f %f\n", atof("123.456"), strtof("0.1", 0));
  double s = 0;
  for (int i = 1; i < 100000; i++) s += 1.0 / i / i;
  printf("%.17g\n", s);
  return 0;
}
