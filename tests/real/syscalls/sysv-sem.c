/* System V semaphores: prints only what is the same on every run. */
/* Calls: ipc */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

union semun {
  int val;
  struct semid_ds *buf;
  unsigned short *array;
  struct seminfo *info;
};

static const char *name(void) { return strerrorname_np(errno); }

static void show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, name());
  else printf("%s: %ld\n", what, result);
}

static int op(int id, int num, int by, int flags) {
  struct sembuf buf = {num, by, flags};
  return semop(id, &buf, 1);
}

static void on_alarm(int signo) { (void)signo; }

static void creation(void) {
  key_t key = 0x4b4d4c31;
  int id = semget(key, 3, IPC_CREAT | IPC_EXCL | 0640);
  printf("created: %d\n", id >= 0);
  printf("found again: %d\n", semget(key, 0, 0) == id && semget(key, 3, 0640) == id);
  show("exclusive", semget(key, 3, IPC_CREAT | IPC_EXCL | 0640));
  show("more than there are", semget(key, 4, 0));
  show("none", semget(IPC_PRIVATE, 0, 0600));
  show("negative", semget(IPC_PRIVATE, -1, 0600));
  show("missing key", semget(key + 1, 1, 0));
  struct semid_ds ds;
  memset(&ds, 0xee, sizeof ds);
  union semun arg = {.buf = &ds};
  show("stat", semctl(id, 0, IPC_STAT, arg));
  printf("key %x mode %o nsems %lu otime %ld owner %d %d\n", ds.sem_perm.__key, ds.sem_perm.mode & 0777,
         (unsigned long)ds.sem_nsems, (long)ds.sem_otime, ds.sem_perm.uid == geteuid(), ds.sem_perm.cgid == getegid());
  long age = time(NULL) - ds.sem_ctime;
  printf("ctime now: %d\n", age >= 0 && age < 100);
  ds.sem_perm.mode = 0600;
  show("set", semctl(id, 0, IPC_SET, arg));
  semctl(id, 0, IPC_STAT, arg);
  printf("mode %o\n", ds.sem_perm.mode & 0777);
  show("remove", semctl(id, 0, IPC_RMID));
  show("gone", semctl(id, 0, GETVAL));
  show("bad command", semctl(id, 0, 77, arg));
  show("bad id", semctl(-1, 0, GETVAL));
  struct seminfo info;
  arg.info = &info;
  printf("info: %d\n", semctl(0, 0, IPC_INFO, arg) >= 0);
  printf("%d %d %d %d\n", info.semmsl, info.semmns, info.semopm, info.semvmx);
}

static void values(void) {
  int id = semget(IPC_PRIVATE, 4, 0600);
  unsigned short all[4] = {1, 2, 3, 4};
  union semun arg = {.array = all};
  show("setall", semctl(id, 0, SETALL, arg));
  show("get 2", semctl(id, 2, GETVAL));
  show("get 4", semctl(id, 4, GETVAL));
  printf("pid %d\n", semctl(id, 0, GETPID) == getpid());
  arg.val = 40000;
  show("setval large", semctl(id, 0, SETVAL, arg));
  arg.val = 9;
  show("setval", semctl(id, 3, SETVAL, arg));
  arg.array = all;
  show("getall", semctl(id, 0, GETALL, arg));
  printf("%d %d %d %d\n", all[0], all[1], all[2], all[3]);
  struct sembuf two[2] = {{0, -1, IPC_NOWAIT}, {1, -3, IPC_NOWAIT}};
  show("all or nothing", semop(id, two, 2));
  show("get 0", semctl(id, 0, GETVAL));
  two[1].sem_op = -2;
  show("both", semop(id, two, 2));
  struct sembuf same[3] = {{0, 5, 0}, {0, -4, 0}, {0, -1, 0}};
  show("one after the other", semop(id, same, 3));
  show("too far", op(id, 9, 1, 0));
  show("over the top", op(id, 0, 32767, 0) == 0 ? op(id, 0, 1, 0) : 0);
  show("no operations", semop(id, same, 0));
  show("bad address", semop(id, (void *)8, 1));
  show("would wait for zero", op(id, 2, 0, IPC_NOWAIT));
  struct timespec brief = {0, 20000000}, bad = {0, 2000000000};
  struct sembuf down = {1, -1, 0};
  show("timed out", semtimedop(id, &down, 1, &brief));
  show("bad time", semtimedop(id, &down, 1, &bad));
  signal(SIGALRM, on_alarm);
  ualarm(20000, 0);
  show("interrupted", op(id, 1, -1, 0));
  struct semid_ds ds;
  arg.buf = &ds;
  semctl(id, 0, IPC_STAT, arg);
  printf("otime set: %d\n", ds.sem_otime != 0);
  semctl(id, 0, IPC_RMID);
}

