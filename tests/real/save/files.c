/* Has every kind of file open, each with something in it, works for a while, and then looks at each again. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <mqueue.h>
#include <termios.h>
#include <unistd.h>

/* On some architectures a union is not passed as its member is. */
union semun {
  int value;
};

static void need(int ok, const char *what) {
  if (!ok) {
    printf("%s: %s\n", what, strerror(errno));
    exit(1);
  }
}

static unsigned sum(const unsigned char *bytes, size_t length) {
  unsigned value = 5381;
  for (size_t i = 0; i < length; i++) value = value * 33 + bytes[i];
  return value;
}

/* Work that takes instructions and memory, so that there is something between making and looking. */
static unsigned work(unsigned rounds) {
  static unsigned char table[40000];
  unsigned x = rounds;
  for (unsigned i = 0; i < rounds; i++) {
    x = x * 1664525 + 1013904223;
    table[x % sizeof table] += x >> 24;
    if (i % 5000 == 0) sched_yield();
  }
  return sum(table, sizeof table);
}

static char buffer[8192];

static void show(const char *what, int fd) {
  ssize_t got = read(fd, buffer, sizeof buffer - 1);
  if (got < 0) printf("%s: %s\n", what, strerror(errno));
  else {
    buffer[got] = 0;
    printf("%s: %zd '%.40s' %08x\n", what, got, buffer, sum((unsigned char *)buffer, got));
  }
}

static int pass_fd(int over, int fd) {
  char control[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec one = {"fd", 2};
  struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(head), &fd, sizeof fd);
  return sendmsg(over, &message, 0);
}

