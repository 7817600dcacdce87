/* Calls: socket socketpair socketcall bind connect listen accept4 getsockname getpeername sendto recvfrom sendmsg recvmsg shutdown getsockopt setsockopt sendmmsg recvmmsg recvmmsg_time64 */
/* Sockets of the Unix domain: streams, datagrams, sequenced packets; names; descriptors and credentials in messages. */
#include "show.h"
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <linux/sockios.h>

static socklen_t named(struct sockaddr_un *sun, const char *name, int abstract) {
  memset(sun, 0, sizeof *sun);
  sun->sun_family = AF_UNIX;
  strcpy(sun->sun_path + abstract, name);
  return offsetof(struct sockaddr_un, sun_path) + strlen(name) + 1;
}

static void show_name(const char *what, int result, struct sockaddr_un *sun, socklen_t length) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: length %d family %d name %s\n", what, length, length >= 2 ? sun->sun_family : -1, length > 2 ? sun->sun_path[0] ? sun->sun_path : sun->sun_path + 1 : "");
}

static void own_name(const char *what, int fd) {
  struct sockaddr_un sun = {0};
  socklen_t length = sizeof sun;
  int result = getsockname(fd, (void *)&sun, &length);
  show_name(what, result, &sun, length);
}

static void peer_name(const char *what, int fd) {
  struct sockaddr_un sun = {0};
  socklen_t length = sizeof sun;
  int result = getpeername(fd, (void *)&sun, &length);
  show_name(what, result, &sun, length);
}

static int option(int fd, int which) {
  int value = -1;
  socklen_t length = sizeof value;
  return getsockopt(fd, SOL_SOCKET, which, &value, &length) < 0 ? -1 : value;
}

static void names(void) {
  struct sockaddr_un sun, from;
  socklen_t length = named(&sun, "server", 0);
  int server, client, accepted;
  OK(server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  SHOW(fcntl(server, F_GETFD));
  SHOW(socket(AF_UNIX, SOCK_RDM, 0));
  SHOW(socket(AF_UNIX, SOCK_STREAM, 5));
  SHOW(socket(AF_UNIX, SOCK_STREAM | 0x100, 0));
  SHOW(socket(77, SOCK_STREAM, 0));
  own_name("unbound", server);
  peer_name("unconnected", server);
  SHOW(listen(server, 5));
  SHOW(bind(server, (void *)&sun, length));
  own_name("bound", server);
  show_stat("server");
  SHOW(bind(server, (void *)&sun, length));
  client = socket(AF_UNIX, SOCK_STREAM, 0);
  SHOW(bind(client, (void *)&sun, length));
  SHOW(connect(client, (void *)&sun, length));
  SHOW(accept(server, NULL, NULL));
  SHOW(listen(server, 5));
  SHOW(option(server, SO_ACCEPTCONN));
  SHOW(connect(client, (void *)&sun, length));
  SHOW(connect(client, (void *)&sun, length));
  peer_name("client's peer", client);
  own_name("client", client);
  memset(&from, 0, sizeof from);
  socklen_t room = sizeof from;
  OK(accepted = accept4(server, (void *)&from, &room, SOCK_NONBLOCK));
  printf("length %d family %d\n", room, from.sun_family);
  SHOW((fcntl(accepted, F_GETFL) & O_NONBLOCK) != 0);
  SHOW(accept4(server, NULL, NULL, 0x100));
  own_name("accepted", accepted);
  SHOW(read(accepted, &from, 1));
  SHOW(write(client, "hello", 5));
  show_read("accepted", accepted, 10);
  struct ucred cred;
  room = sizeof cred;
  SHOW(getsockopt(client, SOL_SOCKET, SO_PEERCRED, &cred, &room));
  printf("%d %d %d\n", cred.pid == getpid(), cred.uid, cred.gid);
  SHOW(shutdown(client, SHUT_WR));
  SHOW(read(accepted, &from, 1));
  SHOW(write(accepted, "still", 5));
  show_read("client", client, 10);
  SHOW(shutdown(client, 7));
  close(accepted);
  SHOW(read(client, &from, 1));
  close(client);
  client = socket(AF_UNIX, SOCK_STREAM, 0);
  SHOW(shutdown(client, SHUT_WR));
  SHOW(write(client, "x", 1));
  SHOW(read(client, &from, 1));
  int dgram = socket(AF_UNIX, SOCK_DGRAM, 0);
  SHOW(connect(dgram, (void *)&sun, length));
  SHOW(listen(dgram, 1));
  close(dgram);
  close(server);
  SHOW(connect(client, (void *)&sun, length));
  SHOW(unlink("server"));
  SHOW(connect(client, (void *)&sun, length));
  sun.sun_family = AF_INET;
  SHOW(bind(client, (void *)&sun, length));
  sun.sun_family = AF_UNIX;
  SHOW(bind(client, (void *)&sun, 1));
  SHOW(bind(client, (void *)&sun, 200));
  /* Abstract names, and one of the kernel's choice. */
  length = named(&sun, "kml-test-abstract", 1);
  SHOW(bind(client, (void *)&sun, length));
  own_name("abstract", client);
  server = socket(AF_UNIX, SOCK_STREAM, 0);
  SHOW(bind(server, (void *)&sun, length));
  SHOW(bind(server, (void *)&sun, sizeof(sa_family_t)));
  memset(&from, 0, sizeof from);
  room = sizeof from;
  getsockname(server, (void *)&from, &room);
  printf("autobind: length %d first %d\n", room, from.sun_path[0]);
  SHOW(listen(server, 0));
  int first = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), second = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  SHOW(connect(first, (void *)&from, room));
  SHOW(connect(second, (void *)&from, room));
  struct pollfd poller = {server, POLLIN};
  SHOW(poll(&poller, 1, 0));
  close(server);
  SHOW(write(first, "x", 1));
  close(first);
  close(second);
  close(client);
}

