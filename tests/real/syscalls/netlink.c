/* What the machine says about its network interfaces: netlink, ioctls, libc's calls on top of them, /proc/net. */
/* Calls: socketcall */
#include "net.h"
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <netdb.h>

static int seen;

/* Sends a request and prints the answers about lo until they end. */
static void ask(const char *what, int fd, int type, int flags, int family, int index) {
  struct {
    struct nlmsghdr head;
    union {
      struct ifinfomsg link;
      struct rtmsg route;
      struct ifaddrmsg address;
    };
  } request = {.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
                        .nlmsg_type = type,
                        .nlmsg_flags = NLM_F_REQUEST | flags,
                        .nlmsg_seq = ++seen}};
  if (type == RTM_GETADDR) request.address.ifa_family = family;
  else {
    request.link.ifi_family = family;
    request.link.ifi_index = index;
  }
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  show(what, sendto(fd, &request, request.head.nlmsg_len, 0, SA(kernel)) > 0 ? 0 : -1);
  static char answer[65536];
  for (int done = 0; !done;) {
    struct sockaddr_nl from;
    socklen_t length = sizeof from;
    int count = recvfrom(fd, answer, sizeof answer, 0, (struct sockaddr *)&from, &length);
    if (count <= 0) {
      show("recv", count);
      return;
    }
    if (from.nl_pid != 0 || length != sizeof from) puts("not from the kernel");
    for (struct nlmsghdr *m = (struct nlmsghdr *)answer; NLMSG_OK(m, count); m = NLMSG_NEXT(m, count)) {
      if (m->nlmsg_seq != seen) puts("not to this");
      if (m->nlmsg_type == NLMSG_DONE) done = 1;
      else if (m->nlmsg_type == NLMSG_ERROR) {
        int error = ((struct nlmsgerr *)NLMSG_DATA(m))->error;
        printf("error %s\n", error ? strerrorname_np(-error) : "none");
        done = 1;
      } else if (m->nlmsg_type == RTM_NEWLINK) {
        struct ifinfomsg *link = NLMSG_DATA(m);
        if (link->ifi_index != 1) continue;
        printf("link %d type %d flags %#x\n", link->ifi_index, link->ifi_type, link->ifi_flags);
        int room = IFLA_PAYLOAD(m);
        for (struct rtattr *a = IFLA_RTA(link); RTA_OK(a, room); a = RTA_NEXT(a, room)) {
          if (a->rta_type == IFLA_IFNAME) printf("name %s\n", (char *)RTA_DATA(a));
          if (a->rta_type == IFLA_MTU) printf("mtu %u\n", *(unsigned *)RTA_DATA(a));
          if (a->rta_type == IFLA_QDISC) printf("qdisc %s\n", (char *)RTA_DATA(a));
        }
        done = !(m->nlmsg_flags & NLM_F_MULTI);
      } else if (m->nlmsg_type == RTM_NEWADDR) {
        struct ifaddrmsg *address = NLMSG_DATA(m);
        if (address->ifa_index != 1) continue;
        printf("address family %d /%d scope %d", address->ifa_family, address->ifa_prefixlen, address->ifa_scope);
        int room = IFA_PAYLOAD(m);
        char text[64];
        for (struct rtattr *a = IFA_RTA(address); RTA_OK(a, room); a = RTA_NEXT(a, room)) {
          if (a->rta_type == IFA_ADDRESS) printf(" %s", inet_ntop(address->ifa_family, RTA_DATA(a), text, sizeof text));
          if (a->rta_type == IFA_LABEL) printf(" label %s", (char *)RTA_DATA(a));
        }
        puts("");
      }
    }
  }
}

static void netlink(void) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  shown("stream", socket(AF_NETLINK, SOCK_STREAM, NETLINK_ROUTE));
  struct sockaddr_nl own = {.nl_family = AF_NETLINK};
  socklen_t length = sizeof own;
  show("bind", bind(fd, SA(own)));
  show("getsockname", getsockname(fd, (struct sockaddr *)&own, &length));
  printf("own %d is me %d length %d\n", own.nl_family, own.nl_pid == getpid(), (int)length);
  printf("type raw %d\n", option(fd, SOL_SOCKET, SO_TYPE) == SOCK_RAW);
  ask("links", fd, RTM_GETLINK, NLM_F_DUMP, AF_UNSPEC, 0);
  ask("link 1", fd, RTM_GETLINK, 0, AF_UNSPEC, 1);
  ask("link 99", fd, RTM_GETLINK, 0, AF_UNSPEC, 99);
  ask("addresses of IPv4", fd, RTM_GETADDR, NLM_F_DUMP, AF_INET, 0);
  ask("routes", fd, RTM_GETROUTE, NLM_F_DUMP, AF_INET, 0);
  char byte;
  show("recv none", recv(fd, &byte, 1, MSG_DONTWAIT));
  close(fd);
}

