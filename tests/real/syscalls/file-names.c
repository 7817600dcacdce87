/* Calls: link linkat unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir symlink readlink mknod mknodat chdir fchdir getcwd chroot stat lstat fstat stat64 lstat64 fstat64 fstatat64 oldstat oldlstat oldfstat statx utime utimes futimesat utimensat utimensat_time64 getdents getdents64 readdir ustat statfs fstatfs statfs64 fstatfs64 sync fsync fdatasync syncfs */
/* Names: making, removing and renaming them; what stat, statfs and directories tell. */
#include "show.h"
#include <dirent.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <utime.h>

#ifndef SYS_renameat2
#define SYS_renameat2 -1
#endif
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#define RENAME_WHITEOUT 4
#endif

static void links(void) {
  put_file("a", "a");
  SHOW(link("a", "b"));
  show_stat("a");
  SHOW(link("a", "b"));
  SHOW(link("none", "c"));
  SHOW(link(".", "dirlink"));
  SHOW(link("a", "none/c"));
  SHOW(link("a", "c/"));
  SHOW(link("a", "/proc/c"));
  SHOW(unlink("a"));
  show_stat("b");
  SHOW(unlink("a"));
  SHOW(unlink("b/"));
  mkdir("d", 0755);
  SHOW(unlink("d"));
  SHOW(unlink("d/"));
  SHOW(unlink("."));
  SHOW(unlink(".."));
  SHOW(unlink(""));
  SHOW(symlink("b", "s"));
  SHOW(symlink("b", "s"));
  SHOW(symlink("", "e"));
  SHOW(link("s", "s2"));
  show_stat("s2");
  SHOW(linkat(AT_FDCWD, "s", AT_FDCWD, "s3", AT_SYMLINK_FOLLOW));
  show_stat("s3");
  SHOW(linkat(AT_FDCWD, "b", AT_FDCWD, "s4", 0x8000));
  int fd = open("b", O_RDONLY);
  SHOW(linkat(fd, "", AT_FDCWD, "empty", AT_EMPTY_PATH));
  SHOW(linkat(fd, "", AT_FDCWD, "empty2", 0));
  close(fd);
  fd = open("empty", O_RDONLY);
  SHOW(unlink("empty"));
  SHOW(unlink("s3"));
  SHOW(unlink("b"));
  show_read("unlinked", fd, 10);
  struct stat st;
  fstat(fd, &st);
  printf("links left %d\n", (int)st.st_nlink);
  SHOW(linkat(fd, "", AT_FDCWD, "again", AT_EMPTY_PATH));
  close(fd);
  char text[20];
  SHOW(readlink("s", text, sizeof text));
  SHOW(readlink("d", text, sizeof text));
  SHOW(readlink("s", text, -1));
}

static void directories(void) {
  SHOW(mkdir("d", 0755));
  SHOW(mkdir("d/x/", 0755));
  SHOW(mkdir("none/x", 0755));
  SHOW(mkdir(".", 0755));
  SHOW(mkdir("/", 0755));
  SHOW(mkdir("s2/x", 0755));
  struct stat st;
  stat("d", &st);
  printf("d has %d links\n", (int)st.st_nlink);
  SHOW(rmdir("d"));
  SHOW(rmdir("d/."));
  SHOW(rmdir("d/x/.."));
  SHOW(rmdir("s2"));
  SHOW(rmdir("/"));
  SHOW(unlinkat(AT_FDCWD, "d/x", AT_REMOVEDIR));
  SHOW(unlinkat(AT_FDCWD, "d", 0));
  SHOW(unlinkat(AT_FDCWD, "d", 0x8000));
  stat("d", &st);
  printf("d has %d links\n", (int)st.st_nlink);
  int dir = open("d", O_RDONLY);
  SHOW(mkdirat(dir, "y", 0700));
  SHOW(unlinkat(dir, "y", AT_REMOVEDIR));
  SHOW(chdir("d"));
  SHOW(rmdir("../d"));
  char cwd[100];
  OK(getcwd(cwd, sizeof cwd) == NULL ? -1 : 0);
  SHOW(mkdir("in", 0755));
  SHOW(open("in", O_CREAT | O_WRONLY, 0644));
  SHOW(mkdirat(dir, "y", 0700));
  SHOW(access(".", F_OK));
  SHOW(access("..", F_OK));
  SHOW(chdir(".."));
  SHOW(fchdir(dir));
  SHOW(chdir(scratch_path));
  fstat(dir, &st);
  printf("removed directory has %d links\n", (int)st.st_nlink);
  close(dir);
  SHOW(syscall(SYS_getcwd, cwd, sizeof cwd) == strlen(scratch_path) + 1);
  SHOW(syscall(SYS_getcwd, cwd, 3));
}

