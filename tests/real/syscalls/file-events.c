/* Calls: inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fcntl64 */
/* What inotify and F_NOTIFY tell of files and directories. */
#include "show.h"
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <utime.h>

static const char *const NAMES[] = {"ACCESS", "MODIFY", "ATTRIB", "CLOSE_WRITE", "CLOSE_NOWRITE", "OPEN", "MOVED_FROM", "MOVED_TO",
                                    "CREATE", "DELETE", "DELETE_SELF", "MOVE_SELF", "?", "UNMOUNT", "Q_OVERFLOW", "IGNORED"};

/* Everything that waits, each event on a line; cookies as the number of the rename. */
static void events(const char *what, int fd) {
  char bytes[8192] __attribute__((aligned(8)));
  static unsigned last;
  static int renames;
  printf("%s:\n", what);
  for (int got; (got = read(fd, bytes, sizeof bytes)) > 0;) {
    for (int at = 0; at < got;) {
      struct inotify_event *event = (void *)(bytes + at);
      printf("  %d", event->wd);
      for (int i = 0; i < 16; i++)
        if (event->mask & 1u << i) printf(" %s", NAMES[i]);
      if (event->mask & IN_ISDIR) printf(" dir");
      if (event->cookie != 0) {
        if (event->cookie != last) renames++;
        last = event->cookie;
        printf(" rename %d", renames);
      }
      if (event->len != 0) printf(" '%s' in %d", event->name, (int)event->len);
      printf("\n");
      at += sizeof *event + event->len;
    }
  }
}

static void directory(void) {
  mkdir("d", 0755);
  mkdir("other", 0755);
  int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), file;
  char byte[10];
  SHOW(fcntl(fd, F_GETFD));
  SHOW(read(fd, byte, sizeof byte));
  SHOW(inotify_add_watch(fd, "d", IN_ALL_EVENTS));
  file = open("d/file", O_RDWR | O_CREAT, 0644);
  events("create", fd);
  if (write(file, "text", 4) != 4 || write(file, "text", 4) != 4) printf("write\n");
  lseek(file, 0, SEEK_SET);
  read(file, byte, 10);
  read(file, byte, 10);
  events("write and read", fd);
  fchmod(file, 0600);
  fchown(file, 1, 1);
  ftruncate(file, 2);
  events("change", fd);
  truncate("d/file", 1);
  utime("d/file", NULL);
  struct timespec one[2] = {{1, 1}, {1, UTIME_OMIT}};
  utimensat(AT_FDCWD, "d/file", one, 0);
  one[0].tv_nsec = UTIME_OMIT;
  one[1].tv_nsec = 1;
  utimensat(AT_FDCWD, "d/file", one, 0);
  events("times", fd);
  close(file);
  events("close", fd);
  file = open("d/file", O_RDONLY);
  pread(file, byte, 1, 0);
  close(file);
  events("read only", fd);
  link("d/file", "d/second");
  events("link", fd);
  rename("d/second", "d/third");
  events("rename within", fd);
  rename("d/third", "other/third");
  events("rename out", fd);
  rename("other/third", "d/file2");
  rename("d/file2", "d/file");
  events("rename in, and to itself", fd);
  put_file("d/one", "1");
  put_file("d/two", "2");
  events("two files", fd);
  rename("d/one", "d/two");
  events("rename over", fd);
  mkdir("d/sub", 0755);
  put_file("d/sub/inner", "");
  rmdir("d/sub");
  unlink("d/sub/inner");
  rmdir("d/sub");
  symlink("x", "d/link");
  mkfifo("d/fifo", 0600);
  unlink("d/link");
  events("directories and links", fd);
  int list = open("d", O_RDONLY);
  char entries[1000];
  syscall(SYS_getdents64, list, entries, sizeof entries);
  close(list);
  chmod("d", 0700);
  events("the directory itself", fd);
  file = open("d/two", O_RDONLY);
  unlink("d/two");
  events("unlink of an open file", fd);
  read(file, byte, 1);
  close(file);
  events("its end", fd);
  rename("d", "moved");
  events("moved", fd);
  unlink("moved/file");
  unlink("moved/file2");
  unlink("moved/fifo");
  events("emptied", fd);
  rmdir("moved");
  events("removed", fd);
  SHOW(inotify_rm_watch(fd, 1));
  close(fd);
}

