/* What the system says of itself, names of the machine, random numbers, personality, and what only the privileged may do. */
/* Calls: uname olduname oldolduname sethostname setdomainname sysinfo getrandom personality
   reboot acct syslog */
#include "family.h"
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/personality.h>

struct old {
  char sysname[65], nodename[65], release[65], version[65], machine[65];
};
struct oldest {
  char sysname[9], nodename[9], release[9], version[9], machine[9];
};

static void names(void) {
  struct utsname now;
  show("uname", uname(&now));
  printf("%s, %d\n", now.sysname, atoi(now.release) >= 6);
  struct old old = {};
  struct oldest oldest = {};
#ifdef SYS_olduname
  show("olduname", syscall(SYS_olduname, &old));
  show("oldolduname", syscall(SYS_oldolduname, &oldest));
  check("the same", !strcmp(old.release, now.release) && !strncmp(oldest.release, now.release, 8) && !strcmp(old.machine, now.machine));
#else
  printf("olduname: 0\noldolduname: 0\nthe same: yes\n");
#endif
  show("uname bad", syscall(SYS_uname, (void *)8));
  char name[65];
  show("too long a name", sethostname(name, 65));
  show("negative", sethostname(name, -1));
  show("bad name", sethostname((void *)8, 5));
  show("the name it has", sethostname(now.nodename, strlen(now.nodename)));
  char domain[65];
  getdomainname(domain, 65);
  show("the domain it has", setdomainname(domain, strlen(domain)));
  show("too long a domain", setdomainname(name, 65));
}

static void information(void) {
  struct sysinfo info;
  show("sysinfo", sysinfo(&info));
  check("memory", info.totalram > 0 && info.freeram <= info.totalram && info.mem_unit > 0 && info.procs > 0);
  struct timespec up;
  clock_gettime(CLOCK_BOOTTIME, &up);
  check("uptime", up.tv_sec - info.uptime <= 1);
  show("sysinfo bad", syscall(SYS_sysinfo, (void *)8));
}

static void randomness(void) {
  unsigned char a[64] = {}, b[64] = {};
  show("getrandom", syscall(SYS_getrandom, a, 64, 0));
  show("GRND_NONBLOCK", syscall(SYS_getrandom, b, 64, 1));
  check("not the same", memcmp(a, b, 64) != 0);
  show("GRND_RANDOM", syscall(SYS_getrandom, b, 16, 2));
  show("GRND_INSECURE", syscall(SYS_getrandom, b, 16, 4));
  show("both", syscall(SYS_getrandom, b, 16, 6));
  show("flags", syscall(SYS_getrandom, b, 16, 8));
  show("nothing", syscall(SYS_getrandom, NULL, 0, 0));
  show("bad", syscall(SYS_getrandom, (void *)8, 16, 0));
}

static int executable(void *page) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[256], rights[8];
  unsigned long from, to;
  int result = -1;
  while (fgets(line, sizeof line, maps)) {
    if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 && from <= (long)page && (long)page < to) result = rights[2] == 'x';
  }
  fclose(maps);
  return result;
}

static void personalities(void) {
  int before = personality(0xffffffff) & 0xff;
  printf("PER_LINUX %d\n", before == PER_LINUX);
  void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("executable %d\n", executable(page));
  personality(READ_IMPLIES_EXEC);
  printf("kept %d\n", personality(0xffffffff) == READ_IMPLIES_EXEC);
  page = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  printf("executable %d\n", executable(page));
  fflush(stdout);
  if (fork() == 0) _exit(personality(0xffffffff) == READ_IMPLIES_EXEC ? 3 : 4);
  int status;
  wait(&status);
  printf("child %d\n", WEXITSTATUS(status));
  personality(ADDR_NO_RANDOMIZE);
  /* MMAP_PAGE_ZERO and the rest are only kept. */
  personality(UNAME26);
  struct utsname name;
  uname(&name);
  printf("release 2.6: %d\n", !strncmp(name.release, "2.6.", 4));
  personality(PER_LINUX);
}

/* Nothing here changes the machine that it runs on. */
static void granted(void) {
  char byte;
  show("reboot without magic", syscall(SYS_reboot, 1, 2, 0, NULL));
  show("reboot second magic", syscall(SYS_reboot, 0xfee1dead, 2, 0, NULL));
  check("size of the log", syscall(SYS_syslog, 10, NULL, 0) > 4096);
  show("read into nothing", syscall(SYS_syslog, 3, NULL, 10));
  show("negative", syscall(SYS_syslog, 3, &byte, -1));
  show("level", syscall(SYS_syslog, 8, NULL, 99));
  show("action", syscall(SYS_syslog, 77, NULL, 0));
}

static void refused(void) {
  setresuid(1000, 1000, 1000);
  show("sethostname", sethostname("x", 1));
  show("setdomainname", setdomainname("x", 1));
  show("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL));
  show("syslog read", syscall(SYS_syslog, 4, NULL, 0));
  show("syslog clear", syscall(SYS_syslog, 5, NULL, 0));
  show("acct", syscall(SYS_acct, NULL));
  show("swapon", syscall(SYS_swapon, "/dev/null", 0));
  show("swapoff", syscall(SYS_swapoff, "/dev/null"));
  show("vhangup", syscall(SYS_vhangup));
  show("settimeofday", settimeofday(&(struct timeval){}, NULL));
}

int main(void) {
  in_child("names", names);
  in_child("information", information);
  in_child("random", randomness);
  in_child("personality", personalities);
  in_child("granted", granted);
  in_child("refused", refused);
  return 0;
}