static void streams(void) {
  int pair[2];
  char bytes[4096];
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, (void *)16));
  SHOW(send(pair[0], "abcdef", 6, 0));
  SHOW(recv(pair[1], bytes, 3, MSG_PEEK));
  SHOW(recv(pair[1], bytes, 100, MSG_PEEK | MSG_TRUNC));
  SHOW(recv(pair[1], bytes, 2, 0));
  int waiting;
  SHOW(ioctl(pair[1], FIONREAD, &waiting));
  printf("%d waiting\n", waiting);
  SHOW(recv(pair[1], bytes, 100, MSG_DONTWAIT));
  SHOW(recv(pair[1], bytes, 100, MSG_DONTWAIT));
  SHOW(recv(pair[1], bytes, 1, MSG_ERRQUEUE | MSG_DONTWAIT));
  SHOW(write(pair[0], "one", 3));
  SHOW(write(pair[0], "two", 3));
  show_read("joined", pair[1], 100);
  CHILD(0) {
    write(pair[0], "part", 4);
    for (int i = 0; i < 10; i++) sched_yield();
    write(pair[0], "rest", 4);
  } else {
    printf("all: %ld\n", (long)recv(pair[1], bytes, 8, MSG_WAITALL));
    fflush(stdout);
  }
  struct timeval brief = {0, 2000};
  SHOW(setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief));
  SHOW(recv(pair[1], bytes, 1, 0));
  SHOW(setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &brief, sizeof brief));
  memset(bytes, 'b', sizeof bytes);
  long total = 0, some;
  while ((some = send(pair[0], bytes, sizeof bytes, 0)) > 0) total += some;
  printf("full: %s after much: %d\n", strerrorname_np(errno), total > 65536);
  while ((some = recv(pair[1], bytes, sizeof bytes, MSG_DONTWAIT)) > 0) total -= some;
  printf("left %ld\n", total);
  int offset = 2;
  SHOW(setsockopt(pair[1], SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset));
  SHOW(write(pair[0], "0123456789", 10));
  SHOW(recv(pair[1], bytes, 3, MSG_PEEK));
  show_bytes("peeked", bytes, 3);
  SHOW(recv(pair[1], bytes, 3, MSG_PEEK));
  show_bytes("peeked", bytes, 3);
  SHOW(option(pair[1], SO_PEEK_OFF));
  SHOW(recv(pair[1], bytes, 4, 0));
  SHOW(option(pair[1], SO_PEEK_OFF));
  SHOW(recv(pair[1], bytes, 3, MSG_PEEK));
  show_bytes("peeked", bytes, 3);
  recv(pair[1], bytes, 100, 0);
  SHOW(option(pair[0], SO_TYPE) == SOCK_STREAM);
  SHOW(option(pair[0], SO_DOMAIN));
  SHOW(option(pair[0], SO_PROTOCOL));
  SHOW(option(pair[0], SO_ERROR));
  SHOW(option(pair[0], 9999));
  signal(SIGPIPE, SIG_IGN);
  SHOW(shutdown(pair[1], SHUT_RD));
  SHOW(write(pair[0], "x", 1));
  SHOW(recv(pair[1], bytes, 1, 0));
  close(pair[1]);
  SHOW(send(pair[0], "x", 1, MSG_NOSIGNAL));
  SHOW(recv(pair[0], bytes, 1, 0));
  close(pair[0]);
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  write(pair[1], "unread", 6);
  write(pair[0], "unread", 6);
  close(pair[1]);
  SHOW(recv(pair[0], bytes, 3, 0));
  SHOW(recv(pair[0], bytes, 30, 0));
  SHOW(recv(pair[0], bytes, 30, 0));
  close(pair[0]);
}

