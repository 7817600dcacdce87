/* UDP over the loopback: binding, connecting, truncation, refusal, control messages, groups. */
/* Calls: socketcall sendmmsg recvmmsg_time64 */
#include "net.h"

static int bound(int *port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in any = v4("127.0.0.1", 0);
  if (bind(fd, SA(any))) exit(9);
  *port = port_of(fd);
  return fd;
}

static void settle(void) {
  usleep(20000);
}

static void basics(void) {
  int two[2];
  show("socketpair", socketpair(AF_INET, SOCK_DGRAM, 0, two));
  shown("dgram tcp", socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP));
  int port, other;
  int one = bound(&port), sender = socket(AF_INET, SOCK_DGRAM, 0);
  printf("fresh events %#x\n", events(sender));
  show("listen", listen(one, 1));
  show("accept", accept(one, NULL, NULL));
  show("send without address", send(sender, "x", 1, 0));
  struct sockaddr_in to = v4("127.0.0.1", port), name;
  socklen_t length = sizeof name;
  show("sendto", sendto(sender, "hello", 5, 0, SA(to)));
  show("sendto empty", sendto(sender, "", 0, 0, SA(to)));
  show("sendto more", sendto(sender, "truncated", 9, 0, SA(to)));
  getsockname(sender, (struct sockaddr *)&name, &length);
  show_name("own", (struct sockaddr *)&name, length, -1);
  other = port_of(sender);
  printf("events %#x\n", events(one));
  char text[64];
  int waiting = -1;
  show("FIONREAD", ioctl(one, FIONREAD, &waiting));
  printf("waiting %d\n", waiting);
  length = sizeof name;
  show("peek", recvfrom(one, text, 3, MSG_PEEK, (struct sockaddr *)&name, &length));
  show_name("from", (struct sockaddr *)&name, length, other);
  show("peek trunc", recv(one, text, 3, MSG_PEEK | MSG_TRUNC));
  show("recv", recv(one, text, sizeof text, 0));
  show("recv empty", recv(one, text, sizeof text, 0));
  struct iovec part = {text, 4};
  struct msghdr message = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &part, .msg_iovlen = 1};
  show("recvmsg", recvmsg(one, &message, 0));
  printf("flags %#x name %d\n", message.msg_flags, (int)message.msg_namelen);
  show("recv none", recv(one, text, sizeof text, MSG_DONTWAIT));
  struct sockaddr_in zero = v4("0.0.0.0", port);
  show("sendto any", sendto(sender, "any", 3, 0, SA(zero)));
  show("recv", recv(one, text, sizeof text, 0));
  static char big[70000];
  show("sendto too long", sendto(sender, big, sizeof big, 0, SA(to)));
  show("sendto longer than fits", sendto(sender, big, 65508, 0, SA(to)));
  show("sendto longest", sendto(sender, big, 65507, 0, SA(to)));
  show("recv longest", recv(one, big, sizeof big, 0));
  to.sin_port = 0;
  show("sendto port 0", sendto(sender, "x", 1, 0, SA(to)));
  show("sendto short", sendto(sender, "x", 1, 0, (struct sockaddr *)&to, 8));
  struct sockaddr_in6 wrong = v6("::1", port);
  show("sendto wrong family", sendto(sender, "x", 1, 0, SA(wrong)));
  to = v4("127.0.0.1", port);
  int taken = socket(AF_INET, SOCK_DGRAM, 0);
  show("bind taken", bind(taken, SA(to)));
  set(one, SOL_SOCKET, SO_REUSEADDR, 1);
  set(taken, SOL_SOCKET, SO_REUSEADDR, 1);
  show("bind reuse", bind(taken, SA(to)));
  struct timeval limit = {0, 20000};
  setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  show("recv timed out", recv(one, text, 1, 0));
  show("shutdown unconnected", shutdown(one, SHUT_RD));
  close(one), close(taken), close(sender);
}