static int take_fd(int from) {
  char control[CMSG_SPACE(sizeof(int))], bytes[8];
  struct iovec one = {bytes, sizeof bytes};
  struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(from, &message, 0) != 2) return -1;
  int fd;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  return fd;
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  mkdir("/tmp/d", 0755);
  need(chdir("/tmp/d") == 0, "chdir");

  /* Regular files: at a position, deleted, appended to, mapped shared and privately, locked, sealed. */
  int file = open("file", O_RDWR | O_CREAT, 0640);
  for (int i = 0; i < 3000; i++) dprintf(file, "line %d\n", i);
  lseek(file, 100, SEEK_SET);
  int deleted = open("gone", O_RDWR | O_CREAT, 0600);
  need(write(deleted, "deleted, yet here", 17) == 17, "write");
  unlink("gone");
  lseek(deleted, 9, SEEK_SET);
  int append = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
  need(write(append, "one ", 4) == 4, "append");
  char *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  char *private = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 4096);
  memcpy(shared, "MAPPED", 6);
  memcpy(private + 5000, "private", 7);
  flock(append, LOCK_EX);
  struct flock region = {.l_type = F_WRLCK, .l_start = 10, .l_len = 20};
  fcntl(file, F_SETLK, &region);
  int memory = memfd_create("memory", MFD_ALLOW_SEALING);
  need(ftruncate(memory, 12345) == 0 && pwrite(memory, "in memfd", 8, 12000) == 8, "memfd");
  fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK);
  symlink("file", "link");
  link("file", "second");

  /* Directories, half read. */
  int directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
  int status = open("/proc/self/stat", O_RDONLY);
  need(read(status, buffer, 3) == 3, "proc");

  /* Pipes, FIFOs, sockets with data and descriptors in flight. */
  int ends[2], fifo, pair[2], packets[2];
  need(pipe2(ends, O_NONBLOCK) == 0, "pipe");
  for (int i = 0; i < 700; i++) need(write(ends[1], "pipe data ", 10) == 10, "pipe write");
  fcntl(ends[1], F_SETPIPE_SZ, 131072);
  mkfifo("fifo", 0600);
  fifo = open("fifo", O_RDWR);
  need(write(fifo, "fifo", 4) == 4, "fifo");
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets);
  need(pass_fd(pair[0], deleted) == 2, "pass");
  need(pass_fd(pair[0], ends[0]) == 2, "pass");
  send(packets[0], "first", 5, 0);
  send(packets[0], "second one", 10, 0);
  int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un name = {AF_UNIX, "\0abstract"};
  need(bind(listener, (void *)&name, sizeof(sa_family_t) + 9) == 0 && listen(listener, 5) == 0, "bind");
  int client = socket(AF_UNIX, SOCK_STREAM, 0);
  need(connect(client, (void *)&name, sizeof(sa_family_t) + 9) == 0, "connect");
  send(client, "not accepted yet", 16, 0);

  /* Internet sockets. */
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof here;
  int server = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  need(bind(server, (void *)&here, length) == 0 && listen(server, 4) == 0, "tcp bind");
  getsockname(server, (void *)&here, &length);
  int tcp = socket(AF_INET, SOCK_STREAM, 0);
  need(connect(tcp, (void *)&here, sizeof here) == 0, "tcp connect");
  int accepted = accept(server, NULL, NULL);
  send(tcp, "over tcp", 8, 0);
  shutdown(tcp, SHUT_WR);
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  here.sin_port = 0;
  bind(udp, (void *)&here, sizeof here);
  getsockname(udp, (void *)&here, &length);
  sendto(udp, "datagram", 8, 0, (void *)&here, sizeof here);
  int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  struct {
    struct nlmsghdr head;
    struct rtgenmsg what;
  } links = {{NLMSG_LENGTH(sizeof(struct rtgenmsg)), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 7, 0}, {AF_UNSPEC}};
  need(send(netlink, &links, links.head.nlmsg_len, 0) > 0, "netlink");

  /* Descriptors for events. */
  int event = eventfd(5, EFD_NONBLOCK), semaphore = eventfd(3, EFD_SEMAPHORE);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec soon = {{0, 3000000}, {0, 2000000}};
  timerfd_settime(timer, 0, &soon, NULL);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigaddset(&blocked, SIGRTMIN + 2);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  int signals = signalfd(-1, &blocked, SFD_NONBLOCK);
  kill(getpid(), SIGUSR1);
  for (int i = 1; i <= 3; i++) sigqueue(getpid(), SIGRTMIN + 2, (union sigval){.sival_int = i * 11});
  int watch = inotify_init1(IN_NONBLOCK);
  inotify_add_watch(watch, ".", IN_CREATE | IN_DELETE);
  close(open("new", O_CREAT | O_WRONLY, 0600));
  int epoll = epoll_create1(0), inner = epoll_create1(0);
  int polled[] = {event, semaphore, signals, watch, ends[0], accepted, timer};
  for (unsigned i = 0; i < sizeof polled / sizeof *polled; i++) {
    struct epoll_event on = {EPOLLIN | (i == 0 ? EPOLLET : 0), {.u32 = i}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, polled[i], &on);
  }
  struct epoll_event nested = {EPOLLIN, {.u32 = 77}};
  epoll_ctl(inner, EPOLL_CTL_ADD, epoll, &nested);

  /* Pseudo-terminals, a line half typed. */
  int master, slave;
  need(openpty(&master, &slave, NULL, NULL, &(struct winsize){33, 99}) == 0, "openpty");
  need(write(master, "typed line\nhalf a l", 19) == 19, "pty");

  /* System V and POSIX IPC, shared anonymous memory, mounts. */
  int segment = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0600);
  char *attached = shmat(segment, NULL, 0);
  shmctl(segment, IPC_RMID, NULL);
  strcpy(attached + 9000, "system five");
  int sem = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);
  semctl(sem, 1, SETVAL, (union semun){4});
  struct sembuf down = {1, -1, SEM_UNDO};
  semop(sem, &down, 1);
  int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  struct { long type; char text[8]; } message = {3, "message"};
  msgsnd(queue, &message, 8, 0);
  struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 32};
  mqd_t posix = mq_open("/save", O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attributes);
  mq_send(posix, "low", 4, 1);
  mq_send(posix, "high", 5, 9);
  mq_unlink("/save");
  int *common = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  mkdir("mnt", 0755);
  int mounted = mount("none", "mnt", "tmpfs", 0, "size=1m") == 0;
  int below = open(mounted ? "mnt/below" : "below", O_RDWR | O_CREAT, 0600);
  need(write(below, "below a mount", 13) == 13, "below");

  /* A child that shares all of it. */
  pid_t child = fork();
  if (child == 0) {
    common[0] = work(20000);
    common[1] = dprintf(append, "child ");
    _exit(7);
  }

  printf("work %08x\n", work(60000));
  int ended;
  need(waitpid(child, &ended, 0) == child, "waitpid");
  printf("child %d, %08x %d\n", WEXITSTATUS(ended), common[0], common[1]);

  show("file", file);
  printf("position %ld\n", (long)lseek(file, 0, SEEK_CUR));
  show("deleted", deleted);
  need(write(append, "two", 3) == 3, "append");
  int log = open("log", O_RDONLY);
  show("log", log);
  printf("mapped '%.12s' '%.8s' %08x\n", shared, private + 5000, sum((void *)private, 5000));
  int again = open("log", O_RDWR);
  printf("flock %d %d, seals %x\n", flock(again, LOCK_EX | LOCK_NB), errno == EAGAIN, fcntl(memory, F_GET_SEALS));
  lseek(memory, 11990, SEEK_SET);
  show("memfd", memory);
  struct stat facts;
  stat("link", &facts);
  printf("link %ld bytes, %o, %lu names\n", (long)facts.st_size, facts.st_mode, (unsigned long)facts.st_nlink);
  need(read(status, buffer, 100) > 0 && lseek(directory, 0, SEEK_CUR) == 0, "proc");

  show("pipe", ends[0]);
  printf("pipe size %d\n", fcntl(ends[1], F_GETPIPE_SZ));
  show("fifo", fifo);
  int passed = take_fd(pair[1]), second = take_fd(pair[1]);
  lseek(passed, 0, SEEK_SET);
  show("passed", passed);
  printf("passed pipe %s\n", fcntl(second, F_GETFL) & O_NONBLOCK ? "non-blocking" : "blocking");
  show("packet", packets[1]);
  show("packet", packets[1]);
  int late = accept(listener, NULL, NULL);
  show("unix", late);
  show("tcp", accepted);
  show("tcp end", accepted);
  send(accepted, "answer", 6, 0);
  show("tcp answer", tcp);
  show("udp", udp);
  ssize_t got = recv(netlink, buffer, sizeof buffer, 0);
  struct nlmsghdr *reply = (void *)buffer;
  printf("netlink %d, type %d, sequence %d\n", got > 0, reply->nlmsg_type, reply->nlmsg_seq);

  uint64_t count = 0;
  need(read(semaphore, &count, 8) == 8, "semaphore");
  printf("semaphore %u", (unsigned)count);
  need(read(event, &count, 8) == 8, "event");
  printf(", event %u\n", (unsigned)count);
  struct pollfd wait = {timer, POLLIN, 0};
  poll(&wait, 1, 1000);
  printf("timer %d\n", read(timer, &count, 8) == 8 && count >= 1);
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == sizeof info) printf("signal %u value %d\n", info.ssi_signo, info.ssi_int);
  got = read(watch, buffer, sizeof buffer);
  for (char *at = buffer; at < buffer + got; at += sizeof(struct inotify_event) + ((struct inotify_event *)at)->len) {
    struct inotify_event *seen = (void *)at;
    printf("inotify %x %s\n", seen->mask, seen->len ? seen->name : "");
  }
  struct epoll_event ready[8];
  int many = epoll_wait(epoll, ready, 8, 0);
  unsigned mask = 0;
  for (int i = 0; i < many; i++) mask |= 1u << ready[i].data.u32;
  printf("epoll %d %x\n", many, mask & 0x3f);
  write(event, &(uint64_t){2}, 8);
  printf("nested %d %u\n", epoll_wait(inner, ready, 8, 1000), ready[0].data.u32);

  show("pty", slave);
  need(write(master, "ine\n", 4) == 4, "pty");
  show("pty", slave);
  struct winsize size;
  ioctl(slave, TIOCGWINSZ, &size);
  printf("pty %d x %d\n", size.ws_row, size.ws_col);

  printf("shm '%s', sem %d", attached + 9000, semctl(sem, 1, GETVAL));
  need(msgrcv(queue, &message, 8, 3, IPC_NOWAIT) == 8, "msgrcv");
  printf(", msg '%s'\n", message.text);
  unsigned priority;
  char text[64];
  while (mq_receive(posix, text, sizeof text, &priority) >= 0) printf("mq %u '%s'\n", priority, text);
  lseek(below, 0, SEEK_SET);
  show("below", below);
  semctl(sem, 0, IPC_RMID);
  msgctl(queue, IPC_RMID, NULL);
  if (mounted) umount2("mnt", MNT_DETACH);
  return 0;
}
