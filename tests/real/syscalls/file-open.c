/* Calls: open openat openat2 creat close access faccessat faccessat2 umask chmod fchmod fchmodat chown lchown fchown fchownat chown32 lchown32 fchown32 readlinkat symlinkat name_to_handle_at open_by_handle_at */
/* Finding and opening files: links, dots, directory descriptors, openat2's limits, flags, permissions. */
#include "show.h"
#include <sys/uio.h>

#ifndef SYS_chown32
#define SYS_chown32 SYS_chown
#define SYS_lchown32 SYS_lchown
#define SYS_fchown32 SYS_fchown
#endif
#ifndef SYS_openat2
#define SYS_openat2 (SYS_pidfd_open + 3)
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 (SYS_pidfd_open + 5)
#endif

struct how {
  unsigned long long flags, mode, resolve;
};
enum { NO_XDEV = 1, NO_MAGICLINKS = 2, NO_SYMLINKS = 4, BENEATH = 8, IN_ROOT = 16, CACHED = 32 };

static long open2(int dir, const char *path, unsigned long long flags, unsigned long long mode, unsigned long long resolve) {
  struct how how = {flags, mode, resolve};
  long fd = syscall(SYS_openat2, dir, path, &how, sizeof how);
  if (fd >= 0) close(fd);
  return fd < 0 ? -1 : 0;
}

static int opens(const char *path, int flags) {
  int fd = open(path, flags, 0640);
  if (fd < 0) return -1;
  close(fd);
  return 0;
}

static void paths(void) {
  mkdir("d", 0755);
  mkdir("d/e", 0755);
  put_file("f", "file");
  put_file("d/inner", "inner");
  symlink("f", "link");
  symlink("d", "dirlink");
  symlink("nowhere", "dangling");
  symlink("loop2", "loop1");
  symlink("loop1", "loop2");
  symlink("../f", "d/up");
#ifdef __i386__
  close(syscall(SYS_open, "f", O_RDONLY));
#endif
  SHOW(opens("d/../f", O_RDONLY));
  SHOW(opens("d/e/../../f", O_RDONLY));
  SHOW(opens("f/..", O_RDONLY));
  SHOW(opens("f/", O_RDONLY));
  SHOW(opens("", O_RDONLY));
  SHOW(opens("none/f", O_RDONLY));
  SHOW(opens("link", O_RDONLY));
  SHOW(opens("link", O_RDONLY | O_NOFOLLOW));
  SHOW(opens("link", O_PATH | O_NOFOLLOW));
  SHOW(opens("dirlink/inner", O_RDONLY | O_NOFOLLOW));
  SHOW(opens("dirlink/", O_RDONLY | O_NOFOLLOW));
  SHOW(opens("dirlink", O_RDONLY | O_NOFOLLOW));
  SHOW(opens("dirlink", O_DIRECTORY | O_NOFOLLOW));
  SHOW(opens("dirlink", O_DIRECTORY));
  SHOW(opens("f", O_DIRECTORY));
  SHOW(opens("loop1", O_RDONLY));
  SHOW(opens("d/up", O_RDONLY));
  SHOW(opens("dangling", O_RDONLY));
  SHOW(opens("dangling", O_CREAT | O_EXCL | O_WRONLY));
  SHOW(opens("dangling", O_CREAT | O_NOFOLLOW | O_WRONLY));
  SHOW(opens("dangling", O_CREAT | O_WRONLY));
  SHOW(access("nowhere", F_OK));
  SHOW(opens("d", O_WRONLY));
  SHOW(opens("d", O_RDWR));
  SHOW(opens("d", O_CREAT));
  SHOW(opens("d", O_RDONLY | O_TRUNC));
  SHOW(opens("new/", O_CREAT | O_WRONLY));
  SHOW(opens("f/x", O_CREAT | O_WRONLY));
  SHOW(opens("f", O_CREAT | O_EXCL | O_WRONLY));
  SHOW(opens("fresh", O_CREAT | O_EXCL | O_WRONLY));
  SHOW(opens((char *)1, O_RDONLY));
  char name[300];
  memset(name, 'n', sizeof name);
  name[255] = 0;
  SHOW(opens(name, O_CREAT | O_WRONLY));
  name[255] = 'n';
  name[256] = 0;
  SHOW(opens(name, O_RDONLY));
  static char much[5000];
  memset(much, '/', 4095);
  SHOW(opens(much, O_RDONLY));
  memset(much, '/', 4096);
  SHOW(opens(much, O_RDONLY));
}

