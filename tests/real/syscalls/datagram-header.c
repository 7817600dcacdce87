/* What a datagram's header says: hops and class by option and by control message, source addresses; UDP-Lite. */
/* Calls: socketcall */
#include "net.h"

#define LITE 136
#define SEND_CSCOV 10
#define RECV_CSCOV 11

static void show_control(int fd) {
  char text[64], control[256];
  struct sockaddr_in6 from;
  struct iovec part = {text, sizeof text};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control,
                           .msg_name = &from, .msg_namelen = sizeof from};
  long got = recvmsg(fd, &message, MSG_DONTWAIT);
  show("recvmsg", got);
  if (got < 0) return;
  show_name("from", (struct sockaddr *)&from, message.msg_namelen, -1);
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    printf("control %d %d length %d", c->cmsg_level, c->cmsg_type, (int)(c->cmsg_len - CMSG_LEN(0)));
    if (c->cmsg_len == CMSG_LEN(4)) printf(" value %d", *(int *)CMSG_DATA(c));
    if (c->cmsg_len == CMSG_LEN(1)) printf(" value %d", *CMSG_DATA(c));
    puts("");
  }
}

static int send_with(int fd, const struct sockaddr *to, socklen_t length, int level, int type, const void *data, int bytes) {
  char control[64];
  memset(control, 0, sizeof control);
  struct iovec part = {"hello", 5};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_name = (void *)to, .msg_namelen = length,
                           .msg_control = control, .msg_controllen = CMSG_SPACE(bytes)};
  struct cmsghdr *c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = level;
  c->cmsg_type = type;
  c->cmsg_len = CMSG_LEN(bytes);
  memcpy(CMSG_DATA(c), data, bytes);
  return sendmsg(fd, &message, 0);
}

static int send_int(int fd, const struct sockaddr *to, socklen_t length, int level, int type, int value) {
  return send_with(fd, to, length, level, type, &value, sizeof value);
}

static void version4(void) {
  int one = socket(AF_INET, SOCK_DGRAM, 0), two = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = v4("127.0.0.1", 0);
  bind(one, SA(to));
  to.sin_port = htons(port_of(one));
  set(one, IPPROTO_IP, IP_RECVTTL, 1);
  set(one, IPPROTO_IP, IP_RECVTOS, 1);
  sendto(two, "x", 1, 0, SA(to));
  show_control(one);
  set(two, IPPROTO_IP, IP_TTL, 7);
  set(two, IPPROTO_IP, IP_TOS, 0x28);
  sendto(two, "x", 1, 0, SA(to));
  show_control(one);
  show("ttl of a message", send_int(two, SA(to), IPPROTO_IP, IP_TTL, 3));
  show_control(one);
  show("tos of a message", send_int(two, SA(to), IPPROTO_IP, IP_TOS, 0x10));
  show_control(one);
  unsigned char byte = 0x48;
  show("tos of a byte", send_with(two, SA(to), IPPROTO_IP, IP_TOS, &byte, 1));
  show_control(one);
  show("ttl 0", send_int(two, SA(to), IPPROTO_IP, IP_TTL, 0));
  show("ttl 256", send_int(two, SA(to), IPPROTO_IP, IP_TTL, 256));
  show("tos 256", send_int(two, SA(to), IPPROTO_IP, IP_TOS, 256));
  show("ttl of a byte", send_with(two, SA(to), IPPROTO_IP, IP_TTL, &byte, 1));
  show("unknown", send_int(two, SA(to), IPPROTO_IP, 77, 1));
  show("other level", send_int(two, SA(to), IPPROTO_IPV6, IPV6_HOPLIMIT, 1));
  show_control(one);
  show("unknown of the socket", send_int(two, SA(to), SOL_SOCKET, 77, 1));
  struct in_pktinfo info = {0};
  inet_pton(AF_INET, "127.0.0.5", &info.ipi_spec_dst);
  show("source", send_with(two, SA(to), IPPROTO_IP, IP_PKTINFO, &info, sizeof info));
  show_control(one);
  show("source of a short message", send_with(two, SA(to), IPPROTO_IP, IP_PKTINFO, &info, 8));
  close(one), close(two);
}

