/* System V shared memory: prints only what is the same on every run. */
/* Calls: ipc */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static long attaches(int id) {
  struct shmid_ds ds;
  return shmctl(id, IPC_STAT, &ds) ? -1 : (long)ds.shm_nattch;
}

static sigjmp_buf back;
static void on_fault(int signo) { siglongjmp(back, signo); }

/* Whether /proc/self/maps has a line with all of these. */
static int mapped(const char *rights, const char *label, long inode) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512], number[32];
  int found = 0;
  snprintf(number, sizeof number, " %ld ", inode);
  while (fgets(line, sizeof line, maps))
    if (strstr(line, rights) && strstr(line, label) && strstr(line, number)) found++;
  fclose(maps);
  return found;
}

int main(void) {
  key_t key = 0x4b4d4c32;
  int id = shmget(key, 10000, IPC_CREAT | IPC_EXCL | 0600);
  printf("created: %d\n", id >= 0);
  printf("found: %d\n", shmget(key, 0, 0) == id && shmget(key, 10000, 0600) == id);
  show("larger", shmget(key, 10001, 0));
  show("exclusive", shmget(key, 1, IPC_CREAT | IPC_EXCL));
  show("empty", shmget(IPC_PRIVATE, 0, 0600));
  show("missing", shmget(key + 1, 1, 0));

  char *at = shmat(id, NULL, 0);
  printf("attached: %d, zero: %d\n", at != (void *)-1, at[0] == 0 && at[9999] == 0);
  strcpy(at + 9000, "shared");
  char *again = shmat(id, NULL, SHM_RDONLY);
  printf("second: %s, %ld\n", again + 9000, attaches(id));
  signal(SIGSEGV, on_fault);
  if (sigsetjmp(back, 1) == 0) {
    again[0] = 1;
    puts("written");
  } else puts("read-only");
  show("protect", mprotect(again, 4096, PROT_READ | PROT_WRITE));
  printf("maps: %d %d\n", mapped("rw-s", "/SYSV4b4d4c32 (deleted)", id), mapped("r--s", "/SYSV4b4d4c32 (deleted)", id));

  /* Places. */
  show("odd address", (long)shmat(id, at + 1, 0));
  show("taken", (long)shmat(id, at, 0));
  show("remap nowhere", (long)shmat(id, NULL, SHM_REMAP));
  char *hole = mmap(NULL, 0x100000, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *place = (char *)(((unsigned long)hole + 0x3ffff) & ~0x3fffful);
  show("over memory", (long)shmat(id, place, 0));
  printf("remapped: %d\n", shmat(id, place, SHM_REMAP) == place);
  printf("content: %s\n", place + 9000);
  show("detach", shmdt(place));
  munmap(hole, 0x100000);
  printf("rounded: %d\n", shmat(id, place + 77, SHM_RND) == place);
  show("detach", shmdt(place));
  show("detach again", shmdt(place));
  show("not there", (long)shmat(id + 1, NULL, 0));

  /* A part taken out of the middle, and the rest detached. */
  char *parts = shmat(id, NULL, 0);
  munmap(parts + 4096, 4096);
  printf("in two: %ld\n", attaches(id));
  show("detach both", shmdt(parts));
  printf("left: %ld\n", attaches(id));

  /* fork inherits, exit detaches. */
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    at[1] = 'c';
    _exit((int)attaches(id));
  }
  int status;
  waitpid(child, &status, 0);
  printf("in the child: %d, after: %ld, seen: %c\n", WEXITSTATUS(status), attaches(id), at[1]);
  struct shmid_ds ds;
  memset(&ds, 0xee, sizeof ds);
  show("stat", shmctl(id, IPC_STAT, &ds));
  long now = time(NULL);
  printf("size %lu mode %o creator %d last %d times %d %d %d key %x\n", (unsigned long)ds.shm_segsz,
         ds.shm_perm.mode & 0777, ds.shm_cpid == getpid(), ds.shm_lpid == child, now - ds.shm_atime < 100,
         now - ds.shm_dtime < 100, now - ds.shm_ctime < 100, ds.shm_perm.__key);
  ds.shm_perm.mode = 0640;
  show("set", shmctl(id, IPC_SET, &ds));
  shmctl(id, IPC_STAT, &ds);
  printf("mode %o\n", ds.shm_perm.mode & 0777);

  /* Removal waits for the last detach; the key is free at once. */
  show("detach the second", shmdt(again));
  show("remove", shmctl(id, IPC_RMID, NULL));
  show("stat", shmctl(id, IPC_STAT, &ds));
  printf("destined: %d, key %x\n", (ds.shm_perm.mode & 01000) != 0, ds.shm_perm.__key);
  show("by key", shmget(key, 1, 0));
  char *late = shmat(id, NULL, 0);
  printf("still attached: %s\n", late + 9000);
  shmdt(late);
  printf("at: %s\n", at + 9000);
  show("last", shmdt(at));
  show("stat", shmctl(id, IPC_STAT, &ds));

  /* Memory moved by mremap stays the segment's. */
  id = shmget(IPC_PRIVATE, 8192, 0600);
  at = shmat(id, NULL, 0);
  strcpy(at, "moved");
  char *target = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *moved = mremap(at, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, target);
  printf("%s %ld\n", moved, attaches(id));
  show("remove", shmctl(id, IPC_RMID, NULL));
  show("bad command", shmctl(id, 99, &ds));
  show("bad id", shmctl(-1, IPC_STAT, &ds));
  if (geteuid() == 0) {
    id = shmget(IPC_PRIVATE, 1, 0600);
    fflush(stdout);
    if ((child = fork()) == 0) {
      if (setgid(12345) || setuid(12345)) _exit(99);
      int bits = shmat(id, NULL, SHM_RDONLY) == (void *)-1 && errno == EACCES;
      if (shmctl(id, IPC_RMID, NULL) == -1 && errno == EPERM) bits |= 2;
      if (shmctl(id, SHM_LOCK, NULL) == -1 && errno == EPERM) bits |= 4;
      _exit(bits);
    }
    waitpid(child, &status, 0);
    printf("refused %d\n", WEXITSTATUS(status));
    shmctl(id, IPC_RMID, NULL);
  } else puts("refused 7");
  return 0;
}
