/* Sockets of the Unix domain: options, messages with descriptors, polling, accept. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  int pair[2], value = -1, n;
  socklen_t length = sizeof value;
  char buffer[100];
  setvbuf(stdout, 0, _IONBF, 0);
  socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
  getsockopt(pair[0], SOL_SOCKET, SO_TYPE, &value, &length);
  printf("type %d\n", value == SOCK_STREAM);
  getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &value, &length);
  printf("error %d\n", value);
  struct ucred cred;
  length = sizeof cred;
  n = getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &cred, &length);
  printf("cred %d %d\n", n, cred.pid == getpid());
  send(pair[0], "hello", 5, 0);
  printf("recv %d\n", (int)recv(pair[1], buffer, sizeof buffer, MSG_PEEK));
  n = recv(pair[1], buffer, sizeof buffer, 0);
  printf("recv %d %.5s\n", n, buffer);
  n = recv(pair[1], buffer, 1, MSG_DONTWAIT);
  printf("empty %d %s\n", n, strerror(errno));

  struct msghdr message = {0};
  struct iovec vector = {"fd", 2};
  union {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.space;
  message.msg_controllen = sizeof control.space;
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  int event = eventfd(41, 0);
  memcpy(CMSG_DATA(head), &event, sizeof event);
  printf("sendmsg %d\n", (int)sendmsg(pair[0], &message, 0));
  memset(control.space, 0, sizeof control.space);
  vector.iov_base = buffer;
  printf("recvmsg %d\n", (int)recvmsg(pair[1], &message, 0));
  int received;
  memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
  unsigned long long eight = 1;
  write(received, &eight, 8);
  read(event, &eight, 8);
  printf("eventfd %llu\n", eight);

  struct sockaddr_un name = {.sun_family = AF_UNIX};
  snprintf(name.sun_path, sizeof name.sun_path, "/tmp/cross-%d", getpid());
  unlink(name.sun_path);
  int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  printf("bind %d\n", bind(listener, (struct sockaddr *)&name, sizeof name));
  listen(listener, 5);
  if (fork() == 0) {
    int c = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(c, (struct sockaddr *)&name, sizeof name);
    for (int i = 0; i < 100; i++) write(c, "message ", 8);
    _exit(0);
  }
  int poller = epoll_create1(0);
  struct epoll_event ready, wanted = {.events = EPOLLIN, .data.u64 = 0x1234567890abcdefULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wanted);
  n = epoll_wait(poller, &ready, 1, 10000);
  printf("epoll %d %x %llx\n", n, ready.events, (unsigned long long)ready.data.u64);
  int c = accept(listener, 0, 0);
  int total = 0;
  while ((n = read(c, buffer, sizeof buffer)) > 0) total += n;
  printf("accepted %d\n", total);
  wait(0);
  unlink(name.sun_path);
  struct pollfd polled[2] = {{pair[0], POLLIN | POLLOUT, 0}, {pair[1], POLLIN, 0}};
  n = poll(polled, 2, 0);
  printf("poll %d %x %x\n", n, polled[0].revents, polled[1].revents);
  struct timeval limit = {0, 20000};
  setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  shutdown(pair[0], SHUT_WR);
  printf("end %d\n", (int)read(pair[1], buffer, 1));
  return 0;
}