static void renames(void) {
  put_file("f1", "one");
  put_file("f2", "two");
  mkdir("d1", 0755);
  mkdir("d2", 0755);
  mkdir("d2/full", 0755);
  SHOW(rename("f1", "f2"));
  show_stat("f1");
  SHOW(rename("f2", "f1/"));
  SHOW(rename("f2/", "f1"));
  SHOW(rename("f2", "f1"));
  SHOW(rename("f1", "d1"));
  SHOW(rename("d1", "f1"));
  SHOW(rename("d1", "d2"));
  SHOW(rename("d2", "d1"));
  SHOW(rename("d1", "d1/full/x"));
  SHOW(rename("d1", "d1"));
  SHOW(rename("d1/full", "."));
  SHOW(rename("d1/full", "d1"));
  SHOW(rename("none", "x"));
  SHOW(rename("f1", "none/x"));
  SHOW(rename(".", "x"));
  SHOW(rename("f1", "/proc/x"));
  SHOW(rename("d1", "d3/"));
  link("f1", "f3");
  SHOW(rename("f1", "f3"));
  show_stat("f1");
  unlink("f3");
  int dir = open("d3", O_RDONLY);
  SHOW(renameat(AT_FDCWD, "f1", dir, "moved"));
  SHOW(renameat(dir, "moved", AT_FDCWD, "f1"));
  put_file("g", "g");
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "f1", AT_FDCWD, "g", RENAME_NOREPLACE));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "f1", AT_FDCWD, "h", RENAME_NOREPLACE));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "h", AT_FDCWD, "g", RENAME_EXCHANGE));
  show_stat("h");
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "h", AT_FDCWD, "none", RENAME_EXCHANGE));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "h", AT_FDCWD, "d3", RENAME_EXCHANGE));
  struct stat st;
  stat("h", &st);
  printf("h is a directory: %d\n", S_ISDIR(st.st_mode));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "d3", AT_FDCWD, "h/inside", RENAME_EXCHANGE));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "h", AT_FDCWD, "h/full", RENAME_EXCHANGE));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "h", AT_FDCWD, "g", RENAME_EXCHANGE | RENAME_NOREPLACE));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "h", AT_FDCWD, "g", 16));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "d3", AT_FDCWD, "white", RENAME_WHITEOUT));
  stat("d3", &st);
  printf("whiteout: %o %d\n", st.st_mode, (int)st.st_rdev);
  close(dir);
}

static void nodes(void) {
  SHOW(mknod("fifo", S_IFIFO | 0640, 0));
  show_stat("fifo");
  SHOW(mknod("plain", 0644, 0));
  show_stat("plain");
  SHOW(mknod("null", S_IFCHR | 0666, makedev(1, 3)));
  struct stat st;
  stat("null", &st);
  printf("%o %d:%d\n", st.st_mode, major(st.st_rdev), minor(st.st_rdev));
  SHOW(mknod("block", S_IFBLK | 0600, makedev(259, 70000)));
  stat("block", &st);
  printf("%o %d:%d\n", st.st_mode, major(st.st_rdev), minor(st.st_rdev));
  SHOW(mknodat(AT_FDCWD, "sock", S_IFSOCK | 0600, 0));
  SHOW(mknod("dir", S_IFDIR | 0600, 0));
  SHOW(mknod("bad", 0110000, 0));
  SHOW(mknod("fifo", S_IFIFO | 0640, 0));
  SHOW(open("sock", O_RDONLY));
  chmod(".", 0777);
  CHILD(1000) {
    SHOW(mknod("userfifo", S_IFIFO | 0640, 0));
    SHOW(mknod("usernull", S_IFCHR | 0640, makedev(1, 3)));
    SHOW(mkdir("userdir", 0777));
    show_stat("userdir");
  }
}

