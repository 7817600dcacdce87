/* Calls: ioctl setsid */
/* Pseudo-terminals: canonical editing, raw reads, output processing, flow control, packets, window, sessions, hang-up. */
#define _GNU_SOURCE
#include "show.h"
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;
static struct termios saved;

static void open_pair(void) {
  master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) perror("ptmx");
  slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (slave < 0) perror("slave");
  tcgetattr(slave, &saved);
}

/* What was written to either end has arrived: poll sees to that. */
static void settle(void) {
  struct pollfd both[2] = {{slave, POLLIN}, {master, POLLIN}};
  poll(both, 2, 0);
}
static void type(const char *text) {
  if (write(master, text, strlen(text)) < 0) printf("typing: %s\n", strerrorname_np(errno));
  settle();
}

static void line(const char *what) { show_read(what, slave, 200); }
/* Output may come a little later. */
static void screen(const char *what) {
  char bytes[1000];
  long total = 0, some;
  struct pollfd poller = {master, POLLIN};
  while (poll(&poller, 1, 20) > 0 && (some = read(master, bytes + total, sizeof bytes - total)) > 0) total += some;
  show_bytes(what, bytes, total);
}

static void mode(int iflag_off, int iflag_on, int oflag_off, int oflag_on, int lflag_off, int lflag_on) {
  struct termios t = saved;
  t.c_iflag = (t.c_iflag & ~iflag_off) | iflag_on;
  t.c_oflag = (t.c_oflag & ~oflag_off) | oflag_on;
  t.c_lflag = (t.c_lflag & ~lflag_off) | lflag_on;
  if (tcsetattr(slave, TCSANOW, &t) < 0) perror("tcsetattr");
}

static void canonical(void) {
  int waiting;
  printf("flags %x %x %x %x\n", saved.c_iflag == (ICRNL | IXON), saved.c_oflag == (OPOST | ONLCR), (saved.c_cflag & CSIZE) == CS8, (saved.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG));
  printf("characters %d %d %d %d\n", saved.c_cc[VINTR], saved.c_cc[VERASE], saved.c_cc[VEOF], saved.c_cc[VSUSP]);
  type("hel");
  line("incomplete");
  type("lo\nnext");
  SHOW(ioctl(slave, FIONREAD, &waiting));
  printf("%d waiting\n", waiting);
  line("line");
  type("\n");
  char three[3];
  SHOW(read(slave, three, 3));
  line("rest of it");
  screen("echo");
  type("abc\177\177x\n");
  line("erased");
  screen("echo");
  type("a b  cde\027new\n");
  line("word erased");
  screen("echo");
  type("gone\025kept\n");
  line("killed");
  screen("echo");
  type("lit\026\003eral\n");
  line("literal");
  screen("echo");
  type("re\022do\n");
  line("reprinted");
  screen("echo");
  type("no newline\004");
  line("end of file");
  type("\004");
  line("end of file alone");
  screen("echo");
  type("tab\there\177\177\177\177\177x\n");
  line("tabs");
  screen("echo");
  type("\001\002\n");
  line("controls");
  screen("echo");
  struct termios t = saved;
  t.c_cc[VEOL] = ';';
  tcsetattr(slave, TCSANOW, &t);
  type("one;two;");
  line("own end of line");
  line("own end of line");
  mode(0, IUTF8, 0, 0, 0, 0);
  type("\303\244\303\266\177o\n");
  line("UTF-8");
  screen("echo");
  mode(0, 0, 0, 0, ECHO, 0);
  type("secret\n");
  line("without echo");
  screen("echo");
  mode(0, 0, 0, 0, ECHO, ECHONL);
  type("secret\n");
  line("with newline's echo");
  screen("echo");
  mode(0, 0, 0, 0, ECHOE | ECHOKE, 0);
  type("ab\177\025c\n");
  line("plain erase");
  screen("echo");
  mode(ICRNL, INLCR | ISTRIP, 0, 0, 0, 0);
  type("a\rb\n\341\n");
  mode(0, 0, 0, 0, ICANON, 0);
  line("mapped");
  mode(0, IGNCR | IUCLC, 0, 0, 0, 0);
  type("A\rB\n");
  line("ignored return, lower case");
  mode(0, 0, 0, 0, 0, 0);
  screen("all echoes");
}