static void connected(void) {
  int port, other;
  int one = bound(&port), two = bound(&other), third = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in first = v4("127.0.0.1", port), second = v4("127.0.0.1", other), name;
  socklen_t length = sizeof name;
  show("getpeername", getpeername(one, (struct sockaddr *)&name, &length));
  show("connect", connect(one, SA(second)));
  show("getpeername", getpeername(one, (struct sockaddr *)&name, &length));
  show_name("peer", (struct sockaddr *)&name, length, other);
  char text[16];
  show("send", send(one, "one", 3, 0));
  show("recv", recv(two, text, sizeof text, 0));
  show("from a stranger", sendto(third, "third", 5, 0, SA(first)));
  show("from the peer", sendto(two, "two", 3, 0, SA(first)));
  show("recv", recv(one, text, sizeof text, 0));
  show("recv none", recv(one, text, sizeof text, MSG_DONTWAIT));
  close(two);
  show("send to nobody", send(one, "x", 1, 0));
  settle();
  printf("events %#x\n", events(one));
  show("send refused", send(one, "x", 1, 0));
  show("send", send(one, "x", 1, 0));
  settle();
  show("recv refused", recv(one, text, 1, MSG_DONTWAIT));
  show("recv none", recv(one, text, 1, MSG_DONTWAIT));
  show("send", send(one, "x", 1, 0));
  settle();
  printf("SO_ERROR %d\n", option(one, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);
  printf("SO_ERROR %d\n", option(one, SOL_SOCKET, SO_ERROR));
  struct sockaddr none = {.sa_family = AF_UNSPEC};
  show("dissolve", connect(one, &none, sizeof none));
  show("getpeername", getpeername(one, (struct sockaddr *)&name, &length));
  show("send", send(one, "x", 1, 0));
  length = sizeof name;
  getsockname(one, (struct sockaddr *)&name, &length);
  show_name("own", (struct sockaddr *)&name, length, port);
  show("connect unbound", connect(third, SA(first)));
  length = sizeof name;
  getsockname(third, (struct sockaddr *)&name, &length);
  show_name("own", (struct sockaddr *)&name, length, -1);
  show("shutdown", shutdown(third, SHUT_RDWR));
  show("send shut", send(third, "x", 1, MSG_NOSIGNAL));
  show("recv shut", recv(third, text, 1, 0));
  printf("events %#x\n", events(third));
  close(one), close(third);
}

static void several(void) {
  int port;
  int one = bound(&port), two = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = v4("127.0.0.1", port);
  connect(two, SA(to));
  struct iovec out[3] = {{"a", 1}, {"bc", 2}, {"def", 3}};
  struct mmsghdr vector[4] = {0};
  for (int i = 0; i < 3; i++) vector[i].msg_hdr.msg_iov = &out[i], vector[i].msg_hdr.msg_iovlen = 1;
  show("sendmmsg", sendmmsg(two, vector, 3, 0));
  printf("lengths %u %u %u\n", vector[0].msg_len, vector[1].msg_len, vector[2].msg_len);
  char text[4][8];
  struct iovec in[4];
  for (int i = 0; i < 4; i++) {
    in[i] = (struct iovec){text[i], 2};
    vector[i].msg_hdr = (struct msghdr){.msg_iov = &in[i], .msg_iovlen = 1};
  }
  show("recvmmsg", recvmmsg(one, vector, 4, MSG_DONTWAIT, NULL));
  printf("lengths %u %u %u flags %#x\n", vector[0].msg_len, vector[1].msg_len, vector[2].msg_len,
         vector[2].msg_hdr.msg_flags);
  close(one), close(two);
}

static void show_control(struct msghdr *message) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
    printf("control level %d type %d length %d", c->cmsg_level, c->cmsg_type, (int)c->cmsg_len);
    char text[64];
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(c);
      printf(" index %d to %s", info->ipi_ifindex, inet_ntop(AF_INET, &info->ipi_addr, text, sizeof text));
      printf(" at %s", inet_ntop(AF_INET, &info->ipi_spec_dst, text, sizeof text));
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo *info = (struct in6_pktinfo *)CMSG_DATA(c);
      printf(" index %d to %s", info->ipi6_ifindex, inet_ntop(AF_INET6, &info->ipi6_addr, text, sizeof text));
    } else if (c->cmsg_len >= CMSG_LEN(4)) printf(" value %d", *(int *)CMSG_DATA(c));
    puts("");
  }
}