/* The old structures, by their fields where all have them. */
static void statuses(void) {
  put_file("status", "0123456789");
  chown("status", 3, 4);
  struct stat64 st;
  int fd = open("status", O_RDONLY);
  SHOW(fstat64(fd, &st));
  printf("%o %d %lld\n", st.st_mode, (int)st.st_nlink, (long long)st.st_size);
#ifdef __i386__
  struct {
    unsigned short dev, ino, mode, nlink, uid, gid, rdev;
    unsigned size, atime, mtime, ctime;
  } old;
  struct {
    unsigned dev, ino;
    unsigned short mode, nlink, uid, gid;
    unsigned rdev, size, blksize, blocks, more[9];
  } middle;
  unsigned char big[96];
  syscall(18, "status", &old);
  syscall(84, "status", &old);
  syscall(28, fd, &old);
  syscall(SYS_mknod, "oldnode", 0600, 0);
  syscall(SYS_stat, "status", &middle);
  syscall(SYS_lstat, "status", &middle);
  syscall(SYS_fstat, fd, &middle);
  syscall(SYS_stat64, "status", big);
  syscall(SYS_lstat64, "status", big);
  syscall(SYS_fstat64, fd, big);
  syscall(SYS_fstatat64, AT_FDCWD, "status", big, 0);
  if (old.size != 10 || old.mode != 0100644 || old.uid != 3 || old.gid != 4) printf("old stat\n");
  if (middle.size != 10 || middle.mode != 0100644 || middle.uid != 3 || middle.gid != 4) printf("stat\n");
  if (syscall(18, "none", &old) != -1 || errno != ENOENT) printf("old stat of nothing\n");
  char cwd[64];
  struct utimbuf ut = {1, 2};
  struct timeval tv[2] = {{1, 2}, {3, 4}};
  syscall(SYS_utime, "status", &ut);
  syscall(SYS_utimes, "status", tv);
  syscall(SYS_futimesat, AT_FDCWD, "status", tv);
  syscall(SYS_utimensat, AT_FDCWD, "status", NULL, 0);
#endif
  struct statx sx;
  SHOW(statx(AT_FDCWD, "status", 0, STATX_ALL, &sx));
  printf("mask %x mode %o links %d size %lld owner %d:%d blocks %lld\n", sx.stx_mask & (STATX_BASIC_STATS | STATX_BTIME),
         sx.stx_mode, (int)sx.stx_nlink, (long long)sx.stx_size, sx.stx_uid, sx.stx_gid, (long long)sx.stx_blocks);
  printf("born %d\n", sx.stx_btime.tv_sec > 1000000000 && sx.stx_btime.tv_sec <= sx.stx_ctime.tv_sec);
  SHOW(statx(AT_FDCWD, "none", 0, STATX_ALL, &sx));
  SHOW(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &sx));
  SHOW(statx(fd, "", 0, STATX_SIZE, &sx));
  SHOW(statx(fd, "", AT_EMPTY_PATH, 0x80000000, &sx));
  SHOW(statx(fd, "", AT_EMPTY_PATH | 0x6000, STATX_SIZE, &sx));
  SHOW(fstatat(AT_FDCWD, "status", (struct stat *)&st, 0x8000));
  SHOW(fstatat(fd, "x", (struct stat *)&st, 0));
  close(fd);
}

static void show_times(const char *path) {
  struct stat st;
  lstat(path, &st);
  printf("%lld.%09ld %lld.%09ld\n", (long long)st.st_atime, st.st_atim.tv_nsec, (long long)st.st_mtime, st.st_mtim.tv_nsec);
}

