/* System V message queues: prints only what is the same on every run. */
/* Calls: ipc */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct message {
  long type;
  char text[9000];
};

static struct message buffer;

static void show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static int put(int id, long type, const char *text, int flags) {
  buffer.type = type;
  strcpy(buffer.text, text);
  return msgsnd(id, &buffer, strlen(text) + 1, flags);
}

static void take(int id, long type, size_t room, int flags) {
  memset(&buffer, 0, sizeof buffer);
  long length = msgrcv(id, &buffer, room, type, flags);
  if (length == -1) printf("%ld: %s\n", type, strerrorname_np(errno));
  else printf("%ld: %ld bytes of type %ld: %s\n", type, length, buffer.type, buffer.text);
}

static long waiting(int id) {
  struct msqid_ds ds;
  return msgctl(id, IPC_STAT, &ds) ? -1 : (long)ds.msg_qnum;
}

static void on_alarm(int signo) { (void)signo; }

int main(void) {
  key_t key = 0x4b4d4c33;
  int id = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
  printf("created: %d, found: %d\n", id >= 0, msgget(key, 0) == id);
  show("exclusive", msgget(key, IPC_CREAT | IPC_EXCL));
  show("missing", msgget(key + 1, 0));

  put(id, 3, "three", 0);
  put(id, 1, "one", 0);
  put(id, 2, "two", 0);
  put(id, 3, "drei", 0);
  put(id, 5, "five", 0);
  struct msqid_ds ds;
  memset(&ds, 0xee, sizeof ds);
  show("stat", msgctl(id, IPC_STAT, &ds));
  long now = time(NULL);
  printf("%lu messages, %lu bytes of %lu, sender %d, receiver %d, mode %o, key %x, times %d %ld %d\n",
         (unsigned long)ds.msg_qnum, (unsigned long)ds.__msg_cbytes, (unsigned long)ds.msg_qbytes,
         ds.msg_lspid == getpid(), ds.msg_lrpid, ds.msg_perm.mode & 0777, ds.msg_perm.__key, now - ds.msg_stime < 100,
         (long)ds.msg_rtime, now - ds.msg_ctime < 100);
  take(id, 3, 100, 0);
  take(id, -2, 100, 0);
  take(id, 3, 100, MSG_EXCEPT);
  take(id, 4, 100, IPC_NOWAIT);
  take(id, 0, 2, IPC_NOWAIT);
  take(id, 0, 2, MSG_NOERROR);
  take(id, -9, 100, 0);
  take(id, 0, 100, IPC_NOWAIT);
  show("copy and wait", msgrcv(id, &buffer, 10, 0, 040000));
  show("copy but", msgrcv(id, &buffer, 10, 0, 040000 | IPC_NOWAIT | MSG_EXCEPT));

  show("type 0", put(id, 0, "x", 0));
  show("too long", msgsnd(id, &buffer, 8193, 0));
  show("no address", msgsnd(id, (void *)8, 1, 0));
  show("bad queue", msgsnd(-1, &buffer, 1, 0));
  show("empty", (buffer.type = 7, msgsnd(id, &buffer, 0, 0)));
  take(id, 7, 0, 0);

  /* A full queue. */
  buffer.type = 1;
  memset(buffer.text, 'f', 8192);
  show("fill", msgsnd(id, &buffer, 8192, IPC_NOWAIT));
  show("fill", msgsnd(id, &buffer, 8192, IPC_NOWAIT));
  show("full", msgsnd(id, &buffer, 1, IPC_NOWAIT));
  signal(SIGALRM, on_alarm);
  ualarm(20000, 0);
  show("full, interrupted", msgsnd(id, &buffer, 1, 0));
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) _exit(put(id, 9, "late", 0) == 0 ? 31 : 1);
  usleep(20000);
  printf("while it waits: %ld\n", waiting(id));
  show("room", msgrcv(id, &buffer, 8192, 1, 0));
  int status;
  waitpid(child, &status, 0);
  printf("sender %d\n", WEXITSTATUS(status));
  take(id, 9, 100, 0);
  msgrcv(id, &buffer, 8192, 1, 0);

  /* Receivers that wait get what they wait for. */
  fflush(stdout);
  pid_t children[3];
  for (int i = 0; i < 3; i++)
    if ((children[i] = fork()) == 0) {
      long length = msgrcv(id, &buffer, i == 1 ? 2 : 100, 10 + i, 0);
      _exit(length >= 0 ? 40 + (int)length : errno == E2BIG ? 50 : errno == EIDRM ? 51 : 1);
    }
  usleep(50000);
  put(id, 10, "ten", 0);
  put(id, 11, "eleven", 0);
  waitpid(children[0], &status, 0);
  printf("first %d\n", WEXITSTATUS(status));
  waitpid(children[1], &status, 0);
  printf("second %d, left %ld\n", WEXITSTATUS(status), waiting(id));
  show("remove", msgctl(id, IPC_RMID, NULL));
  waitpid(children[2], &status, 0);
  printf("third %d\n", WEXITSTATUS(status));
  show("gone", msgctl(id, IPC_STAT, &ds));
  show("bad command", msgctl(id, 99, &ds));

  id = msgget(IPC_PRIVATE, 0600);
  msgctl(id, IPC_STAT, &ds);
  ds.msg_qbytes = 10;
  ds.msg_perm.mode = 0400;
  show("set", msgctl(id, IPC_SET, &ds));
  memset(&ds, 0, sizeof ds);
  msgctl(id, IPC_STAT, &ds);
  printf("%lu bytes, mode %o\n", (unsigned long)ds.msg_qbytes, ds.msg_perm.mode & 0777);
  if (geteuid() != 0) {
    ds.msg_perm.mode = 0600;
    msgctl(id, IPC_SET, &ds);
  }
  show("beyond", msgsnd(id, &buffer, 11, IPC_NOWAIT));
  ualarm(20000, 0);
  show("receive, interrupted", msgrcv(id, &buffer, 11, 0, 0));
  msgctl(id, IPC_RMID, NULL);
  return 0;
}
