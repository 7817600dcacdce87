/* Processes: fork, wait status of every kind, pipes, exec with arguments and environment, vfork. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void status(const char *what, int st) {
  if (WIFEXITED(st)) printf("%s: exited %d\n", what, WEXITSTATUS(st));
  else if (WIFSIGNALED(st)) printf("%s: killed by %s\n", what, sigabbrev_np(WTERMSIG(st)));
  else if (WIFSTOPPED(st)) printf("%s: stopped by %s\n", what, sigabbrev_np(WSTOPSIG(st)));
  else if (WIFCONTINUED(st)) printf("%s: continued\n", what);
}

int main(int argc, char **argv) {
  int st, fds[2];
  if (argc > 1) {
    printf("execed: %s %s %s\n", argv[1], argv[2], getenv("CROSS"));
    return 5;
  }
  setvbuf(stdout, 0, _IONBF, 0);
  static int counter = 1;
  for (int i = 0; i < 5; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      counter += i;
      _exit(counter * 10);
    }
    waitpid(pid, &st, 0);
    status("child", st);
  }
  printf("counter here %d\n", counter);

  pipe(fds);
  if (fork() == 0) {
    close(fds[0]);
    for (int i = 0; i < 1000; i++) write(fds[1], "0123456789", 10);
    _exit(0);
  }
  close(fds[1]);
  char buffer[4096];
  long total = 0, sum = 0, n;
  while ((n = read(fds[0], buffer, sizeof buffer)) > 0) {
    total += n;
    for (int i = 0; i < n; i++) sum += buffer[i];
  }
  wait(&st);
  printf("pipe %ld bytes, sum %ld\n", total, sum);

  pid_t pid = fork();
  if (pid == 0) {
    for (;;) pause();
  }
  kill(pid, SIGSTOP);
  waitpid(pid, &st, WUNTRACED);
  status("stop", st);
  kill(pid, SIGCONT);
  waitpid(pid, &st, WCONTINUED);
  status("continue", st);
  kill(pid, SIGTERM);
  waitpid(pid, &st, 0);
  status("term", st);

  setenv("CROSS", "compiled", 1);
  pid = vfork();
  if (pid == 0) {
    execl("/proc/self/exe", argv[0], "one", "two", (char *)0);
    _exit(99);
  }
  waitpid(pid, &st, 0);
  status("exec", st);
  pid = waitpid(-1, &st, 0);
  printf("no child: %d %s\n", (int)pid, strerror(errno));
  execl("/nonexistent", "x", (char *)0);
  printf("exec: %s\n", strerror(errno));
  siginfo_t info;
  memset(&info, 0, sizeof info);
  if ((pid = fork()) == 0) _exit(3);
  waitid(P_PID, pid, &info, WEXITED);
  printf("waitid %s %d %d %d\n", sigabbrev_np(info.si_signo), info.si_code, info.si_status, info.si_pid == pid);
  abort();
}