static void datagrams(void) {
  struct sockaddr_un one, two, from;
  socklen_t first = named(&one, "one", 0), second = named(&two, "two", 0), room;
  int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0), c = socket(AF_UNIX, SOCK_DGRAM, 0);
  char bytes[100];
  SHOW(bind(a, (void *)&one, first));
  SHOW(bind(b, (void *)&two, second));
  SHOW(send(a, "x", 1, 0));
  SHOW(sendto(a, "to two", 6, 0, (void *)&two, second));
  memset(&from, 0, sizeof from);
  room = sizeof from;
  SHOW(recvfrom(b, bytes, 3, 0, (void *)&from, &room));
  show_name("from", 0, &from, room);
  SHOW(recvfrom(b, bytes, 3, MSG_DONTWAIT, NULL, NULL));
  SHOW(sendto(c, "no name", 7, 0, (void *)&two, second));
  room = sizeof from;
  SHOW(recvfrom(b, bytes, 3, MSG_TRUNC, (void *)&from, &room));
  printf("sender's length %d\n", room);
  SHOW(connect(c, (void *)&two, second));
  SHOW(send(c, "", 0, 0));
  SHOW(recv(b, bytes, 10, 0));
  SHOW(connect(b, (void *)&one, first));
  SHOW(send(c, "x", 1, 0));
  SHOW(sendto(c, "x", 1, 0, (void *)&two, second));
  peer_name("peer", c);
  struct sockaddr nobody = {AF_UNSPEC};
  SHOW(connect(b, &nobody, sizeof nobody));
  SHOW(send(c, "x", 1, 0));
  struct iovec vec[2] = {{bytes, 1}, {bytes + 1, 99}};
  struct msghdr message = {.msg_iov = vec, .msg_iovlen = 2};
  SHOW(send(c, "gathered", 8, 0));
  SHOW(recvmsg(b, &message, 0));
  SHOW(recvmsg(b, &message, 0));
  show_bytes("scattered", bytes, 8);
  message.msg_iovlen = 1;
  SHOW(send(c, "cut", 3, 0));
  SHOW(recvmsg(b, &message, 0));
  printf("flags %x\n", message.msg_flags);
  close(b);
  SHOW(send(c, "x", 1, 0));
  SHOW(sendto(c, "x", 1, 0, (void *)&two, second));
  int pair[2];
  SHOW(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
  SHOW(send(pair[0], "packet", 6, 0));
  SHOW(send(pair[0], "second", 6, MSG_EOR));
  SHOW(recv(pair[1], bytes, 3, 0));
  message.msg_iovlen = 2;
  SHOW(recvmsg(pair[1], &message, 0));
  printf("flags %x\n", message.msg_flags);
  close(pair[0]);
  SHOW(recv(pair[1], bytes, 3, 0));
  close(pair[1]);
  static char big[300000];
  socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
  SHOW(send(pair[0], big, sizeof big, 0));
  SHOW(send(pair[0], big, 100000, 0));
  int sent = 0;
  while (send(pair[0], "x", 1, MSG_DONTWAIT) == 1) sent++;
  printf("a queue of many ends: %d %s\n", sent > 5, strerrorname_np(errno));
  /* Several at once. */
  while (recv(pair[1], big, sizeof big, MSG_DONTWAIT) > 0) {}
  struct iovec parts[3] = {{"first", 5}, {"second", 6}, {"third", 5}};
  struct mmsghdr many[3];
  memset(many, 0, sizeof many);
  for (int i = 0; i < 3; i++) many[i].msg_hdr.msg_iov = parts + i, many[i].msg_hdr.msg_iovlen = 1;
  SHOW(sendmmsg(pair[0], many, 3, 0));
  printf("%d %d %d\n", many[0].msg_len, many[1].msg_len, many[2].msg_len);
  char got[4][10];
  struct iovec into[4] = {{got[0], 10}, {got[1], 4}, {got[2], 10}, {got[3], 10}};
  struct mmsghdr several[4];
  memset(several, 0, sizeof several);
  for (int i = 0; i < 4; i++) several[i].msg_hdr.msg_iov = into + i, several[i].msg_hdr.msg_iovlen = 1;
  SHOW(recvmmsg(pair[1], several, 2, 0, NULL));
  printf("%d %d flags %x\n", several[0].msg_len, several[1].msg_len, several[1].msg_hdr.msg_flags);
  SHOW(recvmmsg(pair[1], several, 4, MSG_WAITFORONE, NULL));
  SHOW(recvmmsg(pair[1], several, 4, MSG_DONTWAIT, NULL));
  SHOW(sendmmsg(pair[0], many, 3, 0));
  struct timespec zero = {0, 0};
  SHOW(recvmmsg(pair[1], several, 4, 0, &zero));
  zero.tv_nsec = -1;
  SHOW(recvmmsg(pair[1], several, 1, 0, &zero));
#ifdef __i386__
  long long wide[2] = {0, 0};
  syscall(SYS_recvmmsg, pair[1], several, 1, MSG_DONTWAIT, NULL);
  syscall(SYS_recvmmsg_time64, pair[1], several, 1, MSG_DONTWAIT, wide);
  syscall(SYS_socketcall, 99, NULL);
  long again[3] = {AF_UNIX, SOCK_DGRAM, 0};
  close(syscall(SYS_socketcall, 1, again));
#endif
  close(pair[0]);
  close(pair[1]);
  close(a);
  close(c);
}