static void raw(void) {
  struct termios t = saved;
  cfmakeraw(&t);
  t.c_cc[VMIN] = 3;
  t.c_cc[VTIME] = 0;
  tcsetattr(slave, TCSANOW, &t);
  fcntl(slave, F_SETFL, 0);
  struct pollfd poller = {slave, POLLIN};
  type("a");
  SHOW(poll(&poller, 1, 0));
  type("bc\003\r");
  SHOW(poll(&poller, 1, 0));
  line("raw");
  t.c_cc[VMIN] = 0;
  tcsetattr(slave, TCSANOW, &t);
  SHOW(read(slave, &t, 0));
  line("nothing there");
  t.c_cc[VTIME] = 1;
  tcsetattr(slave, TCSANOW, &t);
  line("nothing in time");
  type("quick");
  line("in time");
  t.c_cc[VMIN] = 5;
  tcsetattr(slave, TCSANOW, &t);
  type("abc");
  line("time between bytes");
  type("ahead");
  SHOW(tcflush(slave, TCIFLUSH));
  fcntl(slave, F_SETFL, O_NONBLOCK);
  line("flushed");
  type("ahead");
  tcsetattr(slave, TCSAFLUSH, &t);
  line("flushed");
  screen("no echo");
  tcsetattr(slave, TCSANOW, &saved);
}

static void output(void) {
  SHOW(write(slave, "a\nb\tc\r\n", 7));
  screen("processed");
  mode(0, 0, OPOST, 0, 0, 0);
  SHOW(write(slave, "a\nb\tc\r\n", 7));
  screen("unprocessed");
  mode(0, 0, ONLCR, OCRNL | XTABS, 0, 0);
  SHOW(write(slave, "ab\tc\rd\n", 7));
  screen("returns and tabs");
  mode(0, 0, 0, OLCUC, 0, 0);
  SHOW(write(slave, "upper\n", 6));
  screen("upper case");
  mode(0, 0, 0, ONOCR | ONLRET, 0, 0);
  SHOW(write(slave, "\rx\ry\n\rz", 7));
  screen("no returns at the beginning");
  mode(0, 0, 0, 0, 0, 0);
  int waiting;
  write(slave, "12345", 5);
  settle();
  SHOW(ioctl(master, FIONREAD, &waiting));
  printf("%d waiting\n", waiting);
  SHOW(ioctl(slave, TIOCOUTQ, &waiting));
  printf("%d unsent\n", waiting);
  screen("drained");
  /* Flow control */
  type("\023");
  SHOW(write(slave, "held", 4));
  screen("stopped");
  type("\021");
  write(slave, "free", 4);
  screen("started");
  SHOW(tcflow(slave, TCOOFF));
  SHOW(write(slave, "held", 4));
  screen("off");
  SHOW(tcflow(slave, TCOON));
  write(slave, "on", 2);
  screen("on");
  SHOW(tcflow(slave, TCIOFF));
  screen("stop character");
  SHOW(tcflow(slave, TCION));
  screen("start character");
  SHOW(tcflow(slave, 9));
  SHOW(tcflush(slave, 9));
  SHOW(tcsendbreak(slave, 0));
  SHOW(tcdrain(slave));
}

static void packets(void) {
  int on = 1, off = 0;
  SHOW(ioctl(slave, TIOCPKT, &on));
  SHOW(ioctl(master, TIOCPKT, &on));
  SHOW(ioctl(master, TIOCGPKT, &off));
  printf("%d\n", off);
  write(slave, "data", 4);
  show_read("packet", master, 20);
  SHOW(tcflush(slave, TCIOFLUSH));
  struct pollfd poller = {master, POLLIN | POLLPRI};
  SHOW(poll(&poller, 1, 0));
  printf("%x\n", poller.revents & (POLLIN | POLLPRI));
  show_read("flushed", master, 20);
  tcflow(slave, TCOOFF);
  show_read("stopped", master, 20);
  tcflow(slave, TCOON);
  show_read("started", master, 20);
  mode(IXON, 0, 0, 0, 0, 0);
  show_read("no flow control", master, 20);
  mode(0, 0, 0, 0, 0, 0);
  show_read("flow control", master, 20);
  show_read("nothing", master, 20);
  off = 0;
  SHOW(ioctl(master, TIOCPKT, &off));
}

static volatile sig_atomic_t winches, hangups, interrupts;
static void count_signal(int signo) {
  if (signo == SIGWINCH) winches++;
  else if (signo == SIGHUP) hangups++;
  else interrupts++;
}