static void times(void) {
  struct utimbuf ut = {111, 222};
  SHOW(utime("status", &ut));
  show_times("status");
  struct timeval tv[2] = {{333, 4}, {444, 999999}};
  SHOW(utimes("status", tv));
  show_times("status");
  tv[1].tv_usec = 1000000;
  SHOW(utimes("status", tv));
  tv[1].tv_usec = 5;
  SHOW(futimesat(AT_FDCWD, "status", tv));
  show_times("status");
  struct timespec ts[2] = {{555, 1}, {666, 999999999}};
  SHOW(utimensat(AT_FDCWD, "status", ts, 0));
  show_times("status");
  ts[0].tv_nsec = UTIME_OMIT;
  ts[1].tv_sec = 777;
  SHOW(utimensat(AT_FDCWD, "status", ts, 0));
  show_times("status");
  ts[1].tv_nsec = 1000000000;
  SHOW(utimensat(AT_FDCWD, "status", ts, 0));
  ts[0].tv_nsec = ts[1].tv_nsec = UTIME_OMIT;
  SHOW(utimensat(AT_FDCWD, "none", ts, 0));
  SHOW(utimensat(AT_FDCWD, "status", ts, 0x8000));
#ifdef SYS_utimensat_time64
  long long wide[4] = {5000000000ll, 7, 6000000000ll, 8};
  long result = syscall(SYS_utimensat_time64, AT_FDCWD, "status", wide, 0);
  struct statx sx;
  statx(AT_FDCWD, "status", 0, STATX_ALL, &sx);
  printf("after 2038: %ld %lld.%u %lld.%u\n", result, (long long)sx.stx_atime.tv_sec, sx.stx_atime.tv_nsec,
         (long long)sx.stx_mtime.tv_sec, sx.stx_mtime.tv_nsec);
#endif
  symlink("status", "statlink");
  struct timespec fixed[2] = {{1, 1}, {2, 2}};
  SHOW(utimensat(AT_FDCWD, "statlink", fixed, AT_SYMLINK_NOFOLLOW));
  show_times("statlink");
  int fd = open("status", O_RDONLY);
  SHOW(futimens(fd, fixed));
  show_times("status");
  close(fd);
  CHILD(1000) {
    SHOW(utimensat(AT_FDCWD, "status", fixed, 0));
    SHOW(utimensat(AT_FDCWD, "status", NULL, 0));
  }
  chmod("status", 0666);
  CHILD(1000) {
    SHOW(utimensat(AT_FDCWD, "status", fixed, 0));
    SHOW(utimensat(AT_FDCWD, "status", NULL, 0));
  }
  struct stat st;
  stat("status", &st);
  printf("now: %d\n", st.st_mtime > 1000000000);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }

static void listing(void) {
  mkdir("list", 0755);
  char name[30];
  for (int i = 0; i < 40; i++) {
    sprintf(name, "list/%d%.*s", i, i % 12, "abcdefghijkl");
    put_file(name, "");
  }
  DIR *dir = opendir("list");
  char *names[100];
  int count = 0;
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) names[count++] = strdup(entry->d_name);
  qsort(names, count, sizeof *names, by_name);
  for (int i = 0; i < count; i++) printf("%s ", names[i]);
  printf("\n");
  rewinddir(dir);
  readdir(dir);
  long place = telldir(dir);
  char *second = strdup(readdir(dir)->d_name);
  seekdir(dir, place);
  printf("same after seekdir: %d\n", strcmp(second, readdir(dir)->d_name) == 0);
  put_file("list/added", "");
  rewinddir(dir);
  count = 0;
  while (readdir(dir) != NULL) count++;
  printf("%d entries\n", count);
  closedir(dir);
  int fd = open("list", O_RDONLY | O_DIRECTORY);
  char bytes[600];
  SHOW(syscall(SYS_getdents64, fd, bytes, 8));
  int total = 0, calls = 0;
  for (int got; (got = syscall(SYS_getdents64, fd, bytes, 200)) > 0; calls++)
    for (int at = 0; at < got; at += *(unsigned short *)(bytes + at + 16)) total++;
  printf("%d entries by getdents64, in several calls: %d\n", total, calls > 3);
  lseek(fd, 0, SEEK_SET);
  total = 0;
  for (int got; (got = syscall(SYS_getdents, fd, bytes, 600)) > 0;)
    for (int at = 0; at < got; at += *(unsigned short *)(bytes + at + 2 * sizeof(long))) total++;
  printf("%d entries by getdents\n", total);
  SHOW(read(fd, bytes, 10));
  SHOW(syscall(SYS_getdents64, 0, bytes, 200));
