/* User and group ids, in 16 and in 32 bits. */
/* Calls: getuid geteuid getgid getegid getuid32 geteuid32 getgid32 getegid32 setuid setuid32 setgid setgid32 setreuid
   setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32 getresuid getresuid32 getresgid
   getresgid32 setfsuid setfsuid32 setfsgid setfsgid32 getgroups getgroups32 setgroups setgroups32 */
#include "family.h"

/* Calls by name: where ids were always of 32 bits, the names without a number are those. */
#ifdef SYS_getuid32
#define WIDE(name) SYS_##name##32
#else
#define WIDE(name) SYS_##name
#endif

static void uids(const char *what) {
  unsigned r, e, s;
  syscall(WIDE(getresuid), &r, &e, &s);
  int same = r == syscall(WIDE(getuid)) && e == syscall(WIDE(geteuid));
  printf("%s: uid %u %u %u fs %ld%s\n", what, r, e, s, syscall(WIDE(setfsuid), -1), same ? "" : " differ");
}

static void gids(const char *what) {
  unsigned r, e, s;
  syscall(WIDE(getresgid), &r, &e, &s);
  int same = r == syscall(WIDE(getgid)) && e == syscall(WIDE(getegid));
  printf("%s: gid %u %u %u fs %ld%s\n", what, r, e, s, syscall(WIDE(setfsgid), -1), same ? "" : " differ");
}

static void groups(const char *what) {
  unsigned list[32];
  int count = syscall(WIDE(getgroups), 32, list);
  printf("%s: %d:", what, count);
  for (int i = 0; i < count; i++) printf(" %u", list[i]);
  printf("\n");
}

static void set_uid(void) {
  show("setuid 1000", syscall(WIDE(setuid), 1000));
  uids("root's setuid");
  show("setuid 0", syscall(WIDE(setuid), 0));
  show("setuid -1", syscall(WIDE(setuid), -1));
  show("setgid 5", syscall(WIDE(setgid), 5));
  show("setgroups", syscall(WIDE(setgroups), 0, NULL));
}

static void set_ids(void) {
  unsigned list[] = {70000, 5, 100};
  show("setgroups", syscall(WIDE(setgroups), 3, list));
  groups("sorted or not");
  show("getgroups 0", syscall(WIDE(getgroups), 0, NULL));
  show("getgroups 2", syscall(WIDE(getgroups), 2, list));
  show("setgroups many", syscall(WIDE(setgroups), 65537, list));
  show("setgroups bad", syscall(WIDE(setgroups), 2, (void *)8));
  show("setresgid", syscall(WIDE(setresgid), 100, 200, 300));
  gids("set");
  show("setfsgid", syscall(WIDE(setfsgid), 400));
  gids("fs");
  show("setregid", syscall(WIDE(setregid), -1, 100));
  gids("re");
  show("setgid", syscall(WIDE(setgid), 50));
  gids("set");
  show("setregid", syscall(WIDE(setregid), 60, -1));
  gids("re");
  show("setresuid", syscall(WIDE(setresuid), 1000, 2000, 3000));
  uids("set");
  show("to the saved", syscall(WIDE(setresuid), -1, 3000, -1));
  uids("saved");
  show("setfsuid of others", syscall(WIDE(setfsuid), 4000));
  uids("refused");
  show("setfsuid", syscall(WIDE(setfsuid), 1000));
  uids("fs");
  show("setreuid swap", syscall(WIDE(setreuid), 3000, 1000));
  uids("swapped");
  show("setreuid of others", syscall(WIDE(setreuid), 7, -1));
  show("setreuid of others", syscall(WIDE(setreuid), -1, 7));
  show("setuid real", syscall(WIDE(setuid), 3000));
  uids("real");
  show("setresuid of others", syscall(WIDE(setresuid), -1, -1, 9));
  show("nothing", syscall(WIDE(setresuid), -1, -1, -1));
  uids("end");
  show("getresuid bad", syscall(WIDE(getresuid), (void *)8, NULL, NULL));
}