static void relative(void) {
  int dir = open("d", O_RDONLY | O_DIRECTORY);
  int file = open("f", O_RDONLY);
  int place = open("d", O_PATH);
  int fd;
  OK(fd = openat(dir, "inner", O_RDONLY));
  show_read("inner", fd, 10);
  close(fd);
  OK(fd = openat(place, "inner", O_RDONLY));
  close(fd);
  OK(fd = openat(dir, "/dev/null", O_RDONLY));
  close(fd);
  SHOW(openat(file, "x", O_RDONLY));
  SHOW(openat(99, "x", O_RDONLY));
  SHOW(openat(AT_FDCWD, "none", O_RDONLY));
  OK(fd = openat(dir, "..", O_RDONLY));
  SHOW(faccessat(fd, "f", F_OK, 0));
  close(fd);
  SHOW(symlinkat("inner", dir, "alias"));
  char text[40];
  SHOW(readlinkat(dir, "alias", text, sizeof text));
  SHOW(readlinkat(dir, "alias", text, 3));
  SHOW(readlinkat(dir, "inner", text, 3));
  SHOW(readlinkat(dir, "alias", text, 0));
  int link = openat(dir, "alias", O_PATH | O_NOFOLLOW);
  SHOW(readlinkat(link, "", text, sizeof text));
  /* What a descriptor for a place can and cannot do. */
  struct stat st;
  SHOW(fstat(link, &st));
  printf("is a link: %d\n", S_ISLNK(st.st_mode));
  SHOW(read(place, text, 1));
  SHOW(fchmod(place, 0700));
  SHOW(fchown(place, 0, 0));
  SHOW(lseek(place, 0, SEEK_SET));
  SHOW(fcntl(place, F_GETFD));
  SHOW(fcntl(place, F_SETFL, O_NONBLOCK));
  SHOW(fcntl(place, F_GETFL) == O_PATH);
  OK(fd = dup(place));
  SHOW(fchdir(fd));
  SHOW(fchdir(link));
  SHOW(chdir(".."));
  close(fd);
  close(link);
  close(place);
  close(file);
  close(dir);
  SHOW(close(dir));
}

static void limited(void) {
  int dir = open(".", O_RDONLY);
  SHOW(open2(dir, "f", O_RDONLY, 0, 0));
  SHOW(open2(dir, "f", O_RDONLY, 0644, 0));
  SHOW(open2(dir, "made", O_CREAT | O_WRONLY, 0644, 0));
  SHOW(open2(dir, "made2", O_CREAT | O_WRONLY, 01000000, 0));
  SHOW(open2(dir, "f", 1ull << 40, 0, 0));
  SHOW(open2(dir, "f", O_RDONLY, 0, 1 << 10));
  SHOW(open2(dir, "f", O_RDONLY, 0, BENEATH | IN_ROOT));
  SHOW(open2(dir, "d/../f", O_RDONLY, 0, BENEATH));
  SHOW(open2(dir, "../f", O_RDONLY, 0, BENEATH));
  SHOW(open2(dir, "d/up", O_RDONLY, 0, BENEATH));
  SHOW(open2(dir, "/dev/null", O_RDONLY, 0, BENEATH));
  SHOW(open2(dir, "/f", O_RDONLY, 0, IN_ROOT));
  SHOW(open2(dir, "../../f", O_RDONLY, 0, IN_ROOT));
  SHOW(open2(dir, "link", O_RDONLY, 0, NO_SYMLINKS));
  SHOW(open2(dir, "dirlink/inner", O_RDONLY, 0, NO_SYMLINKS));
  SHOW(open2(dir, "link", O_PATH | O_NOFOLLOW, 0, NO_SYMLINKS));
  SHOW(open2(dir, "link", O_RDONLY, 0, NO_MAGICLINKS));
  SHOW(open2(AT_FDCWD, "/proc/self/exe", O_RDONLY, 0, NO_MAGICLINKS));
  SHOW(open2(AT_FDCWD, "/proc/self/exe", O_RDONLY, 0, 0));
  SHOW(open2(AT_FDCWD, "/proc/version", O_RDONLY, 0, NO_XDEV));
  SHOW(open2(dir, "d/inner", O_RDONLY, 0, NO_XDEV));
  SHOW(open2(dir, "f", O_RDONLY, 0, CACHED));
  SHOW(open2(dir, "f", O_RDWR | O_CREAT, 0600, CACHED));
  SHOW(open2(dir, "f", O_RDONLY | O_TRUNC, 0, CACHED));
  struct {
    struct how how;
    unsigned long long more;
  } longer = {{O_RDONLY, 0, 0}, 0};
  OK(syscall(SYS_openat2, dir, "f", &longer, sizeof longer));
  longer.more = 1;
  SHOW(syscall(SYS_openat2, dir, "f", &longer, sizeof longer));
  SHOW(syscall(SYS_openat2, dir, "f", &longer, 8));
}

