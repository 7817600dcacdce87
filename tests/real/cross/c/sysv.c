/* System V IPC: shared memory, semaphores, message queues, and what their status structures say. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

union semun {
  int val;
  struct semid_ds *buf;
  unsigned short *array;
};

struct message {
  long type;
  char text[40];
};

static int recent(time_t t) {
  time_t now = time(0);
  return t <= now && t > now - 1000;
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  int shm = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0640);
  int *shared = shmat(shm, 0, 0);
  struct shmid_ds segment;
  int n = shmctl(shm, IPC_STAT, &segment);
  printf("segment %d size %d attached %d mode %o creator %d times %d %d %d\n", n, (int)segment.shm_segsz,
         (int)segment.shm_nattch, segment.shm_perm.mode & 0777, segment.shm_cpid == getpid(), recent(segment.shm_atime),
         (int)segment.shm_dtime, recent(segment.shm_ctime));

  int sem = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);
  unsigned short values[3] = {0, 7, 2}, got[3];
  union semun argument = {.array = values};
  semctl(sem, 0, SETALL, argument);
  argument.array = got;
  semctl(sem, 0, GETALL, argument);
  struct semid_ds set;
  argument.buf = &set;
  n = semctl(sem, 0, IPC_STAT, argument);
  printf("set %d of %d: %d %d %d, times %d %d\n", n, (int)set.sem_nsems, got[0], got[1], got[2], (int)set.sem_otime,
         recent(set.sem_ctime));
  if (fork() == 0) {
    for (int i = 0; i < 100; i++) {
      shared[0] += i;
      struct sembuf post = {0, 1, 0};
      semop(sem, &post, 1);
    }
    _exit(0);
  }
  for (int i = 0; i < 100; i++) {
    struct sembuf wait = {0, -1, 0};
    semop(sem, &wait, 1);
  }
  wait(0);
  argument.val = 0;
  printf("sum %d left %d by %d\n", shared[0], semctl(sem, 0, GETVAL, argument), semctl(sem, 1, GETVAL, argument));
  struct sembuf never = {0, -1, IPC_NOWAIT};
  n = semop(sem, &never, 1);
  printf("would wait %d %s\n", n, strerror(errno));

  int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  struct message message = {5, "five"};
  msgsnd(queue, &message, 5, 0);
  message.type = 3;
  strcpy(message.text, "three!");
  msgsnd(queue, &message, 7, 0);
  struct msqid_ds state;
  n = msgctl(queue, IPC_STAT, &state);
  printf("queue %d has %d of %d, sender %d, times %d %d\n", n, (int)state.msg_qnum, (int)state.msg_qbytes,
         state.msg_lspid == getpid(), recent(state.msg_stime), (int)state.msg_rtime);
  n = msgrcv(queue, &message, sizeof message.text, 3, 0);
  printf("message %d %ld %s\n", n, message.type, message.text);
  n = msgrcv(queue, &message, sizeof message.text, 0, 0);
  printf("message %d %ld %s\n", n, message.type, message.text);
  n = msgrcv(queue, &message, sizeof message.text, 0, IPC_NOWAIT);
  printf("empty %d %s\n", n, strerror(errno));
  n = shmdt(shared);
  printf("detached %d removed %d %d %d\n", n, shmctl(shm, IPC_RMID, 0), semctl(sem, 0, IPC_RMID, argument),
         msgctl(queue, IPC_RMID, 0));
  return 0;
}