/* Who was root and is not any more may not read what only root may, and back. */
static void file_system(void) {
  chmod(".", 0755);
  char name[] = "ids-XXXXXX";
  int fd = mkstemp(name);
  fchmod(fd, 0600);
  show("setfsuid", syscall(WIDE(setfsuid), 1000));
  show("open", open(name, O_RDONLY) < 0 ? -1 : 0);
  show("setfsuid", syscall(WIDE(setfsuid), 0));
  show("open", open(name, O_RDONLY) < 0 ? -1 : 0);
  chown(name, 1000, 100);
  chmod(name, 0640);
  unsigned list[] = {100};
  syscall(WIDE(setgroups), 1, list);
  syscall(WIDE(setresgid), 7, 7, 7);
  syscall(WIDE(setresuid), 2000, 2000, -1);
  show("by group", open(name, O_RDONLY) < 0 ? -1 : 0);
  show("to write", open(name, O_WRONLY) < 0 ? -1 : 0);
  show("chmod of others", chmod(name, 0666));
  syscall(WIDE(setresuid), -1, 0, -1);
  unlink(name);
}

/* Calls of 16 bits; where there are none, the others through words of 16 bits. */
static long narrowed(long id) { return id == 0xffff ? -1 : id; }
static int shown(unsigned id) { return id > 0xffff ? 65534 : id; }
#ifdef SYS_getuid32
#define ID(name, ...) syscall(SYS_##name, __VA_ARGS__)
#define OWN(name) syscall(SYS_##name)
static long get3(int user, int *r, int *e, int *s) {
  uint16_t a, b, c;
  long result = user ? syscall(SYS_getresuid, &a, &b, &c) : syscall(SYS_getresgid, &a, &b, &c);
  *r = a, *e = b, *s = c;
  return result;
}
static long put_groups(void) {
  uint16_t list[3] = {7, 8, 9};
  return syscall(SYS_setgroups, 3, list);
}
static long get_groups(int *out) {
  uint16_t list[3];
  long count = syscall(SYS_getgroups, 3, list);
  for (int i = 0; i < count; i++) out[i] = list[i];
  return count;
}
#else
#define ID(name, ...) wide(SYS_##name, __VA_ARGS__, 0xffff, 0xffff)
#define OWN(name) shown(syscall(SYS_##name))
#define wide(number, a, b, c, ...) syscall(number, narrowed(a), narrowed(b), narrowed(c))
static long get3(int user, int *r, int *e, int *s) {
  unsigned a, b, c;
  long result = user ? syscall(SYS_getresuid, &a, &b, &c) : syscall(SYS_getresgid, &a, &b, &c);
  *r = shown(a), *e = shown(b), *s = shown(c);
  return result;
}
static long put_groups(void) {
  unsigned list[3] = {7, 8, 9};
  return syscall(SYS_setgroups, 3, list);
}
static long get_groups(int *out) { return syscall(SYS_getgroups, 3, out); }
#endif

static void narrow(void) {
  int list[3], r, e, s;
  show("setgroups 16", put_groups());
  show("getgroups 16", get_groups(list));
  printf("%d %d %d\n", list[0], list[1], list[2]);
  show("setresgid 16", ID(setresgid, 10, 20, 0xffff));
  show("getresgid 16", get3(0, &r, &e, &s));
  printf("%d %d %d\n", r, e, s);
  printf("%ld %ld\n", (long)OWN(getgid), (long)OWN(getegid));
  show("setregid 16", ID(setregid, 30, 0xffff));
  show("setfsgid 16", ID(setfsgid, 40));
  show("setgid 16", ID(setgid, 50));
  syscall(WIDE(setresgid), 70000, 80000, 90000);
  show("too large", get3(0, &r, &e, &s));
  printf("%d %d %d, %ld\n", r, e, s, (long)OWN(getgid));
  show("setresuid 16", ID(setresuid, 1000, 0, 0xffff));
  show("setreuid 16", ID(setreuid, 0xffff, 1000));
  show("getresuid 16", get3(1, &r, &e, &s));
  printf("%d %d %d\n", r, e, s);
  printf("%ld %ld\n", (long)OWN(getuid), (long)OWN(geteuid));
  show("setfsuid 16", ID(setfsuid, 1000));
  show("setuid 16", ID(setuid, 1000));
  uids("end");
}

int main(void) {
  syscall(WIDE(setgroups), 0, NULL);
  uids("start"), gids("start"), groups("start");
  in_child("setuid", set_uid);
  in_child("ids", set_ids);
  in_child("files", file_system);
  in_child("16 bits", narrow);
  return 0;
}