static void flags(void) {
  int fd = open("flags", O_RDWR | O_CREAT | O_TRUNC, 0644);
  SHOW(write(fd, "12345", 5));
  close(fd);
  fd = open("flags", O_WRONLY | O_APPEND);
  SHOW(write(fd, "67", 2));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(pwrite(fd, "89", 2, 0));
  SHOW(read(fd, &fd, 1));
  close(fd);
  show_stat("flags");
  fd = open("flags", O_RDONLY);
  SHOW(write(fd, "x", 1));
  show_read("flags", fd, 20);
  close(fd);
  fd = creat("flags", 0600);
  show_stat("flags");
  SHOW(fcntl(fd, F_GETFL) & O_ACCMODE);
  close(fd);
  int three = open("flags", O_ACCMODE);
  SHOW(read(three, &fd, 1));
  SHOW(write(three, &fd, 1));
  close(three);
  /* A file without a name. */
  OK(fd = open(".", O_TMPFILE | O_RDWR, 0600));
  SHOW(write(fd, "nameless", 8));
  char self[40];
  sprintf(self, "/proc/self/fd/%d", fd);
  SHOW(linkat(AT_FDCWD, self, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
  show_stat("named");
  close(fd);
  OK(fd = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600));
  sprintf(self, "/proc/self/fd/%d", fd);
  SHOW(linkat(AT_FDCWD, self, AT_FDCWD, "named2", AT_SYMLINK_FOLLOW));
  SHOW(linkat(fd, "", AT_FDCWD, "named3", AT_EMPTY_PATH));
  close(fd);
  SHOW(open(".", O_TMPFILE | O_RDONLY, 0600));
  SHOW(open("f", O_TMPFILE | O_RDWR, 0600));
  fd = open("f", O_RDONLY | O_CLOEXEC);
  SHOW(fcntl(fd, F_GETFD));
  close(fd);
}

static void permissions(void) {
  put_file("private", "private");
  SHOW(chmod("private", 0600));
  put_file("shared", "shared");
  SHOW(chmod("shared", 0664));
  SHOW(chown("shared", 1000, 2000));
  put_file("setid", "setid");
  SHOW(chmod("setid", 06755));
  mkdir("locked", 0700);
  put_file("locked/in", "in");
  mkdir("sticky", 0777);
  chmod("sticky", 01777);
  put_file("sticky/root", "root");
  chmod(".", 0755);
  CHILD(1000) {
    SHOW(opens("private", O_RDONLY));
    SHOW(opens("shared", O_RDWR));
    SHOW(opens("locked/in", O_RDONLY));
    SHOW(opens("newfile", O_CREAT | O_WRONLY));
    SHOW(unlink("sticky/root"));
    SHOW(opens("sticky/own", O_CREAT | O_WRONLY));
    show_stat("sticky/own");
    SHOW(access("private", R_OK));
    SHOW(access("private", F_OK));
    SHOW(access("shared", R_OK | W_OK));
    SHOW(access("shared", X_OK));
    SHOW(chmod("private", 0666));
    SHOW(chmod("shared", 0666));
    SHOW(chown("shared", -1, 1000));
    SHOW(chown("shared", -1, 2000));
    SHOW(chown("shared", 0, -1));
    SHOW(chmod("shared", 02666));
    show_stat("shared");
    SHOW(opens("private", O_RDONLY | O_NOATIME));
    SHOW(opens("setid", O_RDONLY | O_NOATIME));
    SHOW(opens("shared", O_RDONLY | O_NOATIME));
    SHOW(linkat(AT_FDCWD, "shared", AT_FDCWD, "sticky/shared", 0));
  }
  SHOW(unlink("sticky/own"));
  CHILD(1000) {
    /* The real user counts for access(), the effective one with AT_EACCESS. */
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "private", R_OK, AT_EACCESS));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "private", R_OK, 0x8000));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "dangling2", F_OK, AT_SYMLINK_NOFOLLOW));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "link", W_OK, AT_SYMLINK_NOFOLLOW));
    SHOW(access("private", 010));
  }
  CHILD(0) {
    setresuid(1000, 0, 0);
    SHOW(access("private", R_OK));
    SHOW(syscall(SYS_faccessat, AT_FDCWD, "private", R_OK));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "private", R_OK, AT_EACCESS));
    setresuid(0, 1000, 0);
    SHOW(access("private", R_OK));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "private", R_OK, AT_EACCESS));
  }
  SHOW(access("private", X_OK));
  SHOW(access("setid", X_OK));
  /* Set-id bits go when the owner changes or another user writes. */
  SHOW(syscall(SYS_chown, "setid", 5, 6));
  show_stat("setid");
  SHOW(chmod("setid", 06745));
  SHOW(syscall(SYS_chown32, "setid", -1, 7));
  show_stat("setid");
  SHOW(chmod("setid", 06777));
  CHILD(1000) {
    int fd = open("setid", O_WRONLY);
    SHOW(write(fd, "S", 1));
    show_stat("setid");
  }
  SHOW(chmod("setid", 06777));
  CHILD(1000) SHOW(truncate("setid", 2));
  show_stat("setid");
  symlink("setid", "idlink");
  SHOW(syscall(SYS_lchown, "idlink", 11, 12));
  show_stat("idlink");
  SHOW(syscall(SYS_lchown32, "idlink", 70000, -1));
  show_stat("idlink");
  int fd = open("setid", O_RDONLY);
  SHOW(syscall(SYS_fchown, fd, 21, -1));
  SHOW(syscall(SYS_fchown32, fd, 70001, 70002));
  show_stat("setid");
  SHOW(fchown(99, 1, 1));
  SHOW(fchownat(AT_FDCWD, "idlink", 31, 32, AT_SYMLINK_NOFOLLOW));
  show_stat("idlink");
  SHOW(fchownat(fd, "", 41, 42, AT_EMPTY_PATH));
  show_stat("setid");
  SHOW(fchownat(AT_FDCWD, "setid", 41, 42, 0x8000));
  SHOW(fchmod(fd, 0123));
  SHOW(syscall(SYS_fchmodat, AT_FDCWD, "idlink", 0321));
  show_stat("setid");
  SHOW(fchmodat(AT_FDCWD, "none", 0600, 0));
  close(fd);
  /* umask, and the group of a directory with the set-group-id bit. */
  printf("umask %o\n", umask(0027));
  printf("umask %o\n", umask(07777));
  printf("umask %o\n", umask(0027));
  close(open("masked", O_CREAT | O_WRONLY, 0666));
  show_stat("masked");
  mkdir("maskdir", 0777);
  show_stat("maskdir");
  umask(022);
  chown("maskdir", 0, 555);
  chmod("maskdir", 02777);
  close(open("maskdir/file", O_CREAT | O_WRONLY, 02775));
  mkdir("maskdir/sub", 0755);
  show_stat("maskdir/file");
  show_stat("maskdir/sub");
  CHILD(1000) {
    close(open("maskdir/user", O_CREAT | O_WRONLY, 02775));
    show_stat("maskdir/user");
  }
}