/* A child waits; the parent sees it counted, and lets it go. */
static void waiting(void) {
  int id = semget(IPC_PRIVATE, 2, 0600);
  union semun arg = {.val = 1};
  semctl(id, 1, SETVAL, arg);
  pid_t first = fork();
  if (first == 0) _exit(op(id, 0, -2, 0) == 0 ? 11 : 1);
  pid_t second = fork();
  if (second == 0) _exit(op(id, 1, 0, 0) == 0 ? 12 : 2);
  while (semctl(id, 0, GETNCNT) != 1 || semctl(id, 1, GETZCNT) != 1) usleep(1000);
  printf("counts %d %d %d\n", semctl(id, 0, GETNCNT), semctl(id, 0, GETZCNT), semctl(id, 1, GETZCNT));
  op(id, 0, 1, 0);
  printf("still %d\n", semctl(id, 0, GETNCNT));
  op(id, 0, 1, 0);
  int status;
  waitpid(first, &status, 0);
  printf("first %d, value %d\n", WEXITSTATUS(status), semctl(id, 0, GETVAL));
  op(id, 1, -1, 0);
  waitpid(second, &status, 0);
  printf("second %d\n", WEXITSTATUS(status));
  first = fork();
  if (first == 0) _exit(op(id, 0, -1, 0) == -1 && errno == EIDRM ? 13 : 3);
  while (semctl(id, 0, GETNCNT) != 1) usleep(1000);
  semctl(id, 0, IPC_RMID);
  waitpid(first, &status, 0);
  printf("removed under it %d\n", WEXITSTATUS(status));
}

static void *holder(void *id) {
  op(*(int *)id, 0, -1, SEM_UNDO);
  return NULL;
}

static void undo(void) {
  int id = semget(IPC_PRIVATE, 1, 0600);
  union semun arg = {.val = 3};
  semctl(id, 0, SETVAL, arg);
  pid_t child = fork();
  if (child == 0) {
    op(id, 0, -1, SEM_UNDO);
    pthread_t thread;
    pthread_create(&thread, NULL, holder, &id);
    pthread_join(thread, NULL);
    /* The thread's end undoes nothing while the process lives. */
    _exit(semctl(id, 0, GETVAL));
  }
  int status;
  waitpid(child, &status, 0);
  printf("held %d, undone %d\n", WEXITSTATUS(status), semctl(id, 0, GETVAL));
  child = fork();
  if (child == 0) {
    op(id, 0, -2, SEM_UNDO);
    arg.val = 7;
    semctl(id, 0, SETVAL, arg);
    _exit(0);
  }
  waitpid(child, &status, 0);
  printf("forgotten by SETVAL: %d\n", semctl(id, 0, GETVAL));
  /* Who waits is let go by another's end. */
  op(id, 0, -7, 0);
  int ready[2];
  pipe(ready);
  pid_t giver = fork();
  if (giver == 0) {
    op(id, 0, 1, 0);
    op(id, 0, -1, SEM_UNDO);
    write(ready[1], "x", 1);
    pause();
  }
  char byte;
  read(ready[0], &byte, 1);
  child = fork();
  if (child == 0) _exit(op(id, 0, -1, 0) == 0 ? 21 : 1);
  while (semctl(id, 0, GETNCNT) != 1) usleep(1000);
  kill(giver, SIGKILL);
  waitpid(giver, &status, 0);
  waitpid(child, &status, 0);
  printf("let go by a death: %d\n", WEXITSTATUS(status));
  semctl(id, 0, IPC_RMID);
}

static void permissions(void) {
  int id = semget(IPC_PRIVATE, 1, 0400);
  pid_t child = fork();
  if (child == 0) {
    int status = 0;
    if (setgid(12345) || setuid(12345)) _exit(99);
    if (op(id, 0, 1, 0) == -1 && errno == EACCES) status |= 1;
    if (semctl(id, 0, GETVAL) == -1 && errno == EACCES) status |= 2;
    if (semctl(id, 0, IPC_RMID) == -1 && errno == EPERM) status |= 4;
    _exit(status);
  }
  int status;
  waitpid(child, &status, 0);
  printf("refused %d\n", WEXITSTATUS(status));
  semctl(id, 0, IPC_RMID);
}

int main(void) {
  creation();
  values();
  fflush(stdout);
  waiting();
  fflush(stdout);
  undo();
  fflush(stdout);
  if (geteuid() == 0) permissions();
  else puts("refused 7");
  return 0;
}
