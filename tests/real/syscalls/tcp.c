/* TCP over the loopback: every state a connection goes through, and what the calls say in it. */
/* Calls: socketcall */
#include "net.h"

static int pipes;

static void on_pipe(int signal) {
  (void)signal;
  pipes++;
}

/* A listening socket on 127.0.0.1 and its port. */
static int listener(int *port, int backlog) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in any = v4("127.0.0.1", 0);
  if (bind(fd, SA(any)) || listen(fd, backlog)) exit(9);
  *port = port_of(fd);
  return fd;
}

/* Both ends of a connection. */
static void connection(int ends[2]) {
  int port;
  int server = listener(&port, 5);
  ends[0] = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = v4("127.0.0.1", port);
  if (connect(ends[0], SA(to))) exit(8);
  ends[1] = accept(server, NULL, NULL);
  close(server);
}

static void settle(void) {
  usleep(20000);
}

static void creation(void) {
  int two[2];
  show("socketpair", socketpair(AF_INET, SOCK_STREAM, 0, two));
  shown("stream udp", socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
  shown("seqpacket", socket(AF_INET, SOCK_SEQPACKET, 0));
  shown("bad type", socket(AF_INET, 99, 0));
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  printf("flags %d %d\n", fcntl(fd, F_GETFD), (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  printf("type %d protocol %d domain %d accepting %d\n", option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM,
         option(fd, SOL_SOCKET, SO_PROTOCOL), option(fd, SOL_SOCKET, SO_DOMAIN), option(fd, SOL_SOCKET, SO_ACCEPTCONN));
  printf("fresh events %#x\n", events(fd));
  char byte;
  show("recv unconnected", recv(fd, &byte, 1, 0));
  show("send unconnected", send(fd, "x", 1, MSG_NOSIGNAL));
  show("shutdown unconnected", shutdown(fd, SHUT_RDWR));
  show("accept unconnected", accept(fd, NULL, NULL));
  struct sockaddr_in name;
  socklen_t length = sizeof name;
  show("getpeername", getpeername(fd, (struct sockaddr *)&name, &length));
  show("getsockname", getsockname(fd, (struct sockaddr *)&name, &length));
  show_name("own", (struct sockaddr *)&name, length, -1);
  close(fd);
}

static void binding(void) {
  int one = socket(AF_INET, SOCK_STREAM, 0), two = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in any = v4("127.0.0.1", 0);
  show("bind", bind(one, SA(any)));
  show("bind again", bind(one, SA(any)));
  struct sockaddr_in same = v4("127.0.0.1", port_of(one));
  show("bind taken", bind(two, SA(same)));
  struct sockaddr_in wild = v4("0.0.0.0", port_of(one));
  show("bind any taken", bind(two, SA(wild)));
  struct sockaddr_in other = v4("127.0.0.2", port_of(one));
  show("bind other address", bind(two, SA(other)));
  struct sockaddr_in foreign = v4("192.0.2.1", 0);
  int three = socket(AF_INET, SOCK_STREAM, 0);
  show("bind foreign", bind(three, SA(foreign)));
  show("bind short", bind(three, (struct sockaddr *)&any, 8));
  struct sockaddr_in6 wrong = v6("::1", 0);
  show("bind wrong family", bind(three, SA(wrong)));
  close(two);
  two = socket(AF_INET, SOCK_STREAM, 0);
  set(one, SOL_SOCKET, SO_REUSEADDR, 1);
  set(two, SOL_SOCKET, SO_REUSEADDR, 1);
  show("bind reuse", bind(two, SA(same)));
  show("listen", listen(one, 1));
  show("listen same", listen(two, 1));
  show("bind reuse against listen", bind(three, SA(same)));
  close(one), close(two), close(three);
  one = socket(AF_INET, SOCK_STREAM, 0), two = socket(AF_INET, SOCK_STREAM, 0);
  set(one, SOL_SOCKET, SO_REUSEPORT, 1);
  set(two, SOL_SOCKET, SO_REUSEPORT, 1);
  show("bind", bind(one, SA(any)));
  same.sin_port = htons(port_of(one));
  show("bind reuseport", bind(two, SA(same)));
  show("listen reuseport", listen(one, 1) | listen(two, 1));
  close(one), close(two);
}

static void connecting(void) {
  int port;
  int server = listener(&port, 5);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = v4("127.0.0.1", port), name;
  socklen_t length = sizeof name;
  show("connect", connect(client, SA(to)));
  show("connect again", connect(client, SA(to)));
  printf("server events %#x\n", events(server));
  int accepted = shown("accept4", accept4(server, (struct sockaddr *)&name, &length, SOCK_NONBLOCK));
  show_name("peer", (struct sockaddr *)&name, length, port_of(client));
  getpeername(client, (struct sockaddr *)&name, &length);
  show_name("client's peer", (struct sockaddr *)&name, length, port);
  getsockname(accepted, (struct sockaddr *)&name, &length);
  show_name("accepted's own", (struct sockaddr *)&name, length, port);
  printf("accepted events %#x client events %#x\n", events(accepted), events(client));
  char byte;
  show("recv nothing", recv(accepted, &byte, 1, 0));
  show("recv dontwait", recv(client, &byte, 1, MSG_DONTWAIT));
  close(client), close(accepted);
  client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  show("connect nonblocking", connect(client, SA(to)));
  settle();
  printf("events %#x error %d\n", events(client), option(client, SOL_SOCKET, SO_ERROR));
  show("connect finished", connect(client, SA(to)));
  show("connect more", connect(client, SA(to)));
  close(client), close(server);
  client = socket(AF_INET, SOCK_STREAM, 0);
  show("connect refused", connect(client, SA(to)));
  show("connect refused again", connect(client, SA(to)));
  close(client);
  client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  show("connect nonblocking", connect(client, SA(to)));
  settle();
  printf("events %#x\n", events(client));
  printf("error %d\n", option(client, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);
  printf("error %d events %#x\n", option(client, SOL_SOCKET, SO_ERROR), events(client));
  close(client);
  client = socket(AF_INET, SOCK_STREAM, 0);
  show("connect short", connect(client, (struct sockaddr *)&to, 4));
  struct sockaddr_in6 wrong = v6("::1", port);
  show("connect wrong family", connect(client, SA(wrong)));
  server = socket(AF_INET, SOCK_STREAM, 0);
  show("listen unbound", listen(server, 3));
  struct sockaddr_in zero = v4("0.0.0.0", port_of(server));
  show("connect to any", connect(client, SA(zero)));
  getpeername(client, (struct sockaddr *)&name, &length);
  show_name("peer", (struct sockaddr *)&name, length, port_of(server));
  show("connect listening", connect(server, SA(zero)));
  struct sockaddr none = {.sa_family = AF_UNSPEC};
  show("dissolve", connect(client, &none, sizeof none));
  show("getpeername", getpeername(client, (struct sockaddr *)&name, &length));
  close(client), close(server);
}

static void transfer(void) {
  int ends[2];
  connection(ends);
  char text[64] = "";
  show("send", send(ends[0], "hello ", 6, 0));
  show("write", write(ends[0], "world", 5));
  settle();
  int waiting = 0;
  show("FIONREAD", ioctl(ends[1], FIONREAD, &waiting));
  printf("waiting %d\n", waiting);
  show("peek", recv(ends[1], text, 4, MSG_PEEK));
  show("recv", recv(ends[1], text, sizeof text, 0));
  printf("%.11s\n", text);
  struct sockaddr_in name;
  socklen_t length = sizeof name;
  send(ends[0], "abc", 3, 0);
  show("recvfrom", recvfrom(ends[1], text, 2, 0, (struct sockaddr *)&name, &length));
  printf("length %d\n", (int)length);
  if (fork() == 0) {
    usleep(10000);
    send(ends[0], "defgh", 5, 0);
    usleep(10000);
    send(ends[0], "ijklmnopq", 9, 0);
    _exit(0);
  }
  show("waitall", recv(ends[1], text, 12, MSG_WAITALL));
  printf("%.12s\n", text);
  wait(NULL);
  struct iovec parts[2] = {{"12", 2}, {"345", 3}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  show("sendmsg", sendmsg(ends[1], &message, 0));
  char left[3], right[10];
  struct iovec into[2] = {{left, 3}, {right, 10}};
  struct msghdr reply = {.msg_iov = into, .msg_iovlen = 2, .msg_name = &name, .msg_namelen = sizeof name};
  show("recvmsg", recvmsg(ends[0], &reply, 0));
  printf("%.3s|%.2s flags %#x name %d\n", left, right, reply.msg_flags, (int)reply.msg_namelen);
  struct timeval limit = {0, 40000}, back;
  show("timeout", setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
  length = sizeof back;
  getsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &back, &length);
  printf("limit %d %d.%06d\n", (int)length, (int)back.tv_sec, (int)back.tv_usec);
  show("recv timed out", recv(ends[0], text, 1, 0));
  printf("accept option copies %d\n", option(ends[1], SOL_SOCKET, SO_ACCEPTCONN));
  close(ends[0]), close(ends[1]);
}

static void pressure(void) {
  int ends[2];
  connection(ends);
  set(ends[0], SOL_SOCKET, SO_SNDBUF, 10000);
  set(ends[1], SOL_SOCKET, SO_RCVBUF, 10000);
  printf("buffers %d %d\n", option(ends[0], SOL_SOCKET, SO_SNDBUF), option(ends[1], SOL_SOCKET, SO_RCVBUF));
  static char block[65536];
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  long sent = 0, count;
  for (int tries = 0; tries < 3; tries++) {
    while ((count = send(ends[0], block, sizeof block, 0)) > 0) sent += count;
    settle();
  }
  show("full", count);
  printf("sent something %d writable %d\n", sent > 10000, (events(ends[0]) & POLLOUT) != 0);
  fcntl(ends[0], F_SETFL, 0);
  struct timeval limit = {0, 40000}, none = {0, 0};
  setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  while ((count = write(ends[0], block, sizeof block)) > 0) sent += count;
  show("write timed out", count);
  while ((count = send(ends[0], block, sizeof block, 0)) > 0) sent += count;
  show("send timed out", count);
  setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &none, sizeof none);
  pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    for (int i = 0; i < sizeof block; i++) block[i] = i * 7;
    for (long all = 0; all < 300000; all += count) {
      count = send(ends[0], block + all % 50000, 10000 - all % 10000, 0);
      if (count <= 0) _exit(1);
    }
    _exit(0);
  }
  close(ends[0]);
  long got = 0, bad = 0;
  while ((count = recv(ends[1], block, 7777, 0)) > 0) {
    for (long i = 0; i < count; i++) {
      long at = got + i - sent;
      char want = at < 0 ? 0 : (char)((at % 50000) * 7);
      if (block[i] != want) bad++;
    }
    got += count;
  }
  int status;
  waitpid(child, &status, 0);
  printf("end %ld, all there %d, bad %ld, status %d\n", count, got - sent == 300000, bad, status);
  close(ends[1]);
}

static void closing(void) {
  int ends[2];
  char text[16];
  puts("half close");
  connection(ends);
  show("shutdown", shutdown(ends[0], SHUT_WR));
  settle();
  printf("events %#x %#x\n", events(ends[0]), events(ends[1]));
  show("recv end", recv(ends[1], text, 1, 0));
  show("send back", send(ends[1], "ok", 2, 0));
  show("recv back", recv(ends[0], text, 10, 0));
  show("send after shutdown", send(ends[0], "x", 1, MSG_NOSIGNAL));
  printf("pipes %d\n", pipes);
  show("send after shutdown", send(ends[0], "x", 1, 0));
  printf("pipes %d\n", pipes);
  show("close", close(ends[1]));
  settle();
  printf("events %#x\n", events(ends[0]));
  show("recv end", recv(ends[0], text, 1, 0));
  close(ends[0]);

  puts("peer closed");
  connection(ends);
  send(ends[1], "rest", 4, 0);
  close(ends[1]);
  settle();
  printf("events %#x\n", events(ends[0]));
  show("recv rest", recv(ends[0], text, 10, 0));
  show("recv end", recv(ends[0], text, 10, 0));
  show("send to nobody", send(ends[0], "x", 1, 0));
  settle();
  printf("events %#x\n", events(ends[0]));
  show("send again", send(ends[0], "x", 1, 0));
  printf("pipes %d\n", pipes);
  show("recv", recv(ends[0], text, 10, 0));
  close(ends[0]);

  puts("reset by unread data");
  connection(ends);
  send(ends[0], "unread", 6, 0);
  settle();
  close(ends[1]);
  settle();
  printf("events %#x\n", events(ends[0]));
  show("recv reset", recv(ends[0], text, 10, 0));
  show("recv after", recv(ends[0], text, 10, 0));
  show("send after", send(ends[0], "x", 1, MSG_NOSIGNAL));
  close(ends[0]);

  puts("reset by linger");
  connection(ends);
  struct linger now = {1, 0}, back;
  socklen_t length = sizeof back;
  show("linger", setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &now, sizeof now));
  getsockopt(ends[1], SOL_SOCKET, SO_LINGER, &back, &length);
  printf("linger %d %d\n", back.l_onoff, back.l_linger);
  close(ends[1]);
  settle();
  show("send reset", send(ends[0], "x", 1, 0));
  show("send reset", send(ends[0], "x", 1, MSG_NOSIGNAL));
  struct sockaddr_in name;
  length = sizeof name;
  show("getpeername", getpeername(ends[0], (struct sockaddr *)&name, &length));
  close(ends[0]);

  puts("shutdown of reading");
  connection(ends);
  show("shutdown", shutdown(ends[0], SHUT_RD));
  show("recv", recv(ends[0], text, 1, 0));
  printf("events %#x\n", events(ends[0]));
  show("send to it", send(ends[1], "x", 1, 0));
  show("bad how", shutdown(ends[1], 3));
  close(ends[0]), close(ends[1]);

  puts("listener closed");
  int port;
  int server = listener(&port, 5);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = v4("127.0.0.1", port);
  connect(client, SA(to));
  close(server);
  settle();
  show("recv", recv(client, text, 1, 0));
  close(client);
}

static void options(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  static const struct {
    const char *name;
    int level, number, value;
  } rows[] = {
      {"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 5},   {"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 1},
      {"SO_BROADCAST", SOL_SOCKET, SO_BROADCAST, 1},   {"SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE, 1},
      {"SO_PRIORITY", SOL_SOCKET, SO_PRIORITY, 3},     {"SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, 1},
      {"SO_TYPE", SOL_SOCKET, SO_TYPE, 1},             {"SO_ERROR", SOL_SOCKET, SO_ERROR, 1},
      {"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, 1},    {"TCP_CORK", IPPROTO_TCP, TCP_CORK, 1},
      {"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 60}, {"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 10},
      {"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 4},    {"TCP_KEEPCNT bad", IPPROTO_TCP, TCP_KEEPCNT, 1000},
      {"TCP_SYNCNT", IPPROTO_TCP, TCP_SYNCNT, 3},      {"TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, 1000},
      {"IP_TOS", IPPROTO_IP, IP_TOS, 0x10},            {"IP_TTL", IPPROTO_IP, IP_TTL, 33},
      {"IP_TTL bad", IPPROTO_IP, IP_TTL, 300},         {"IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER, 2},
      {"unknown", SOL_SOCKET, 9999, 1},                {"unknown level", 9999, 1, 1},
      {"udp level", IPPROTO_UDP, 1, 1},
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    int before = option(fd, rows[i].level, rows[i].number);
    int result = set(fd, rows[i].level, rows[i].number, rows[i].value);
    int error = result ? errno : 0;
    int after = option(fd, rows[i].level, rows[i].number);
    printf("%s: %s set %s now %s", rows[i].name, before < 0 ? strerrorname_np(-before) : "had",
           error ? strerrorname_np(error) : "ok", after < 0 ? strerrorname_np(-after) : "has");
    if (before >= 0 && (rows[i].level != SOL_SOCKET || rows[i].number != SO_TYPE)) printf(" %d %d", before, after);
    puts("");
  }
  show("short option", setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &fd, 2));
  unsigned char tos = 8;
  show("byte option", setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, 1));
  socklen_t length = 1;
  tos = 0;
  show("byte option", getsockopt(fd, IPPROTO_IP, IP_TOS, &tos, &length));
  printf("tos %d length %d\n", tos, (int)length);
  close(fd);
  int ends[2];
  connection(ends);
  struct tcp_info info;
  length = sizeof info;
  show("TCP_INFO", getsockopt(ends[0], IPPROTO_TCP, TCP_INFO, &info, &length));
  printf("state %d\n", info.tcpi_state);
  int value;
  show("SIOCATMARK", ioctl(ends[0], SIOCATMARK, &value));
  show("SIOCOUTQ", ioctl(ends[0], TIOCOUTQ, &value));
  printf("unsent %d\n", value);
  close(ends[0]), close(ends[1]);
}

static void version6(void) {
  int server = socket(AF_INET6, SOCK_STREAM, 0);
  if (server < 0) return;
  struct sockaddr_in6 any = v6("::", 0), name;
  socklen_t length = sizeof name;
  printf("v6only %d\n", option(server, IPPROTO_IPV6, IPV6_V6ONLY));
  show("bind", bind(server, SA(any)));
  show("listen", listen(server, 5));
  int port = port_of(server);
  int client = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in four = v4("127.0.0.1", port);
  show("connect v4 to v6", connect(client, SA(four)));
  int accepted = accept(server, (struct sockaddr *)&name, &length);
  show_name("peer", (struct sockaddr *)&name, length, port_of(client));
  close(client), close(accepted);
  client = socket(AF_INET6, SOCK_STREAM, 0);
  struct sockaddr_in6 mapped = v6("::ffff:127.0.0.1", port);
  show("connect mapped", connect(client, SA(mapped)));
  accepted = accept(server, NULL, NULL);
  length = sizeof name;
  getsockname(client, (struct sockaddr *)&name, &length);
  show_name("own", (struct sockaddr *)&name, length, -1);
  close(client), close(accepted);
  client = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in wild = v4("0.0.0.0", port);
  show("bind v4 taken", bind(client, SA(wild)));
  close(client), close(server);
  server = socket(AF_INET6, SOCK_STREAM, 0);
  show("set v6only", set(server, IPPROTO_IPV6, IPV6_V6ONLY, 1));
  any.sin6_port = 0;
  show("bind", bind(server, SA(any)));
  show("listen", listen(server, 5));
  client = socket(AF_INET, SOCK_STREAM, 0);
  four.sin_port = htons(port_of(server));
  show("connect v4 to v6only", connect(client, SA(four)));
  close(client), close(server);
}

static void watching(void) {
  int ends[2];
  connection(ends);
  int watch = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u32 = 7}, got[4];
  epoll_ctl(watch, EPOLL_CTL_ADD, ends[0], &event);
  int count = epoll_wait(watch, got, 4, 0);
  printf("first %d %#x\n", count, count > 0 ? got[0].events : 0);
  printf("second %d\n", epoll_wait(watch, got, 4, 0));
  send(ends[1], "x", 1, 0);
  count = epoll_wait(watch, got, 4, 1000);
  printf("data %d %#x %u\n", count, got[0].events, got[0].data.u32);
  shutdown(ends[1], SHUT_WR);
  count = epoll_wait(watch, got, 4, 1000);
  printf("end %d %#x\n", count, got[0].events);
  close(ends[1]);
  shutdown(ends[0], SHUT_WR);
  count = epoll_wait(watch, got, 4, 1000);
  printf("hung up %d %#x\n", count, got[0].events);
  close(ends[0]), close(watch);
}

static void waiting(void) {
  int port;
  int server = listener(&port, 1);
  struct timeval limit = {0, 20000};
  setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  show("accept timed out", accept(server, NULL, NULL));
  limit.tv_usec = 0;
  setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = v4("127.0.0.1", port);
    if (connect(client, SA(to))) _exit(1);
    char text[16];
    int count = read(client, text, sizeof text);
    _exit(count == 4 && write(client, text, count) == 4 ? 0 : 2);
  }
  int accepted = shown("accept", accept(server, NULL, NULL));
  char text[16];
  show("write", write(accepted, "ping", 4));
  show("read", read(accepted, text, sizeof text));
  show("read end", read(accepted, text, sizeof text));
  int status;
  waitpid(child, &status, 0);
  printf("child %d\n", status);
  close(accepted), close(server);
}

int main(void) {
  signal(SIGPIPE, on_pipe);
  creation();
  binding();
  connecting();
  transfer();
  pressure();
  closing();
  options();
  version6();
  watching();
  waiting();
  return 0;
}
