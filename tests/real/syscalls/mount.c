/* Calls: mount umount umount2 pivot_root */
/* Mounting: tmpfs and its options, binds, moves, remounts, propagation, umount's flags, pivot_root. */
#define _GNU_SOURCE
#include <sched.h>
#include "show.h"
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#ifndef MNT_EXPIRE
#define MNT_EXPIRE 4
#endif

static void device(const char *path) {
  static dev_t seen[20];
  static int count;
  struct stat st;
  int i = 0;
  if (stat(path, &st) < 0) {
    printf("%s: %s\n", path, strerrorname_np(errno));
    return;
  }
  while (i < count && seen[i] != st.st_dev) i++;
  if (i == count) seen[count++] = st.st_dev;
  printf("%s: file system %d\n", path, i);
}

static void line(const char *point) {
  char text[512], where[256], kind[64], options[256], full[128];
  snprintf(full, sizeof full, "%s/%s", scratch_path, point);
  FILE *mounts = fopen("/proc/self/mounts", "r");
  int found = 0;
  while (fgets(text, sizeof text, mounts) != NULL) {
    char source[256];
    if (sscanf(text, "%255s %255s %63s %255s", source, where, kind, options) == 4 && strcmp(where, full) == 0) {
      found = 1;
      char *comma = strstr(options, ",size");
      if (comma != NULL) *comma = 0;
      comma = strstr(options, ",inode64");
      if (comma != NULL) *comma = 0;
      printf("%s: %s %s %s\n", point, source, kind, options);
    }
  }
  if (!found) printf("%s: not mounted\n", point);
  fclose(mounts);
}

static void filesystems(void) {
  struct statfs sf;
  mkdir("a", 0755);
  mkdir("b", 0755);
  put_file("a/below", "below");
  SHOW(mount("source", "a", "tmpfs", 0, "size=64k,mode=0750,nr_inodes=20"));
  show_stat("a");
  device(".");
  device("a");
  SHOW(access("a/below", F_OK));
  SHOW(statfs("a", &sf));
  printf("%ld blocks, %ld files\n", (long)sf.f_blocks * sf.f_bsize / 1024, (long)sf.f_files);
  line("a");
  int fd = open("a/full", O_WRONLY | O_CREAT, 0600);
  static char much[100000];
  SHOW(write(fd, much, sizeof much));
  SHOW(write(fd, much, sizeof much));
  close(fd);
  int made = 0;
  char name[30];
  for (; made < 50; made++) {
    sprintf(name, "a/f%d", made);
    fd = open(name, O_CREAT | O_WRONLY, 0600);
    if (fd < 0) break;
    close(fd);
  }
  printf("%d files more: %s\n", made, strerrorname_np(errno));
  SHOW(mount(NULL, "a", NULL, MS_REMOUNT, "size=128k"));
  SHOW(statfs("a", &sf));
  printf("%ld blocks\n", (long)sf.f_blocks * sf.f_bsize / 1024);
  SHOW(mount(NULL, "a", NULL, MS_REMOUNT, "size=4k"));
  SHOW(mount(NULL, "a", NULL, MS_REMOUNT | MS_RDONLY, NULL));
  SHOW(open("a/x", O_CREAT | O_WRONLY, 0600));
  SHOW(open("a/f1", O_WRONLY));
  SHOW(unlink("a/f1"));
  SHOW(chmod("a/f1", 0644));
  SHOW(access("a/f1", W_OK));
  line("a");
  SHOW(mount(NULL, "a", NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME, NULL));
  line("a");
  struct statvfs sv;
  statvfs("a", &sv);
  printf("flags %lx\n", sv.f_flag & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME));
  SHOW(mknod("a/null", S_IFCHR | 0666, 0x103));
  SHOW(open("a/null", O_RDONLY));
  SHOW(rmdir("a"));
  SHOW(rename("a", "c"));
  /* Errors */
  SHOW(mount("none", "b", "nosuchfs", 0, NULL));
  SHOW(mount("none", "none", "tmpfs", 0, NULL));
  SHOW(mount("none", "a/full", "tmpfs", 0, NULL));
  SHOW(mount("none", "b", "tmpfs", 0, "nonsense=1"));
  SHOW(mount("none", "b", "tmpfs", 0, "mode=9"));
  SHOW(mount("none", "b", "tmpfs", 0, "size=x"));
  SHOW(mount(NULL, "b", NULL, MS_REMOUNT, NULL));
  CHILD(1000) {
    SHOW(mount("none", "b", "tmpfs", 0, NULL));
    SHOW(umount("a"));
  }
  SHOW(umount("b"));
  SHOW(umount("none"));
  SHOW(umount2("a", 0x100));
  fd = open("a/full", O_RDONLY);
  SHOW(umount("a"));
  SHOW(umount2("a", MNT_EXPIRE | MNT_DETACH));
  SHOW(umount2("a", MNT_EXPIRE));
  close(fd);
  SHOW(umount2("a", MNT_EXPIRE));
  SHOW(umount2("a", MNT_EXPIRE));
  SHOW(access("a/below", F_OK));
  /* One over the other. */
  SHOW(mount("first", "a", "tmpfs", 0, NULL));
  put_file("a/first", "");
  SHOW(mount("second", "a", "tmpfs", 0, NULL));
  SHOW(access("a/first", F_OK));
  SHOW(umount("a"));
  SHOW(access("a/first", F_OK));
  SHOW(chdir("a"));
  SHOW(umount("../a"));
  SHOW(umount2(".", MNT_DETACH));
  SHOW(access("first", F_OK));
  SHOW(access("below", F_OK));
  SHOW(chdir(scratch_path));
  SHOW(access("a/below", F_OK));
