/* Programs that run as their owner: set-user-id, set-group-id, and what forbids it. */
/* Calls: execve prctl */
#include "family.h"
#include <sys/auxv.h>

static char *program, *script;

static void copy_self(const char *to, int mode, int uid, int gid) {
  char buffer[65536];
  int from = open("/proc/self/exe", O_RDONLY), file = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
  ssize_t got;
  while ((got = read(from, buffer, sizeof buffer)) > 0) write(file, buffer, got);
  fchown(file, uid, gid);
  fchmod(file, mode);
  close(file), close(from);
}

static void report(const char *how) {
  unsigned r, e, s, gr, ge, gs;
  getresuid(&r, &e, &s), getresgid(&gr, &ge, &gs);
  printf("%s: uid %u %u %u gid %u %u %u secure %lu dumpable %d keep %d\n", how, r, e, s, gr, ge, gs, getauxval(AT_SECURE),
         prctl(PR_GET_DUMPABLE) == 1, prctl(PR_GET_KEEPCAPS));
  fflush(stdout);
}

static void become(int uid, int gid) {
  setresgid(gid, gid, gid);
  setresuid(uid, uid, uid);
}

static void run(void) {
  prctl(PR_SET_KEEPCAPS, 1);
  fflush(stdout);
  execl("./program", "program", "child", NULL);
  printf("exec: %s\n", error_name(errno));
}

static void as_user(void) {
  become(1000, 1000);
  run();
}

static void as_root(void) { run(); }

static void without_new(void) {
  become(1000, 1000);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  run();
}

static void swaps(void) {
  become(1000, 1000);
  execl("./program", "program", "swap", NULL);
}

static void not_allowed(void) {
  become(3000, 3000);
  execl("./program", "program", "child", NULL);
  printf("exec: %s\n", error_name(errno));
}

static void scripted(void) {
  become(1000, 1000);
  execl("./script", "script", NULL);
  printf("exec: %s\n", error_name(errno));
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "swap")) {
    report("start");
    show("to the real", seteuid(1000));
    report("real");
    show("back", seteuid(2000));
    report("back");
    show("for good", setreuid(1000, 1000));
    report("gone");
    show("no way back", seteuid(2000));
    return 0;
  }
  if (argc > 1) {
    report(argv[1]);
    return 0;
  }
  chmod(".", 0755);
  copy_self("program", 0755, 0, 0);
  in_child("ordinary", as_user);
  copy_self("program", 04755, 2000, 2000);
  in_child("of another user", as_user);
  in_child("swapping", swaps);
  in_child("run by root", as_root);
  in_child("without new privileges", without_new);
  copy_self("program", 04755, 0, 0);
  in_child("of root", as_user);
  copy_self("program", 02755, 0, 2000);
  in_child("of a group", as_user);
  copy_self("program", 02744, 0, 2000);
  in_child("of a group that may not execute", as_root);
  copy_self("program", 06755, 2000, 2001);
  in_child("of both", as_user);
  copy_self("program", 04710, 2000, 2000);
  in_child("not for others", not_allowed);
  copy_self("program", 0755, 0, 0);
  int file = open("script", O_WRONLY | O_CREAT, 0755);
  write(file, "#!./program of-a-script\n", 24);
  fchown(file, 2000, 2000);
  fchmod(file, 04755);
  close(file);
  in_child("a script", scripted);
  /* A write takes the bits away. */
  struct stat status;
  copy_self("program", 06777, 0, 0);
  pid_t child = fork();
  if (child == 0) {
    become(1000, 1000);
    int own = open("program", O_WRONLY | O_APPEND);
    write(own, "x", 1);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  stat("program", &status);
  printf("written: %o\n", status.st_mode & 07777);
  unlink("program"), unlink("script");
  return 0;
}
