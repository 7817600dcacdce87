/* What the programs about files and sockets share: a line for each call with its result. */
#ifndef SHOW_H
#define SHOW_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* The call's text and its result, or the name of its error. */
#define SHOW(call) show_result(#call, (long)(call))
/* The same for a call whose result is a number of no meaning (a descriptor, say). */
#define OK(call) show_done(#call, (long)(call))

static inline long show_result(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
  return result;
}

static inline long show_done(const char *what, long result) {
  printf("%s: %s\n", what, result == -1 ? strerrorname_np(errno) : "done");
  return result;
}

/* Bytes as text, what cannot be printed as \ooo. */
static inline void show_bytes(const char *what, const void *bytes, long count) {
  printf("%s: ", what);
  if (count < 0) printf("%s", strerrorname_np(errno));
  for (long i = 0; i < count; i++) {
    unsigned char c = ((const unsigned char *)bytes)[i];
    if (c >= 32 && c < 127 && c != '\\') putchar(c);
    else printf("\\%03o", c);
  }
  putchar('\n');
}

/* Reads once from a descriptor and shows what came. */
static inline long show_read(const char *what, int fd, size_t most) {
  char bytes[4096];
  long count = read(fd, bytes, most < sizeof bytes ? most : sizeof bytes);
  show_bytes(what, bytes, count);
  return count;
}

/* Type and permissions, links, owner, and of what is no directory the size. */
static inline void show_stat(const char *path) {
  struct stat st;
  if (lstat(path, &st) < 0) {
    printf("%s: %s\n", path, strerrorname_np(errno));
    return;
  }
  printf("%s: %o", path, st.st_mode);
  if (!S_ISDIR(st.st_mode)) printf(" links %d size %lld", (int)st.st_nlink, (long long)st.st_size);
  printf(" owner %d:%d\n", (int)st.st_uid, (int)st.st_gid);
}

static inline void put_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) perror(path);
  close(fd);
}

/* A directory of its own on a tmpfs, made the working directory. */
static char scratch_path[64];
static inline void leave_scratch(void) {
  char command[128];
  if (chdir("/") < 0) return;
  pid_t pid = fork();
  if (pid == 0) {
    execl("/bin/rm", "rm", "-rf", scratch_path, NULL);
    _exit(0);
  }
  waitpid(pid, NULL, 0);
}
static inline void enter_scratch(void) {
  static pid_t owner;
  strcpy(scratch_path, "/dev/shm/kml-XXXXXX");
  if (mkdtemp(scratch_path) == NULL || chdir(scratch_path) < 0 || chmod(".", 0755) < 0) {
    perror("scratch");
    exit(1);
  }
  umask(022);
  atexit(leave_scratch);
}

/* Runs the block in a process of its own, with another user's identity if uid is not 0. */
#define CHILD(uid) for (pid_t child_ = show_fork(uid), once_ = 1; once_; once_ = 0, show_join(child_)) if (child_ == 0)
#include <grp.h>
static inline pid_t show_fork(int uid) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0 && uid != 0 && (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)) {
    perror("identity");
    _exit(9);
  }
  return pid;
}
static inline void show_join(pid_t pid) {
  int status;
  if (pid == 0) {
    fflush(stdout);
    _exit(0);
  }
  waitpid(pid, &status, 0);
  if (status != 0) printf("child ended with %x\n", status);
}
#endif