static void files(void) {
  int fd = inotify_init1(IN_NONBLOCK);
  put_file("file", "content");
  SHOW(inotify_add_watch(fd, "file", IN_MODIFY | IN_CLOSE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB));
  SHOW(inotify_add_watch(fd, "file", IN_OPEN));
  close(open("file", O_RDONLY));
  events("another mask", fd);
  SHOW(inotify_add_watch(fd, "file", IN_CLOSE | IN_MASK_ADD));
  close(open("file", O_RDONLY));
  events("more of it", fd);
  SHOW(inotify_add_watch(fd, "file", IN_OPEN | IN_MASK_CREATE));
  SHOW(inotify_add_watch(fd, "file", IN_OPEN | IN_MASK_CREATE | IN_MASK_ADD));
  SHOW(inotify_add_watch(fd, "file", IN_ALL_EVENTS));
  int out = open("file", O_WRONLY | O_APPEND), in = open("/proc/self/cmdline", O_RDONLY), pipes[2];
  struct iovec vec = {"abc", 3};
  writev(out, &vec, 1);
  pwrite(out, "x", 1, 0);
  close(out);
  events("written", fd);
  out = open("file", O_WRONLY);
  pipe(pipes);
  write(pipes[1], "12345", 5);
  splice(pipes[0], NULL, out, NULL, 5, 0);
  fallocate(out, 0, 0, 100);
  close(out);
  events("spliced and allocated", fd);
  rename("file", "file2");
  link("file2", "file3");
  unlink("file2");
  events("names", fd);
  rename("file3", "file4");
  put_file("file5", "");
  rename("file5", "file4");
  events("replaced", fd);
  SHOW(inotify_rm_watch(fd, 1));
  put_file("fresh", "");
  SHOW(inotify_add_watch(fd, "fresh", IN_ALL_EVENTS));
  SHOW(inotify_rm_watch(fd, 2));
  events("watch removed", fd);
  SHOW(inotify_add_watch(fd, "fresh", IN_OPEN | IN_ONESHOT));
  close(open("fresh", O_RDONLY));
  close(open("fresh", O_RDONLY));
  events("one shot", fd);
  mkdir("ex", 0755);
  SHOW(inotify_add_watch(fd, "ex", IN_ALL_EVENTS | IN_EXCL_UNLINK | IN_ONLYDIR));
  out = open("ex/gone", O_WRONLY | O_CREAT, 0600);
  unlink("ex/gone");
  write(out, "x", 1);
  close(out);
  events("without what is unlinked", fd);
  symlink("fresh", "link");
  SHOW(inotify_add_watch(fd, "link", IN_OPEN | IN_DONT_FOLLOW));
  SHOW(inotify_add_watch(fd, "fresh", IN_OPEN | IN_ONLYDIR));
  SHOW(inotify_add_watch(fd, "none", IN_OPEN));
  SHOW(inotify_add_watch(fd, "fresh", 0));
  SHOW(inotify_add_watch(out = open("fresh", O_RDONLY), "fresh", IN_OPEN));
  SHOW(inotify_add_watch(99, "fresh", IN_OPEN));
  SHOW(inotify_rm_watch(out, 1));
  close(out);
  int waiting = -1;
  SHOW(ioctl(fd, FIONREAD, &waiting));
  printf("%d waiting\n", waiting);
  struct pollfd poller = {fd, POLLIN, 0};
  SHOW(inotify_add_watch(fd, "fresh", IN_OPEN));
  SHOW(poll(&poller, 1, 0));
  close(open("fresh", O_RDONLY));
  SHOW(poll(&poller, 1, 0));
  SHOW(ioctl(fd, FIONREAD, &waiting));
  printf("%d waiting\n", waiting);
  char little[16];
  SHOW(read(fd, little, 15));
  SHOW(read(fd, little, 16));
  chmod("fresh", 0);
  CHILD(1000) SHOW(inotify_add_watch(fd, "fresh", IN_OPEN));
  close(fd);
  SHOW(inotify_init1(0x1000));
  /* A reader waits until something happens. */
  fd = syscall(SYS_inotify_init);
  inotify_add_watch(fd, ".", IN_CREATE);
  CHILD(0) put_file("woken", "");
  char event[64];
  SHOW(read(fd, event, sizeof event));
  close(fd);
}

static volatile sig_atomic_t count, last_fd, last_code;
static void handler(int signo, siginfo_t *info, void *context) {
  count++;
  last_fd = info->si_fd;
  last_code = info->si_code;
}

static void dnotify(void) {
  mkdir("dn", 0755);
  int fd = open("dn", O_RDONLY);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigaction(SIGRTMIN + 1, &action, NULL);
  SHOW(fcntl(fd, F_SETSIG, SIGRTMIN + 1));
  SHOW(fcntl(fd, F_NOTIFY, DN_CREATE | DN_MODIFY));
  SHOW(fcntl(fd, F_SETOWN, getpid()));
  put_file("dn/a", "");
  printf("%d signals, right file %d, code %d\n", count, last_fd == fd, last_code);
  put_file("dn/b", "");
  printf("%d signals\n", count);
  SHOW(fcntl(fd, F_NOTIFY, DN_DELETE | DN_RENAME | DN_ATTRIB | DN_MULTISHOT));
  rename("dn/a", "dn/c");
  printf("%d signals\n", count > 1);
  count = 0;
  chmod("dn/c", 0600);
  unlink("dn/c");
  printf("%d signals\n", count);
  SHOW(fcntl(fd, F_NOTIFY, 0));
  unlink("dn/b");
  printf("%d signals\n", count);
  int file = open("woken", O_RDONLY);
  SHOW(fcntl(file, F_NOTIFY, DN_CREATE));
  close(file);
  close(fd);
}

int main(void) {
  enter_scratch();
  directory();
  files();
  dnotify();
  return 0;
}