union control {
  struct cmsghdr align;
  char bytes[256];
};

static int send_with(int fd, int type, const void *data, int size) {
  union control control;
  memset(&control, 0, sizeof control);
  struct iovec vec = {"m", 1};
  struct msghdr message = {.msg_iov = &vec, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(size)};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = type;
  head->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(head), data, size);
  return sendmsg(fd, &message, 0);
}

/* Receives a message: the descriptors in it, and what it says of its sender. */
static int receive_with(int fd, int *fds, int most, int room, int flags) {
  union control control;
  char byte[10];
  struct iovec vec = {byte, sizeof byte};
  struct msghdr message = {.msg_iov = &vec, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = room};
  long got = recvmsg(fd, &message, flags);
  int count = 0;
  printf("received %ld", got);
  if (got < 0) printf(" %s", strerrorname_np(errno));
  else printf(" flags %x control %d", message.msg_flags & ~MSG_CMSG_CLOEXEC, (int)message.msg_controllen);
  for (struct cmsghdr *head = got < 0 ? NULL : CMSG_FIRSTHDR(&message); head != NULL; head = CMSG_NXTHDR(&message, head)) {
    int length = head->cmsg_len - CMSG_LEN(0);
    if (head->cmsg_type == SCM_RIGHTS) {
      printf(" %d files", length / 4);
      for (int i = 0; i < length / 4; i++) {
        int one;
        memcpy(&one, CMSG_DATA(head) + 4 * i, 4);
        if (count < most) fds[count++] = one;
        else close(one);
      }
    } else if (head->cmsg_type == SCM_CREDENTIALS) {
      struct ucred cred;
      memcpy(&cred, CMSG_DATA(head), sizeof cred);
      printf(" from %s %d:%d", cred.pid == getpid() ? "self" : cred.pid == 0 ? "nobody" : "another", cred.uid, cred.gid);
    } else printf(" type %d", head->cmsg_type);
  }
  printf("\n");
  return count;
}