static void interface(void) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq request = {0};
  strcpy(request.ifr_name, "lo");
  show("SIOCGIFINDEX", ioctl(fd, SIOCGIFINDEX, &request));
  printf("index %d\n", request.ifr_ifindex);
  show("SIOCGIFFLAGS", ioctl(fd, SIOCGIFFLAGS, &request));
  printf("flags %#x\n", request.ifr_flags);
  show("SIOCGIFMTU", ioctl(fd, SIOCGIFMTU, &request));
  printf("mtu %d\n", request.ifr_mtu);
  show("SIOCGIFADDR", ioctl(fd, SIOCGIFADDR, &request));
  printf("address %s\n", inet_ntoa(((struct sockaddr_in *)&request.ifr_addr)->sin_addr));
  show("SIOCGIFNETMASK", ioctl(fd, SIOCGIFNETMASK, &request));
  printf("mask %s\n", inet_ntoa(((struct sockaddr_in *)&request.ifr_netmask)->sin_addr));
  show("SIOCGIFHWADDR", ioctl(fd, SIOCGIFHWADDR, &request));
  printf("hardware %d\n", request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK);
  request.ifr_ifindex = 1;
  strcpy(request.ifr_name, "?");
  show("SIOCGIFNAME", ioctl(fd, SIOCGIFNAME, &request));
  puts(request.ifr_name);
  strcpy(request.ifr_name, "none0");
  show("SIOCGIFFLAGS", ioctl(fd, SIOCGIFFLAGS, &request));
  struct ifreq all[16];
  struct ifconf list = {.ifc_len = sizeof all, .ifc_req = all};
  show("SIOCGIFCONF", ioctl(fd, SIOCGIFCONF, &list));
  printf("first %s\n", all[0].ifr_name);
  show("unknown", ioctl(fd, 0x1234, &list));
  close(fd);
}

static void library(void) {
  printf("index %u\n", if_nametoindex("lo"));
  char name[IF_NAMESIZE];
  printf("name %s\n", if_indextoname(1, name));
  struct if_nameindex *names = if_nameindex();
  printf("first %u %s\n", names[0].if_index, names[0].if_name);
  struct ifaddrs *list;
  show("getifaddrs", getifaddrs(&list));
  for (struct ifaddrs *a = list; a; a = a->ifa_next) {
    if (strcmp(a->ifa_name, "lo") || !a->ifa_addr) continue;
    char text[64] = "-", mask[64] = "-";
    if (a->ifa_addr->sa_family == AF_INET) {
      inet_ntop(AF_INET, &((struct sockaddr_in *)a->ifa_addr)->sin_addr, text, sizeof text);
      inet_ntop(AF_INET, &((struct sockaddr_in *)a->ifa_netmask)->sin_addr, mask, sizeof mask);
    }
    if (a->ifa_addr->sa_family == AF_INET6) continue;
    printf("%s family %d %s %s flags %#x\n", a->ifa_name, a->ifa_addr->sa_family, text, mask, a->ifa_flags);
  }
  freeifaddrs(list);
}

/* A socket's row in one of the files below /proc/net, without what differs between runs. */
static void row(const char *path, int port) {
  FILE *file = fopen(path, "r");
  char line[256];
  int rows = 0;
  while (file && fgets(line, sizeof line, file)) {
    unsigned local, remote, own, other, state;
    if (sscanf(line, " %*[^:]: %X:%X %X:%X %X", &local, &own, &remote, &other, &state) != 5 || own != port) continue;
    /* An address is a word as the machine holds it in memory. */
    char text[2][64];
    inet_ntop(AF_INET, &local, text[0], sizeof text[0]);
    inet_ntop(AF_INET, &remote, text[1], sizeof text[1]);
    printf("%s: %s %s %u\n", path, text[0], text[1], state);
    rows++;
  }
  printf("%d rows\n", rows);
  if (file) fclose(file);
}

static void tables(void) {
  int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in any = v4("127.0.0.1", 0);
  bind(tcp, SA(any)), listen(tcp, 1), bind(udp, SA(any));
  row("/proc/net/tcp", port_of(tcp));
  row("/proc/net/udp", port_of(udp));
  int client = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = v4("127.0.0.1", port_of(tcp));
  connect(client, SA(to));
  row("/proc/net/tcp", port_of(client));
  close(client), close(tcp), close(udp);
}

int main(void) {
  netlink();
  interface();
  library();
  tables();
  return 0;
}
