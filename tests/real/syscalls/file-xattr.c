/* Calls: getxattr lgetxattr fgetxattr setxattr lsetxattr fsetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr */
/* Extended attributes of a tmpfs: trusted.* and security.*. */
#include "show.h"
#include <sys/inotify.h>
#include <sys/xattr.h>

static int by_name(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }

static void names(const char *list, long length) {
  const char *found[20];
  int count = 0;
  for (long at = 0; at < length; at += strlen(list + at) + 1) found[count++] = list + at;
  qsort(found, count, sizeof *found, by_name);
  for (int i = 0; i < count; i++) printf("  %s\n", found[i]);
}

int main(void) {
  static char value[70000], list[1000];
  enter_scratch();
  put_file("file", "");
  symlink("file", "link");
  mkdir("dir", 0755);
  int fd = open("file", O_RDONLY), place = open("file", O_PATH);
  SHOW(getxattr("file", "trusted.one", value, sizeof value));
  SHOW(setxattr("file", "trusted.one", "value", 5, 0));
  SHOW(getxattr("file", "trusted.one", value, sizeof value));
  show_bytes("value", value, 5);
  SHOW(getxattr("file", "trusted.one", value, 0));
  SHOW(getxattr("file", "trusted.one", value, 4));
  SHOW(setxattr("file", "trusted.one", "other", 5, XATTR_CREATE));
  SHOW(setxattr("file", "trusted.two", "other", 5, XATTR_REPLACE));
  SHOW(setxattr("file", "trusted.one", "longer value", 12, XATTR_REPLACE));
  SHOW(setxattr("file", "trusted.two", "x", 1, 4));
  SHOW(fsetxattr(fd, "trusted.empty", "", 0, 0));
  SHOW(fgetxattr(fd, "trusted.empty", value, 10));
  SHOW(fgetxattr(fd, "trusted.one", value, 20));
  SHOW(setxattr("file", "security.mine", "s", 1, 0));
  SHOW(getxattr("file", "security.mine", value, 20));
  SHOW(listxattr("file", list, 0));
  SHOW(listxattr("file", list, 5));
  names(list, listxattr("file", list, sizeof list));
  SHOW(flistxattr(fd, list, 0));
  SHOW(lsetxattr("link", "trusted.link", "l", 1, 0));
  names(list, llistxattr("link", list, sizeof list));
  SHOW(lgetxattr("link", "trusted.link", value, 10));
  SHOW(getxattr("link", "trusted.link", value, 10));
  SHOW(lgetxattr("file", "trusted.one", value, 20));
  SHOW(setxattr("dir", "trusted.dir", "d", 1, 0));
  SHOW(setxattr("file", "odd.name", "x", 1, 0));
  SHOW(getxattr("file", "odd.name", value, 1));
  SHOW(setxattr("file", "trusted.", "x", 1, 0));
  SHOW(setxattr("file", "", "x", 1, 0));
  char name[300] = "trusted.";
  memset(name + 8, 'n', 247);
  SHOW(setxattr("file", name, "x", 1, 0));
  name[255] = 'n';
  SHOW(setxattr("file", name, "x", 1, 0));
  SHOW(setxattr("file", "trusted.big", value, 65537, 0));
  SHOW(setxattr("none", "trusted.one", "x", 1, 0));
  SHOW(setxattr("file", "trusted.one", (void *)16, 5, 0));
  SHOW(fsetxattr(place, "trusted.one", "x", 1, 0));
  SHOW(fgetxattr(99, "trusted.one", value, 1));
  int watch = inotify_init1(IN_NONBLOCK);
  inotify_add_watch(watch, "file", IN_ATTRIB);
  SHOW(setxattr("file", "trusted.watched", "x", 1, 0));
  SHOW(read(watch, value, 100));
  CHILD(1000) {
    SHOW(getxattr("file", "trusted.one", value, 20));
    SHOW(setxattr("file", "trusted.one", "x", 1, 0));
    SHOW(getxattr("file", "security.mine", value, 20));
    SHOW(setxattr("file", "security.mine", "x", 1, 0));
    SHOW(removexattr("file", "security.mine"));
    names(list, listxattr("file", list, sizeof list));
  }
  SHOW(removexattr("file", "trusted.one"));
  SHOW(removexattr("file", "trusted.one"));
  SHOW(fremovexattr(fd, "trusted.empty"));
  SHOW(lremovexattr("link", "trusted.link"));
  SHOW(llistxattr("link", list, 10));
  SHOW(getxattr("/proc/version", "trusted.one", value, 10));
  return 0;
}