static int open_files(void) {
  int count = 0;
  for (int fd = 0; fd < 100; fd++) count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

static void messages(void) {
  int pair[2], fds[3], got[3], on = 1, pipes[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  put_file("passed", "passed content");
  fds[0] = open("passed", O_RDONLY);
  fds[1] = dup(fds[0]);
  int before = open_files();
  SHOW(send_with(pair[0], SCM_RIGHTS, fds, 8));
  close(fds[0]);
  close(fds[1]);
  int count = receive_with(pair[1], got, 3, 256, MSG_CMSG_CLOEXEC);
  for (int i = 0; i < count; i++) {
    printf("close-on-exec %d\n", fcntl(got[i], F_GETFD));
    show_read("passed", got[i], 7);
    close(got[i]);
  }
  printf("%d\n", open_files() == before - 2);
  fds[0] = open("passed", O_RDONLY);
  fds[1] = 99;
  SHOW(send_with(pair[0], SCM_RIGHTS, fds, 8));
  SHOW(send_with(pair[0], SCM_RIGHTS, fds, 4));
  receive_with(pair[1], got, 3, 0, 0);
  SHOW(send_with(pair[0], SCM_RIGHTS, fds, 4));
  receive_with(pair[1], got, 3, 256, MSG_PEEK);
  close(got[0]);
  receive_with(pair[1], got, 3, 256, 0);
  close(got[0]);
  fds[1] = fds[2] = fds[0];
  SHOW(send_with(pair[0], SCM_RIGHTS, fds, 12));
  count = receive_with(pair[1], got, 3, CMSG_LEN(8), 0);
  while (count > 0) close(got[--count]);
  /* Bytes with descriptors do not join others. */
  write(pair[0], "before", 6);
  send_with(pair[0], SCM_RIGHTS, fds, 4);
  write(pair[0], "after", 5);
  count = receive_with(pair[1], got, 3, 256, 0);
  count += receive_with(pair[1], got, 3, 256, 0);
  close(got[0]);
  SHOW(send_with(pair[0], 77, fds, 4));
  /* Credentials. */
  SHOW(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
  SHOW(option(pair[1], SO_PASSCRED));
  write(pair[0], "x", 1);
  receive_with(pair[1], got, 3, 256, 0);
  struct ucred cred = {getpid(), 0, 0};
  SHOW(send_with(pair[0], SCM_CREDENTIALS, &cred, sizeof cred));
  receive_with(pair[1], got, 3, 256, 0);
  cred.uid = 1234;
  cred.gid = 4321;
  SHOW(send_with(pair[0], SCM_CREDENTIALS, &cred, sizeof cred));
  receive_with(pair[1], got, 3, 256, 0);
  cred.pid = 999999;
  SHOW(send_with(pair[0], SCM_CREDENTIALS, &cred, sizeof cred));
  SHOW(send_with(pair[0], SCM_CREDENTIALS, &cred, 4));
  CHILD(1000) {
    cred.pid = getpid();
    SHOW(send_with(pair[0], SCM_CREDENTIALS, &cred, sizeof cred));
    cred.uid = cred.gid = 1000;
    SHOW(send_with(pair[0], SCM_CREDENTIALS, &cred, sizeof cred));
  }
  receive_with(pair[1], got, 3, 256, 0);
  close(fds[0]);
  close(pair[0]);
  close(pair[1]);
  /* A socket sent through itself is gone with all that it holds. */
  pipe(pipes);
  socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
  fds[0] = pair[0];
  fds[1] = pair[1];
  fds[2] = pipes[1];
  SHOW(send_with(pair[0], SCM_RIGHTS, fds, 12));
  close(pair[0]);
  close(pair[1]);
  close(pipes[1]);
  close(socket(AF_UNIX, SOCK_STREAM, 0));
  fcntl(pipes[0], F_SETFL, O_NONBLOCK);
  char byte;
  long result;
  for (int i = 0; i < 1000 && (result = read(pipes[0], &byte, 1)) < 0; i++) usleep(1000);
  printf("the pipe's writer is gone: %ld\n", result);
  close(pipes[0]);
}

/* The calls that C libraries of i386 make through socketcall. */
static void direct(void) {
#ifdef __i386__
  struct sockaddr_un sun;
  char bytes[10] = "";
  int length = named(&sun, "direct", 0), pair[2], value = 0;
  socklen_t room = sizeof value;
  long server = syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0), client = syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
  long done = syscall(SYS_bind, server, &sun, length) | syscall(SYS_listen, server, 1) | syscall(SYS_connect, client, &sun, length);
  long accepted = syscall(SYS_accept4, server, NULL, NULL, 0);
  done |= syscall(SYS_setsockopt, client, SOL_SOCKET, SO_PASSCRED, &value, sizeof value);
  done |= syscall(SYS_getsockopt, client, SOL_SOCKET, SO_PASSCRED, &value, &room);
  room = sizeof sun;
  done |= syscall(SYS_getsockname, server, &sun, &room) | syscall(SYS_getpeername, client, &sun, &room);
  struct iovec vec = {bytes, 3};
  struct msghdr message = {.msg_iov = &vec, .msg_iovlen = 1};
  long moved = syscall(SYS_sendto, client, "abc", 3, 0, NULL, 0) + syscall(SYS_recvfrom, accepted, bytes, 10, 0, NULL, NULL);
  moved += syscall(SYS_sendmsg, client, &message, 0) + syscall(SYS_recvmsg, accepted, &message, 0);
  done |= syscall(SYS_shutdown, client, SHUT_RDWR) | syscall(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, pair);
  if (done != 0 || moved != 12 || strcmp(bytes, "abc") != 0) printf("direct: %ld %ld %s\n", done, moved, bytes);
#endif
}

int main(void) {
  enter_scratch();
  signal(SIGPIPE, SIG_IGN);
  names();
  streams();
  datagrams();
  messages();
  direct();
  return 0;
}
