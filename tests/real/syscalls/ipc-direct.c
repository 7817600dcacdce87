/* IPC by system calls of its own numbers, where the C library would take others: prints only what is the same on every run. */
/* Calls: ipc semget semctl shmget shmctl shmat shmdt msgget msgsnd msgrcv msgctl mq_timedsend_time64 mq_timedreceive_time64 semtimedop_time64 futex_waitv */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

/* ARM's calls have the version in the command. */
#ifdef __arm__
#define VERSION 0x100
#else
#define VERSION 0
#endif

static void show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

struct wide_time {
  int64_t seconds, nanoseconds;
};

/* The line of a table of /proc/sysvipc that begins with the key, from its permissions on. */
static void row(const char *path, int key, int columns) {
  FILE *file = fopen(path, "r");
  char line[512];
  fgets(line, sizeof line, file);
  char *end = strstr(line, "perms");
  *end = 0;
  printf("%s|", line);
  while (fgets(line, sizeof line, file)) {
    long found, id;
    char perms[16], first[16], second[16];
    if (sscanf(line, "%ld %ld %15s %15s %15s", &found, &id, perms, first, second) == 5 && found == key)
      printf(" %s %s %s", perms, first, columns > 2 ? second : "");
  }
  printf("\n");
  fclose(file);
}

static void text(const char *path) {
  char line[100] = "";
  FILE *file = fopen(path, "r");
  fgets(line, sizeof line, file);
  fclose(file);
  printf("%s: %s", strrchr(path, '/') + 1, line);
}

static unsigned words[3];

static void *waker(void *unused) {
  usleep(20000);
  syscall(SYS_futex, &words[2], FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
  return NULL;
}

int main(void) {
  int key = 0x4b4d4c34;
  int id = syscall(SYS_semget, key, 2, IPC_CREAT | 0600);
  show("setval", syscall(SYS_semctl, id, 1, SETVAL | VERSION, 5));
  show("getval", syscall(SYS_semctl, id, 1, GETVAL | VERSION, 0));
  struct semid_ds sem;
  memset(&sem, 0, sizeof sem);
  show("stat", syscall(SYS_semctl, id, 0, IPC_STAT | VERSION, &sem));
  printf("%o %ld\n", sem.sem_perm.mode & 0777, (long)sem.sem_nsems);
  show("bad command", syscall(SYS_semctl, id, 0, 0x99, &sem));
  struct sembuf down = {0, -1, 0};
  struct wide_time brief = {0, 10000000}, bad = {-1, 0};
#ifdef SYS_semtimedop_time64
  show("timed out", syscall(SYS_semtimedop_time64, id, &down, 1, &brief));
  show("bad time", syscall(SYS_semtimedop_time64, id, &down, 1, &bad));
#endif
  row("/proc/sysvipc/sem", key, 2);
  show("remove", syscall(SYS_semctl, id, 0, IPC_RMID | VERSION, 0));

  id = syscall(SYS_msgget, key, IPC_CREAT | 0620);
  struct {
    long type;
    char text[8];
  } message = {4, "text"};
  show("send", syscall(SYS_msgsnd, id, &message, 5, 0));
  struct msqid_ds msg;
  memset(&msg, 0, sizeof msg);
  show("stat", syscall(SYS_msgctl, id, IPC_STAT | VERSION, &msg));
  printf("%o %ld %ld\n", msg.msg_perm.mode & 0777, (long)msg.msg_qnum, (long)msg.msg_qbytes);
  row("/proc/sysvipc/msg", key, 3);
  memset(&message, 0, sizeof message);
  show("receive", syscall(SYS_msgrcv, id, &message, 8, -9L, 0));
  printf("%ld %s\n", message.type, message.text);
  show("remove", syscall(SYS_msgctl, id, IPC_RMID | VERSION, 0));

  id = syscall(SYS_shmget, key, 100, IPC_CREAT | 0604);
  char *at = (char *)syscall(SYS_shmat, id, NULL, 0);
  printf("attached: %d\n", at != (void *)-1);
  at[99] = 1;
  struct shmid_ds shm;
  memset(&shm, 0, sizeof shm);
  show("stat", syscall(SYS_shmctl, id, IPC_STAT | VERSION, &shm));
  printf("%o %ld %ld\n", shm.shm_perm.mode & 0777, (long)shm.shm_segsz, (long)shm.shm_nattch);
  show("remove", syscall(SYS_shmctl, id, IPC_RMID | VERSION, 0));
  show("detach", syscall(SYS_shmdt, at));

#ifdef SYS_ipc
  /* The same through the one call that was there first. */
  id = syscall(SYS_ipc, 2, 0, 1, 0600, 0, 0);
  long argument = 3;
  printf("ipc: %ld", (long)syscall(SYS_ipc, 3, id, 0, SETVAL | 0x100, &argument, 0));
  printf(" %ld", (long)syscall(SYS_ipc, 3, id, 0, GETVAL | 0x100, &argument, 0));
  printf(" %ld", (long)syscall(SYS_ipc, 1, id, 1, 0, &(struct sembuf){0, -3, 0}, 0));
  printf(" %ld\n", (long)syscall(SYS_ipc, 3, id, 0, IPC_RMID, &argument, 0));
#else
  puts("ipc: 0 3 0 0");
#endif

  text("/proc/sys/kernel/sem");
  text("/proc/sys/kernel/msgmax");
  text("/proc/sys/kernel/msgmnb");
  text("/proc/sys/kernel/msgmni");
  text("/proc/sys/kernel/shmmni");
  text("/proc/sys/fs/mqueue/msg_max");
  text("/proc/sys/fs/mqueue/msgsize_max");
  text("/proc/sys/fs/mqueue/queues_max");

  mqd_t queue = mq_open("/kml-ipc-direct", O_RDWR | O_CREAT, 0600, NULL);
  char buffer[8192];
#ifdef SYS_mq_timedsend_time64
  struct wide_time past = {1, 0};
  show("send", syscall(SYS_mq_timedsend_time64, queue, "wide", 5, 3, NULL));
  show("receive", syscall(SYS_mq_timedreceive_time64, queue, buffer, 8192, NULL, NULL));
  show("in time", syscall(SYS_mq_timedreceive_time64, queue, buffer, 8192, NULL, &past));
#endif
  mq_unlink("/kml-ipc-direct");

  struct {
    uint64_t value, address;
    uint32_t flags, reserved;
  } waits[3] = {{0, (uintptr_t)&words[0], 130, 0}, {0, (uintptr_t)&words[1], 130, 0}, {0, (uintptr_t)&words[2], 130, 0}};
  pthread_t thread;
  pthread_create(&thread, NULL, waker, NULL);
  show("woken", syscall(SYS_futex_waitv, waits, 3, 0, NULL, 0));
  pthread_join(thread, NULL);
  waits[1].value = 1;
  show("value", syscall(SYS_futex_waitv, waits, 3, 0, NULL, 0));
  waits[1].value = 0;
  waits[2].flags = 0;
  show("flags", syscall(SYS_futex_waitv, waits, 3, 0, NULL, 0));
  struct wide_time soon = {0, 1};
  waits[2].flags = 130;
  show("in time", syscall(SYS_futex_waitv, waits, 3, 0, &soon, CLOCK_MONOTONIC));
  return 0;
}