static void version6(void) {
  int one = socket(AF_INET6, SOCK_DGRAM, 0), two = socket(AF_INET6, SOCK_DGRAM, 0);
  struct sockaddr_in6 to = v6("::1", 0);
  bind(one, SA(to));
  to.sin6_port = htons(port_of(one));
  set(one, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  set(one, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
  sendto(two, "x", 1, 0, SA(to));
  show_control(one);
  set(two, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
  set(two, IPPROTO_IPV6, IPV6_TCLASS, 0x20);
  sendto(two, "x", 1, 0, SA(to));
  show_control(one);
  show("hops of a message", send_int(two, SA(to), IPPROTO_IPV6, IPV6_HOPLIMIT, 2));
  show_control(one);
  show("hops left open", send_int(two, SA(to), IPPROTO_IPV6, IPV6_HOPLIMIT, -1));
  show_control(one);
  show("class of a message", send_int(two, SA(to), IPPROTO_IPV6, IPV6_TCLASS, 0xff));
  show_control(one);
  show("hops -2", send_int(two, SA(to), IPPROTO_IPV6, IPV6_HOPLIMIT, -2));
  show("class 256", send_int(two, SA(to), IPPROTO_IPV6, IPV6_TCLASS, 256));
  unsigned short two_bytes = 1;
  show("hops of two bytes", send_with(two, SA(to), IPPROTO_IPV6, IPV6_HOPLIMIT, &two_bytes, 2));
  show("unknown", send_int(two, SA(to), IPPROTO_IPV6, 177, 1));
  close(one), close(two);
}

static void lite(int family) {
  int one = shown("udplite", socket(family, SOCK_DGRAM, LITE)), two = socket(family, SOCK_DGRAM, LITE);
  struct sockaddr_in to4 = v4("127.0.0.1", 0);
  struct sockaddr_in6 to6 = v6("::1", 0);
  struct sockaddr *to = family == AF_INET ? (void *)&to4 : (void *)&to6;
  socklen_t length = family == AF_INET ? sizeof to4 : sizeof to6;
  show("bind", bind(one, to, length));
  getsockname(one, to, &length);
  int udp = socket(family, SOCK_DGRAM, 0);
  show("udp on the same port", bind(udp, to, length));
  printf("protocol %d, coverage %d %d\n", option(one, SOL_SOCKET, SO_PROTOCOL), option(one, LITE, SEND_CSCOV),
         option(one, LITE, RECV_CSCOV));
  show("sendto", sendto(two, "hello", 5, 0, to, length));
  show_control(one);
  show("send coverage", set(two, LITE, SEND_CSCOV, 3));
  printf("is %d\n", option(two, LITE, SEND_CSCOV));
  sendto(two, "partly", 6, 0, to, length);
  show_control(one);
  show("receive coverage", set(one, LITE, RECV_CSCOV, 10));
  sendto(two, "too little", 10, 0, to, length);
  show_control(one);
  show("send coverage", set(two, LITE, SEND_CSCOV, 12));
  sendto(two, "enough", 6, 0, to, length);
  show_control(one);
  set(one, LITE, RECV_CSCOV, 0);
  sendto(two, "partly", 6, 0, to, length);
  show_control(one);
  sendto(two, "all", 3, 0, to, length);
  show_control(one);
  show("coverage beyond", set(two, LITE, SEND_CSCOV, 100000));
  printf("is %d\n", option(two, LITE, SEND_CSCOV));
  show("coverage below", set(two, LITE, SEND_CSCOV, -5));
  printf("is %d\n", option(two, LITE, SEND_CSCOV));
  show("level of udp", set(two, IPPROTO_UDP, SEND_CSCOV, 9));
  printf("is %d\n", option(two, LITE, SEND_CSCOV));
  show("not of udp", set(udp, LITE, SEND_CSCOV, 9));
  show("stream", socket(family, SOCK_STREAM, LITE));
  close(one), close(two), close(udp);
}

int main(void) {
  version4();
  version6();
  lite(AF_INET);
  lite(AF_INET6);
  return 0;
}
