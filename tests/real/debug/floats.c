/* Crashes with 3.375 in a floating-point register: as $reg knows it by name. */
#include <sys/resource.h>

volatile double a = 1.5, b = 2.25;

int main(void) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_CORE, &limit);
  double x = a * b;
#if defined __i386__
  asm volatile("fldl %0; movsd %0, %%xmm3" ::"m"(x));
#elif defined __arm__
  asm volatile("vmov.f64 d9, %P0" ::"w"(x) : "d9");
#elif defined __mips__
  asm volatile("mov.d $f20, %0" ::"f"(x) : "$f20");
#else
  asm volatile("fmr 20, %0" ::"d"(x) : "fr20");
#endif
  *(volatile int *)16 = 1;
  return 0;
}