static void control(void) {
  int one = socket(AF_INET, SOCK_DGRAM, 0), two = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in any = v4("0.0.0.0", 0);
  bind(one, SA(any));
  show("IP_PKTINFO", set(one, IPPROTO_IP, IP_PKTINFO, 1));
  show("IP_RECVTTL", set(one, IPPROTO_IP, IP_RECVTTL, 1));
  struct sockaddr_in to = v4("127.0.0.5", port_of(one));
  show("sendto", sendto(two, "x", 1, 0, SA(to)));
  char text[8], room[128];
  struct iovec part = {text, sizeof text};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  show("recvmsg", recvmsg(one, &message, 0));
  show_control(&message);
  sendto(two, "x", 1, 0, SA(to));
  message.msg_controllen = 16;
  show("recvmsg", recvmsg(one, &message, 0));
  printf("flags %#x\n", message.msg_flags);
  close(one), close(two);

  one = socket(AF_INET6, SOCK_DGRAM, 0);
  if (one < 0) return;
  struct sockaddr_in6 any6 = v6("::", 0), name;
  bind(one, SA(any6));
  show("IPV6_RECVPKTINFO", set(one, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1));
  two = socket(AF_INET6, SOCK_DGRAM, 0);
  struct sockaddr_in6 to6 = v6("::1", port_of(one));
  show("sendto v6", sendto(two, "six", 3, 0, SA(to6)));
  message = (struct msghdr){.msg_name = &name,
                            .msg_namelen = sizeof name,
                            .msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = room,
                            .msg_controllen = sizeof room};
  show("recvmsg", recvmsg(one, &message, 0));
  show_name("from", (struct sockaddr *)&name, message.msg_namelen, port_of(two));
  show_control(&message);
  close(two);
  two = socket(AF_INET, SOCK_DGRAM, 0);
  to = v4("127.0.0.1", port_of(one));
  show("sendto from v4", sendto(two, "four", 4, 0, SA(to)));
  socklen_t length = sizeof name;
  show("recvfrom", recvfrom(one, text, sizeof text, 0, (struct sockaddr *)&name, &length));
  show_name("from", (struct sockaddr *)&name, length, port_of(two));
  close(one), close(two);
}

static void groups(void) {
  int one = socket(AF_INET, SOCK_DGRAM, 0), two = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in any = v4("0.0.0.0", 0);
  bind(one, SA(any));
  int port = port_of(one);
  struct sockaddr_in to = v4("127.255.255.255", port);
  show("broadcast refused", sendto(two, "x", 1, 0, SA(to)));
  set(two, SOL_SOCKET, SO_BROADCAST, 1);
  show("broadcast", sendto(two, "all", 3, 0, SA(to)));
  char text[16];
  settle();
  show("recv", recv(one, text, sizeof text, MSG_DONTWAIT));
  struct ip_mreq group = {0};
  inet_pton(AF_INET, "239.1.2.3", &group.imr_multiaddr);
  inet_pton(AF_INET, "127.0.0.1", &group.imr_interface);
  show("join", setsockopt(one, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
  show("join again", setsockopt(one, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
  show("interface", setsockopt(two, IPPROTO_IP, IP_MULTICAST_IF, &group.imr_interface, sizeof group.imr_interface));
  to = v4("239.1.2.3", port);
  show("multicast", sendto(two, "group", 5, 0, SA(to)));
  settle();
  show("recv", recv(one, text, sizeof text, MSG_DONTWAIT));
  show("leave", setsockopt(one, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group));
  show("leave again", setsockopt(one, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group));
  printf("ttl %d loop %d\n", option(two, IPPROTO_IP, IP_MULTICAST_TTL), option(two, IPPROTO_IP, IP_MULTICAST_LOOP));
  close(one), close(two);
}

static void waiting(void) {
  int port;
  int one = bound(&port);
  if (fork() == 0) {
    usleep(20000);
    int two = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = v4("127.0.0.1", port);
    sendto(two, "wake", 4, 0, SA(to));
    _exit(0);
  }
  struct pollfd fd = {one, POLLIN, 0};
  show("poll", poll(&fd, 1, 5000));
  char text[8];
  show("recv", recv(one, text, sizeof text, 0));
  wait(NULL);
  close(one);
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  basics();
  connected();
  several();
  control();
  groups();
  waiting();
  return 0;
}