static void window(void) {
  struct winsize size = {25, 80, 0, 0}, got = {0};
  SHOW(ioctl(master, TIOCSWINSZ, &size));
  SHOW(ioctl(slave, TIOCGWINSZ, &got));
  printf("%d x %d\n", got.ws_row, got.ws_col);
  SHOW(ioctl(slave, TIOCGWINSZ, (void *)16));
  SHOW(isatty(slave));
  SHOW(isatty(0) * 0);
  int number = -1, index = atoi(ptsname(master) + strlen("/dev/pts/"));
  SHOW(ioctl(master, TIOCGPTN, &number));
  printf("%d\n", number == index);
  SHOW(ioctl(slave, TIOCGPTN, &number));
  int lock = 1, peer;
  SHOW(ioctl(master, TIOCSPTLCK, &lock));
  SHOW(open(ptsname(master), O_RDWR | O_NOCTTY));
  SHOW(ioctl(master, TIOCGPTLCK, &number));
  printf("%d\n", number);
  lock = 0;
  SHOW(ioctl(master, TIOCSPTLCK, &lock));
  OK(peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
  close(peer);
  /* Exclusive use binds others than root. */
  SHOW(ioctl(slave, TIOCEXCL));
  SHOW(ioctl(slave, TIOCGEXCL, &number));
  printf("%d\n", number);
  SHOW(ioctl(slave, TIOCNXCL));
  SHOW(ioctl(slave, TIOCGEXCL, &number));
  printf("%d\n", number);
  int discipline = 9;
  SHOW(ioctl(slave, TIOCGETD, &discipline));
  printf("%d\n", discipline);
  SHOW(ioctl(slave, TIOCGPGRP, &number));
  SHOW(ioctl(slave, TIOCGSID, &number));
  SHOW(ioctl(slave, TIOCNOTTY));
  SHOW(tcgetpgrp(master));
}

static void sessions(void) {
  fflush(stdout);
  int ends[2];
  pipe(ends);
  pid_t pid = fork();
  if (pid == 0) {
    SHOW(setsid() == getpid());
    SHOW(open("/dev/tty", O_RDWR));
    SHOW(ioctl(slave, TIOCSCTTY, 0));
    SHOW(ioctl(slave, TIOCSCTTY, 0));
    SHOW(tcgetpgrp(slave) == getpgrp());
    SHOW(tcgetsid(slave) == getpid());
    int tty;
    OK(tty = open("/dev/tty", O_RDWR));
    SHOW(isatty(tty));
    close(tty);
    signal(SIGWINCH, count_signal);
    signal(SIGINT, count_signal);
    signal(SIGHUP, count_signal);
    struct winsize size = {30, 90, 0, 0};
    SHOW(ioctl(master, TIOCSWINSZ, &size));
    SHOW(ioctl(master, TIOCSWINSZ, &size));
    printf("%d window changes\n", winches);
    type("dropped\003");
    for (int i = 0; i < 1000 && interrupts == 0; i++) usleep(1000);
    printf("%d interrupts\n", interrupts);
    type("after\n");
    line("the line");
    screen("echo");
    SHOW(ioctl(slave, TIOCSTI, "!"));
    SHOW(ioctl(slave, TIOCSTI, "\n"));
    line("as if typed");
    screen("echo");
    signal(SIGTTOU, SIG_IGN);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      setpgid(0, 0);
      signal(SIGTTIN, SIG_IGN);
      SHOW(read(slave, &size, 1));
      SHOW(write(slave, "background\n", 11));
      SHOW(tcsetpgrp(slave, getpgrp()));
      SHOW(tcgetpgrp(slave) == getpgrp());
      fflush(stdout);
      _exit(0);
    }
    fflush(stdout);
    waitpid(child, NULL, 0);
    SHOW(tcsetpgrp(slave, 999999));
    SHOW(tcsetpgrp(slave, getpgrp()));
    screen("background's output");
    fflush(stdout);
    write(ends[1], "x", 1);
    close(master);
    for (int i = 0; i < 2000 && hangups == 0; i++) usleep(1000);
    printf("%d hang-ups\n", hangups > 0);
    SHOW(read(slave, &size, 1));
    SHOW(write(slave, "x", 1));
    SHOW(ioctl(slave, TIOCGWINSZ, &size));
    struct pollfd poller = {slave, POLLIN | POLLOUT};
    poll(&poller, 1, 0);
    printf("%x\n", poller.revents & (POLLHUP | POLLERR));
    SHOW(open("/dev/tty", O_RDWR));
    fflush(stdout);
    _exit(0);
  }
  close(ends[1]);
  char byte;
  read(ends[0], &byte, 1);
  close(master);
  int status;
  waitpid(pid, &status, 0);
  printf("ended with %x\n", status);
  close(ends[0]);
  close(slave);
  /* The slave's end. */
  open_pair();
  SHOW(write(slave, "last words", 10));
  close(slave);
  struct pollfd poller = {master, POLLIN};
  SHOW(poll(&poller, 1, 100));
  printf("%x\n", poller.revents & (POLLIN | POLLHUP));
  show_read("last words", master, 20);
  show_read("and then", master, 20);
  slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  SHOW(write(slave, "again", 5));
  screen("opened again");
  close(slave);
  close(master);
}

int main(void) {
  signal(SIGHUP, SIG_IGN);
  setsid();
  open_pair();
  canonical();
  raw();
  output();
  packets();
  window();
  sessions();
  return 0;
}
