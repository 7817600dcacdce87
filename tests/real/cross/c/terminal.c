/* A terminal of its own: settings, window size, line editing, signals of control characters, process groups. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void show(struct termios *t) {
  printf("i %d%d%d o %d%d c %d%d l %d%d%d%d%d cc %d %d %d %d %d %d %d speed %d\n", !!(t->c_iflag & ICRNL),
         !!(t->c_iflag & IXON), !!(t->c_iflag & IXOFF), !!(t->c_oflag & OPOST), !!(t->c_oflag & ONLCR),
         (t->c_cflag & CSIZE) == CS8, !!(t->c_cflag & CREAD), !!(t->c_lflag & ISIG), !!(t->c_lflag & ICANON),
         !!(t->c_lflag & ECHO), !!(t->c_lflag & IEXTEN), !!(t->c_lflag & TOSTOP), t->c_cc[VINTR], t->c_cc[VERASE],
         t->c_cc[VEOF], t->c_cc[VMIN], t->c_cc[VSUSP], t->c_cc[VSTART], t->c_cc[VWERASE],
         cfgetospeed(t) == B38400);
}

int main(void) {
  struct termios settings;
  struct winsize size = {.ws_row = 30, .ws_col = 90};
  char buffer[100];
  setvbuf(stdout, 0, _IONBF, 0);
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  printf("pty %d %d %d\n", master >= 0, grantpt(master), unlockpt(master));
  int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  printf("slave %d tty %d\n", slave >= 0, isatty(slave));
  tcgetattr(slave, &settings);
  show(&settings);
  ioctl(master, TIOCSWINSZ, &size);
  memset(&size, 0, sizeof size);
  ioctl(slave, TIOCGWINSZ, &size);
  printf("size %d %d\n", size.ws_row, size.ws_col);
  write(master, "hallo\177\177lo\r", 10);
  int n = read(slave, buffer, sizeof buffer);
  printf("line %d %.*s", n, n, buffer);
  settings.c_lflag &= ~(ICANON | ECHO);
  settings.c_lflag |= TOSTOP;
  settings.c_iflag |= IXOFF;
  settings.c_cc[VMIN] = 3;
  settings.c_cc[VTIME] = 0;
  settings.c_cc[VINTR] = 7;
  printf("set %d\n", tcsetattr(slave, TCSANOW, &settings));
  memset(&settings, 0, sizeof settings);
  tcgetattr(slave, &settings);
  show(&settings);
  tcflush(master, TCIFLUSH);
  write(master, "xyz", 3);
  n = read(slave, buffer, sizeof buffer);
  printf("raw %d %.*s\n", n, n, buffer);
  int waiting = -1;
  write(master, "abcd", 4);
  struct pollfd ready = {slave, POLLIN, 0};
  poll(&ready, 1, 5000);
  ioctl(slave, FIONREAD, &waiting);
  printf("waiting %d\n", waiting);
  if (fork() == 0) {
    setsid();
    ioctl(slave, TIOCSCTTY, 0);
    printf("foreground %d\n", tcgetpgrp(slave) == getpgrp());
    printf("set foreground %d\n", tcsetpgrp(slave, getpgrp()));
    write(master, "\7", 1);
    for (;;) pause();
  }
  int status;
  wait(&status);
  printf("killed by %s\n", WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : "nothing");
  return 0;
}