#ifdef __i386__
  syscall(SYS_umount, "a");
#endif
}

static void binds(void) {
  mkdir("src", 0755);
  mkdir("src/sub", 0755);
  mkdir("dst", 0755);
  mkdir("rec", 0755);
  put_file("src/file", "file in src");
  put_file("target", "");
  SHOW(mount("inner", "src/sub", "tmpfs", 0, NULL));
  put_file("src/sub/deep", "deep");
  SHOW(mount("src", "dst", NULL, MS_BIND, NULL));
  SHOW(access("dst/file", F_OK));
  SHOW(access("dst/sub/deep", F_OK));
  put_file("dst/new", "");
  SHOW(access("src/new", F_OK));
  SHOW(mount("src", "rec", NULL, MS_BIND | MS_REC, NULL));
  SHOW(access("rec/sub/deep", F_OK));
  line("rec/sub");
  SHOW(mount(NULL, "dst", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
  SHOW(open("dst/x", O_CREAT | O_WRONLY, 0600));
  SHOW(access("src/file", W_OK));
  line("dst");
  SHOW(link("src/file", "dst/linked"));
  SHOW(rename("rec/new", "src/moved"));
  SHOW(mount("src/file", "target", NULL, MS_BIND, NULL));
  int fd = open("target", O_RDONLY);
  show_read("file over file", fd, 100);
  close(fd);
  SHOW(unlink("target"));
  SHOW(mount("src", "target", NULL, MS_BIND, NULL));
  SHOW(mount("src/file", "dst", NULL, MS_BIND, NULL));
  SHOW(mount("nothing", "dst", NULL, MS_BIND, NULL));
  SHOW(umount("target"));
  SHOW(umount("rec"));
  SHOW(umount2("rec", MNT_DETACH));
  line("rec/sub");
  line("rec");
  /* Moving */
  mkdir("place", 0755);
  SHOW(mount("src/sub", "place", NULL, MS_MOVE, NULL));
  SHOW(access("place/deep", F_OK));
  SHOW(access("src/sub/deep", F_OK));
  SHOW(mount("src", "place", NULL, MS_MOVE, NULL));
  mkdir("place/under", 0755);
  SHOW(mount("place", "place/under", NULL, MS_MOVE, NULL));
  symlink("place", "placelink");
  SHOW(umount2("placelink", UMOUNT_NOFOLLOW));
  SHOW(umount2("placelink", 0));
  SHOW(umount("dst"));
}

static void propagation(void) {
  SHOW(mount("none", "a", "tmpfs", 0, NULL));
  SHOW(mount(NULL, "a", NULL, MS_SHARED, NULL));
  SHOW(mount(NULL, "a", NULL, MS_SLAVE, NULL));
  SHOW(mount(NULL, "a", NULL, MS_PRIVATE | MS_REC, NULL));
  SHOW(mount(NULL, "a", NULL, MS_SHARED | MS_PRIVATE, NULL));
  SHOW(mount(NULL, "b", NULL, MS_PRIVATE, NULL));
  SHOW(mount(NULL, "a", NULL, MS_UNBINDABLE, NULL));
  SHOW(mount("a", "b", NULL, MS_BIND, NULL));
  SHOW(mount(NULL, "a", NULL, MS_PRIVATE, NULL));
  SHOW(mount("a", "b", NULL, MS_BIND, NULL));
  SHOW(umount("b"));
  SHOW(umount("a"));
}

static void pivot(void) {
  mkdir("root", 0755);
  SHOW(syscall(SYS_pivot_root, "root", "root"));
  SHOW(mount("newroot", "root", "tmpfs", 0, "mode=755"));
  mkdir("root/old", 0755);
  mkdir("root/other", 0755);
  mkdir("outside", 0755);
  put_file("root/here", "");
  SHOW(syscall(SYS_pivot_root, "root", "outside"));
  SHOW(syscall(SYS_pivot_root, "root/other", "root/old"));
  SHOW(syscall(SYS_pivot_root, "none", "root/old"));
  SHOW(syscall(SYS_pivot_root, "root/here", "root/old"));
  CHILD(1000) SHOW(syscall(SYS_pivot_root, "root", "root/old"));
  CHILD(0) {
    int before = open("/", O_RDONLY);
    SHOW(syscall(SYS_pivot_root, "root", "root/old"));
    SHOW(access("/here", F_OK));
    SHOW(access("/old/proc/self", F_OK));
    char inside[100], cwd[100];
    sprintf(inside, "/old%s/outside", scratch_path);
    SHOW(access(inside, F_OK));
    SHOW(syscall(SYS_getcwd, cwd, sizeof cwd) > 10);
    SHOW(chdir("/"));
    SHOW(umount("/old"));
    SHOW(fchdir(before));
    SHOW(access("proc/self", F_OK));
    SHOW(chdir("/old"));
    /* And back again, as containers do it. */
    SHOW(syscall(SYS_pivot_root, ".", "."));
    SHOW(access("/here", F_OK));
    SHOW(umount2(".", MNT_DETACH));
    SHOW(chdir("/"));
    SHOW(access(scratch_path, F_OK));
  }
}

int main(void) {
  unshare(CLONE_NEWNS);
  mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
  enter_scratch();
  filesystems();
  binds();
  propagation();
  pivot();
  return 0;
}
