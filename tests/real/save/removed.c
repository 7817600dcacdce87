/* Has a file open that it has removed, and one that has taken the name of another. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void show(const char *what, int fd) {
  char bytes[64] = "";
  lseek(fd, 0, SEEK_SET);
  int got = read(fd, bytes, 63);
  printf("%s %d '%s'\n", what, got, bytes);
}

int main(void) {
  chdir("/mnt");
  int removed = open("removed", O_RDWR), replaced = open("replaced", O_RDWR), kept = open("kept", O_RDWR);
  if (removed < 0 || replaced < 0 || kept < 0) return 1;
  if (unlink("removed") || rename("other", "replaced")) return 2;
  volatile unsigned x = 1;
  for (int i = 0; i < 200000; i++) x = x * 3 + 1;
  show("removed", removed);
  pwrite(removed, "REMOVED", 7, 0);
  ftruncate(removed, 10);
  show("removed", removed);
  show("replaced", replaced);
  show("other", open("replaced", O_RDONLY));
  pwrite(kept, "KEPT", 4, 0);
  fsync(kept);
  show("kept", kept);
  return 0;
}