#ifdef SYS_readdir
  lseek(fd, 0, SEEK_SET);
  total = 0;
  while (syscall(SYS_readdir, fd, bytes, 1) > 0) total++;
  if (total != 43) printf("%d entries by readdir\n", total);
#endif
  close(fd);
}

static void systems(void) {
  struct statfs sf;
  SHOW(statfs(".", &sf));
  printf("type %lx block %ld names %ld\n", (long)sf.f_type, (long)sf.f_bsize, (long)sf.f_namelen);
  printf("%d\n", sf.f_bfree <= sf.f_blocks && sf.f_bavail <= sf.f_bfree && sf.f_ffree < sf.f_files);
  SHOW(statfs("/proc", &sf));
  printf("type %lx blocks %ld\n", (long)sf.f_type, (long)sf.f_blocks);
  SHOW(statfs("none", &sf));
  struct statfs64 sf64;
  int fd = open(".", O_RDONLY);
  SHOW(fstatfs64(fd, &sf64));
  printf("type %lx\n", (long)sf64.f_type);
#ifdef __i386__
  syscall(SYS_statfs, ".", &sf64);
  syscall(SYS_fstatfs, fd, &sf64);
  if (syscall(SYS_statfs64, ".", sizeof sf64, &sf64) != 0 || syscall(SYS_fstatfs64, fd, sizeof sf64, &sf64) != 0) printf("statfs64\n");
  if (syscall(SYS_statfs64, ".", 20, &sf64) != -1 || errno != EINVAL) printf("size of statfs64\n");
#endif
  struct stat st;
  fstat(fd, &st);
  struct {
    long free;
    unsigned long inodes;
    char name[6], pack[6];
  } us;
  memset(&us, 0, sizeof us);
  SHOW(syscall(SYS_ustat, (unsigned)((minor(st.st_dev) & 0xff) | (major(st.st_dev) << 8)), &us));
  SHOW(syscall(SYS_ustat, 0xfff, &us));
  SHOW(fsync(fd));
  SHOW(fdatasync(fd));
  SHOW(syncfs(fd));
  int ends[2];
  pipe(ends);
  SHOW(fsync(ends[0]));
  SHOW(syncfs(99));
  sync();
  close(fd);
}

static void root(void) {
  mkdir("jail", 0755);
  mkdir("jail/inside", 0755);
  symlink("/inside", "jail/absolute");
  CHILD(0) {
    int out = open(".", O_RDONLY);
    SHOW(chroot("jail"));
    char cwd[100];
    syscall(SYS_getcwd, cwd, sizeof cwd);
    cwd[13] = 0;
    printf("%s\n", cwd);
    SHOW(chdir("/"));
    SHOW(syscall(SYS_getcwd, cwd, sizeof cwd));
    SHOW(access("/absolute", F_OK));
    SHOW(access("/../../inside", F_OK));
    SHOW(access("/jail", F_OK));
    SHOW(fchdir(out));
    SHOW(access("jail", F_OK));
  }
  CHILD(1000) SHOW(chroot("jail"));
  SHOW(chroot("status"));
  SHOW(chroot("none"));
}

int main(void) {
  enter_scratch();
  links();
  directories();
  renames();
  nodes();
  statuses();
  times();
  listing();
  systems();
  root();
  return 0;
}
