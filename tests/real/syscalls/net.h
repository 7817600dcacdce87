/* What the programs about sockets share: each prints what a call gave, by the name of its error. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static inline void show(const char *what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
  fflush(stdout);
}

/* Whether a call that gives a descriptor gave one. */
static inline int shown(const char *what, int fd) {
  show(what, fd < 0 ? -1 : 0);
  return fd;
}

static inline struct sockaddr_in v4(const char *address, int port) {
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, address, &in.sin_addr);
  return in;
}

static inline struct sockaddr_in6 v6(const char *address, int port) {
  struct sockaddr_in6 in = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  inet_pton(AF_INET6, address, &in.sin6_addr);
  return in;
}

#define SA(x) ((struct sockaddr *)&(x)), sizeof(x)

static inline int port_of(int fd) {
  struct sockaddr_in6 name;
  socklen_t length = sizeof name;
  if (getsockname(fd, (struct sockaddr *)&name, &length)) return -1;
  return ntohs(name.sin6_port);
}

static inline void show_name(const char *what, const struct sockaddr *name, socklen_t length, int known) {
  char text[64] = "?";
  if (length == 0) {
    printf("%s: none\n", what);
    return;
  }
  int port = ntohs(((const struct sockaddr_in *)name)->sin_port);
  if (name->sa_family == AF_INET) inet_ntop(AF_INET, &((const struct sockaddr_in *)name)->sin_addr, text, sizeof text);
  if (name->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)name)->sin6_addr, text, sizeof text);
  }
  printf("%s: family %d %s port %s length %d\n", what, name->sa_family, text,
         port == known ? "known" : port == 0 ? "0" : "some", (int)length);
}

static inline int option(int fd, int level, int number) {
  int value = -12345;
  socklen_t length = sizeof value;
  if (getsockopt(fd, level, number, &value, &length)) return -errno;
  return value;
}

static inline int set(int fd, int level, int number, int value) {
  return setsockopt(fd, level, number, &value, sizeof value);
}

static inline int events(int fd) {
  struct pollfd one = {fd, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0};
  poll(&one, 1, 0);
  return one.revents;
}