/* Files by handle. */
static void handles(void) {
  struct {
    struct file_handle head;
    unsigned char bytes[128];
  } handle;
  int mount_id, fd;
  handle.head.handle_bytes = 0;
  SHOW(name_to_handle_at(AT_FDCWD, "f", &handle.head, &mount_id, 0));
  SHOW(handle.head.handle_bytes > 0);
  SHOW(name_to_handle_at(AT_FDCWD, "f", &handle.head, &mount_id, 0));
  int root = open(".", O_RDONLY);
  OK(fd = open_by_handle_at(root, &handle.head, O_RDONLY));
  show_read("by handle", fd, 10);
  close(fd);
  CHILD(1000) SHOW(open_by_handle_at(root, &handle.head, O_RDONLY));
  SHOW(name_to_handle_at(AT_FDCWD, "none", &handle.head, &mount_id, 0));
  SHOW(name_to_handle_at(AT_FDCWD, "f", &handle.head, &mount_id, 0x8000));
  handle.head.handle_bytes = 200;
  SHOW(name_to_handle_at(AT_FDCWD, "f", &handle.head, &mount_id, 0));
  SHOW(open_by_handle_at(root, &handle.head, O_RDONLY));
  SHOW(unlink("f"));
  handle.head.handle_bytes = 128;
  SHOW(name_to_handle_at(root, "", &handle.head, &mount_id, AT_EMPTY_PATH));
  OK(fd = open_by_handle_at(root, &handle.head, O_RDONLY | O_DIRECTORY));
  SHOW(faccessat(fd, "d", F_OK, 0));
  close(fd);
  close(root);
}

int main(void) {
  enter_scratch();
  paths();
  relative();
  limited();
  flags();
  permissions();
  handles();
  return 0;
}
