/* Tracing: prints only what is the same on every run and architecture. */
/* Calls: ptrace waitid wait4 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the C library's headers spell differently on some architectures. */
#define SEIZE 0x4206
#define INTERRUPT 0x4207
#define LISTEN 0x4208
#define PEEKSIGINFO 0x4209
#define GETSIGMASK 0x420a
#define SETSIGMASK 0x420b
#define GET_SYSCALL_INFO 0x420e
#define GETREGSET 0x4204
#define SETREGSET 0x4205
#define EVENT_STOP 128

struct call_info {
  uint8_t op, pad[3];
  uint32_t arch;
  uint64_t ip, sp;
  union {
    struct {
      uint64_t nr, args[6];
    } entry;
    struct {
      int64_t rval;
      uint8_t is_error;
    } exit;
  };
};

static long trace(long request, pid_t pid, uintptr_t addr, uintptr_t data) {
  return ptrace(request, pid, (void *)addr, (void *)data);
}

static void show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static void truth(const char *what, int value) { printf("%s: %s\n", what, value ? "yes" : "no"); }

static void show_status(const char *what, int status) {
  printf("%s: ", what);
  if (WIFEXITED(status)) printf("exit %d\n", WEXITSTATUS(status));
  else if (WIFSIGNALED(status)) printf("killed by %s\n", sigabbrev_np(WTERMSIG(status)));
  else if (WIFCONTINUED(status)) puts("continued");
  else {
    int signo = WSTOPSIG(status) & 0x7f;
    printf("stop %s%s", signo ? sigabbrev_np(signo) : "0", WSTOPSIG(status) & 0x80 ? " call" : "");
    printf(status >> 16 ? " event %d\n" : "\n", status >> 16);
  }
}

static int await(const char *what, pid_t pid) {
  int status = 0;
  pid_t found = waitpid(pid, &status, __WALL);
  if (found == -1) show(what, -1);
  else show_status(what, status);
  return status;
}

static void show_info(const char *what, pid_t pid) {
  siginfo_t info;
  if (trace(PTRACE_GETSIGINFO, pid, 0, (uintptr_t)&info) == -1) show(what, -1);
  else printf("%s: %s code %d\n", what, sigabbrev_np(info.si_signo), info.si_code);
}

static struct call_info call_of(pid_t pid) {
  struct call_info info;
  memset(&info, 0, sizeof info);
  trace(GET_SYSCALL_INFO, pid, sizeof info, (uintptr_t)&info);
  return info;
}

/* A system call by trap, also for a program that runs at kernel privilege. */
static long call3(long number, long a, long b, long c) {
#ifdef __i386__
  long result;
  asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
#else
  return syscall(number, a, b, c);
#endif
}

static void proc_line(pid_t pid, const char *key) {
  char path[64], line[200];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file)) {
    if (strncmp(line, key, strlen(key)) != 0) continue;
    if (strcmp(key, "TracerPid:") == 0) truth("TracerPid is mine", atoi(line + 10) == getpid());
    else printf("%s", line);
  }
  if (file) fclose(file);
}

static volatile sig_atomic_t caught;
static void note(int signo) { caught = signo; }

static void signals(void) {
  puts("-- signals");
  pid_t child = fork();
  if (child == 0) {
    signal(SIGUSR1, note);
    signal(SIGUSR2, note);
    show("TRACEME", trace(PTRACE_TRACEME, 0, 0, 0));
    show("TRACEME again", trace(PTRACE_TRACEME, 0, 0, 0));
    raise(SIGSTOP);
    raise(SIGUSR1);
    printf("dropped: %d\n", caught);
    raise(SIGUSR1);
    truth("passed on", caught == SIGUSR1);
    raise(SIGUSR1);
    truth("another", caught == SIGUSR2);
    signal(SIGWINCH, SIG_IGN);
    raise(SIGWINCH);
    raise(SIGTERM);
    _exit(1);
  }
  siginfo_t seen = {0};
  show("waitid", waitid(P_PID, child, &seen, WSTOPPED | WNOWAIT));
  printf("trapped %d, SIG%s\n", seen.si_code == CLD_TRAPPED, sigabbrev_np(seen.si_status));
  await("first", child);
  show_info("tkill", child);
  proc_line(child, "State:");
  proc_line(child, "TracerPid:");
  show("by nobody's tracer", trace(PTRACE_CONT, getpid(), 0, 0));
  show("of nobody", trace(PTRACE_CONT, 0x7ffffff, 0, 0));
  show("bad signal", trace(PTRACE_CONT, child, 0, 1000));
  show("bad request", trace(0x4999, child, 0, 0));
  show("INTERRUPT of one not seized", trace(INTERRUPT, child, 0, 0));
  show("LISTEN", trace(LISTEN, child, 0, 0));
  show("CONT", trace(PTRACE_CONT, child, 0, 0));
  await("SIGUSR1", child);
  trace(PTRACE_CONT, child, 0, 0);
  await("SIGUSR1", child);
  trace(PTRACE_CONT, child, 0, SIGUSR1);
  await("SIGUSR1", child);
  trace(PTRACE_CONT, child, 0, SIGUSR2);
  await("an ignored signal", child);
  trace(PTRACE_CONT, child, 0, SIGWINCH);
  await("the last", child);
  show("while it runs", (trace(PTRACE_CONT, child, 0, SIGTERM), 0));
  await("end", child);
  show("afterwards", trace(PTRACE_CONT, child, 0, 0));
}

static const char constant[64] __attribute__((aligned(8))) = "what nobody may write";
static volatile int variable = 17;

static void memory(void) {
  puts("-- memory");
  int (*shared) = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t child = fork();
  if (child == 0) {
    trace(PTRACE_TRACEME, 0, 0, 0);
    mprotect(shared, 4096, PROT_READ);
    raise(SIGSTOP);
    printf("%s, %d\n", *(const char *volatile *)&(const char *){constant}, variable);
    char *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    call3(SYS_kill, getpid(), SIGUSR1, (long)none);
    _exit(*(volatile int *)constant == *(const int *)"What" ? 3 : 4);
  }
  await("stop", child);
  errno = 0;
  show("PEEKDATA", trace(PTRACE_PEEKDATA, child, (uintptr_t)&variable, 0));
  show("POKEDATA", trace(PTRACE_POKEDATA, child, (uintptr_t)&variable, 18));
  show("POKETEXT of a constant", trace(PTRACE_POKETEXT, child, (uintptr_t)constant, *(const int *)"What"));
  show("here it stays", variable);
  puts(constant);
  char buffer[32] = "";
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", child);
  int mem = open(path, O_RDWR);
  show("read", pread64(mem, buffer, 21, (off64_t)(uintptr_t)constant));
  puts(buffer);
  show("write", pwrite64(mem, "WHO", 3, (off64_t)(uintptr_t)constant + 5));
  show("page 0", pread64(mem, buffer, 4, 0));
  close(mem);
  show("PEEKDATA of nothing", (errno = 0, trace(PTRACE_PEEKDATA, child, 16, 0)));
  show("POKEDATA of nothing", trace(PTRACE_POKEDATA, child, 16, 0));
  show("POKEDATA of shared, read-only memory", trace(PTRACE_POKEDATA, child, (uintptr_t)shared, 0));
  trace(PTRACE_CONT, child, 0, 0);
  await("SIGUSR1", child);
  trace(PTRACE_CONT, child, 0, 0);
  await("end", child);
  munmap(shared, 4096);
}

static int __attribute__((noinline)) target(int a) {
  asm volatile("");
  return a + 1;
}

#if defined __i386__
static const unsigned char trap[4] = {0xcc};
enum { TRAP_BYTES = 1 };
#elif defined __arm__
static const uint32_t trap_word = 0xe7f001f0, thumb_trap = 0xde01;
enum { TRAP_BYTES = 4 };
#elif defined __mips__
static const uint32_t trap_word = 0x0000000d;
enum { TRAP_BYTES = 4 };
#else
static const uint32_t trap_word = 0x7fe00008;
enum { TRAP_BYTES = 4 };
#endif

/* The function's first word with a breakpoint in its place. */
static long broken(long word) {
#if defined __i386__
  return (word & ~0xff) | 0xcc;
#elif defined __arm__
  return (uintptr_t)target & 1 ? (long)thumb_trap : (long)trap_word;
#else
  return (long)trap_word;
#endif
}

static void breakpoints(void) {
  puts("-- breakpoints");
  uintptr_t at = (uintptr_t)target & ~1ul;
  pid_t child = fork();
  if (child == 0) {
    trace(PTRACE_TRACEME, 0, 0, 0);
    int sum = 0;
    for (int i = 0; i < 20000; i++) sum += target(i);
    raise(SIGSTOP);
    sum = target(41);
    _exit(target(sum - 2) + target(sum - 40) - 1);
  }
  await("stop", child);
  errno = 0;
  long first = trace(PTRACE_PEEKTEXT, child, at, 0);
  show("POKETEXT", trace(PTRACE_POKETEXT, child, at, broken(first)));
  trace(PTRACE_CONT, child, 0, 0);
  await("breakpoint", child);
  struct call_info info = call_of(child);
  int behind = (int)(info.ip - at);
  truth("there", behind == 0 || behind == TRAP_BYTES);
  show("restored", trace(PTRACE_POKETEXT, child, at, first));
#ifdef __i386__
  show("pc", trace(PTRACE_POKEUSER, child, 12 * 4, info.ip - 1) + (behind != 1));
#else
  show("pc", behind);
#endif
  show("CONT", trace(PTRACE_CONT, child, 0, 0));
  await("end", child);
}

static void calls(void) {
  puts("-- system calls");
  pid_t child = fork();
  if (child == 0) {
    trace(PTRACE_TRACEME, 0, 0, 0);
    call3(SYS_kill, getpid(), SIGSTOP, 0);
    call3(SYS_write, 1, (long)"written\n", 8);
    call3(SYS_close, 999, 0, 0);
    call3(SYS_exit_group, 6, 0, 0);
  }
  await("stop", child);
  show("unknown option", trace(PTRACE_SETOPTIONS, child, 0, 0x1000));
  show("SETOPTIONS", trace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD));
  show("no call", call_of(child).op);
  for (int n = 0;; n++) {
    trace(PTRACE_SYSCALL, child, 0, 0);
    int status = await("next", child);
    if (!WIFSTOPPED(status)) break;
    struct call_info info = call_of(child);
    unsigned long message = 99;
    trace(PTRACE_GETEVENTMSG, child, 0, (uintptr_t)&message);
    show_info("info", child);
    if (info.op == 1) {
      const char *name = info.entry.nr == SYS_write ? "write" : info.entry.nr == SYS_close ? "close" : info.entry.nr == SYS_exit_group ? "exit_group" : info.entry.nr == SYS_kill ? "kill" : "?";
      printf("%s(%d), message %lu\n", name, (int)info.entry.args[0], message);
      if (info.entry.nr == SYS_write) {
        trace(PTRACE_POKEDATA, child, (uintptr_t)info.entry.args[1], *(const int *)"WRIT");
        truth("third argument", info.entry.args[2] == 8);
      }
    } else printf("%d%s, message %lu\n", (int)info.exit.rval, info.exit.is_error ? " failed" : "", message);
  }
}

static void *thread_main(void *argument) {
  call3(SYS_kill, getpid(), 0, 0);
  return argument;
}

static void options(const char *self) {
  puts("-- events");
  pid_t child = fork();
  if (child == 0) {
    trace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    pid_t forked = fork();
    if (forked == 0) _exit(11);
    waitpid(forked, NULL, 0);
    forked = vfork();
    if (forked == 0) _exit(12);
    waitpid(forked, NULL, 0);
    pthread_t thread;
    pthread_create(&thread, NULL, thread_main, NULL);
    pthread_join(thread, NULL);
    execl(self, self, "again", NULL);
    _exit(1);
  }
  await("stop", child);
  long asked = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
               PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT;
  show("SETOPTIONS", trace(PTRACE_SETOPTIONS, child, 0, asked));
  trace(PTRACE_CONT, child, 0, 0);
  pid_t made = 0;
  int thread = 0;
  for (int left = 60; left > 0; left--) {
    int status = await("main", child);
    if (!WIFSTOPPED(status)) break;
    int event = status >> 16, signo = WSTOPSIG(status);
    unsigned long message = 0;
    trace(PTRACE_GETEVENTMSG, child, 0, (uintptr_t)&message);
    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
      made = message;
      await("  made", made);
      show_info("  its stop", made);
      trace(PTRACE_CONT, made, 0, 0);
      int ends = await("  ends", made);
      trace(PTRACE_GETEVENTMSG, made, 0, (uintptr_t)&message);
      if (ends >> 16 == PTRACE_EVENT_EXIT) printf("  message %lx\n", message);
      trace(PTRACE_CONT, made, 0, 0);
      if (event == PTRACE_EVENT_CLONE) await("  thread", made);
      else await("  process", made);
      made = 0;
    } else if (event == PTRACE_EVENT_EXEC) truth("same number", message == child);
    else if (event == PTRACE_EVENT_EXIT) printf("message %lx\n", message);
    trace(PTRACE_CONT, child, 0, event ? 0 : signo == SIGTRAP ? 0 : signo);
  }
}

static void seizing(void) {
  puts("-- seizing");
  int ends[2];
  pipe(ends);
  pid_t child = fork();
  if (child == 0) {
    char byte;
    close(ends[1]);
    while (read(ends[0], &byte, 1) == 1) {
    }
    _exit(8);
  }
  close(ends[0]);
  show("of itself", trace(SEIZE, getpid(), 0, 0));
  show("with an address", trace(SEIZE, child, 4, 0));
  show("SEIZE", trace(SEIZE, child, 0, PTRACE_O_TRACESYSGOOD));
  show("again", trace(SEIZE, child, 0, 0));
  show("INTERRUPT", trace(INTERRUPT, child, 0, 0));
  await("interrupted", child);
  show_info("its info", child);
  trace(PTRACE_CONT, child, 0, 0);
  kill(child, SIGSTOP);
  await("SIGSTOP", child);
  trace(PTRACE_CONT, child, 0, SIGSTOP);
  await("group stop", child);
  show_info("its info", child);
  show("LISTEN", trace(LISTEN, child, 0, 0));
  show("meanwhile", trace(PTRACE_CONT, child, 0, 0));
  kill(child, SIGCONT);
  await("told", child);
  trace(PTRACE_CONT, child, 0, 0);
  await("SIGCONT", child);
  trace(PTRACE_CONT, child, 0, SIGCONT);
  close(ends[1]);
  await("end", child);
}

static void attaching(void) {
  puts("-- attaching");
  int ends[2];
  pipe(ends);
  pid_t child = fork();
  if (child == 0) {
    char byte;
    close(ends[1]);
    while (read(ends[0], &byte, 1) == 1) {
    }
    _exit(9);
  }
  close(ends[0]);
  show("ATTACH", trace(PTRACE_ATTACH, child, 0, 0));
  await("stop", child);
  siginfo_t info;
  uint64_t mask = 0;
  show("GETSIGMASK", trace(GETSIGMASK, child, _NSIG / 8, (uintptr_t)&mask));
  truth("nothing blocked", mask == 0);
  show("of another size", trace(GETSIGMASK, child, 4, (uintptr_t)&mask));
  kill(child, SIGUSR1);
  kill(child, SIGUSR2);
  struct {
    uint64_t offset;
    uint32_t flags;
    int32_t count;
  } peek = {0, 1, 1};
  show("PEEKSIGINFO", trace(PEEKSIGINFO, child, (uintptr_t)&peek, (uintptr_t)&info));
  truth("SIGUSR1", info.si_signo == SIGUSR1 && info.si_code == SI_USER && info.si_pid == getpid());
  unsigned char first[1024], second[1024];
  struct iovec vector = {first, sizeof first};
  show("GETREGSET", trace(GETREGSET, child, 1, (uintptr_t)&vector));
  size_t bytes = vector.iov_len;
  truth("some", bytes >= 68 && bytes < 400);
  show("SETREGSET", trace(SETREGSET, child, 1, (uintptr_t)&vector));
  vector = (struct iovec){second, sizeof second};
  trace(GETREGSET, child, 1, (uintptr_t)&vector);
  truth("the same", vector.iov_len == bytes && memcmp(first, second, bytes) == 0);
  vector = (struct iovec){second, 8};
  show("a part", trace(GETREGSET, child, 1, (uintptr_t)&vector));
  show("of", vector.iov_len);
  show("an unknown set", trace(GETREGSET, child, 0x7777, (uintptr_t)&vector));
  vector = (struct iovec){first, sizeof first};
  show("floating point", trace(GETREGSET, child, 2, (uintptr_t)&vector));
  show("set", trace(SETREGSET, child, 2, (uintptr_t)&vector));
  trace(PTRACE_CONT, child, 0, 0);
  await("SIGUSR1", child);
  trace(PTRACE_CONT, child, 0, 0);
  await("SIGUSR2", child);
  show("DETACH", trace(PTRACE_DETACH, child, 0, 0));
  show("no more", trace(PTRACE_CONT, child, 0, 0));
  kill(child, SIGSTOP);
  int status;
  waitpid(child, &status, WUNTRACED);
  show_status("stopped as a child", status);
  show("ATTACH to it", trace(PTRACE_ATTACH, child, 0, 0));
  await("stop", child);
  show("DETACH", trace(PTRACE_DETACH, child, 0, 0));
  kill(child, SIGCONT);
  waitpid(child, &status, WCONTINUED);
  close(ends[1]);
  await("end", child);
}

static void stepping(void) {
  puts("-- single steps");
  pid_t child = fork();
  if (child == 0) {
    trace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    for (volatile int i = 0; i < 50; i++) {
    }
    _exit(5);
  }
  await("stop", child);
#if defined __i386__ || defined __powerpc__
  int status = 0, steps = 0, moved = 0;
  uint64_t before = call_of(child).ip;
  while (steps < 300) {
    if (trace(PTRACE_SINGLESTEP, child, 0, 0) == -1) break;
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP) break;
    uint64_t now = call_of(child).ip;
    moved += now != before;
    before = now;
    steps++;
  }
  truth("stepped", steps == 300 && moved == 300);
#else
  truth("stepped", trace(PTRACE_SINGLESTEP, child, 0, 0) == -1 && errno == EIO);
#endif
  trace(PTRACE_CONT, child, 0, 0);
  await("end", child);
}

static void tracer_ends(void) {
  puts("-- the tracer ends");
  int ends[2];
  pipe(ends);
  for (int kill_it = 0; kill_it < 2; kill_it++) {
    pid_t child = fork();
    if (child == 0) {
      raise(SIGSTOP);
      _exit(21);
    }
    int status;
    waitpid(child, &status, WUNTRACED);
    pid_t tracer = fork();
    if (tracer == 0) {
      trace(SEIZE, child, 0, kill_it ? PTRACE_O_EXITKILL : 0);
      waitpid(child, &status, __WALL);
      kill(child, SIGCONT);
      _exit(0);
    }
    waitpid(tracer, &status, 0);
    await(kill_it ? "with EXITKILL" : "without", child);
  }
  puts("-- somebody else's child");
  pid_t child = fork();
  if (child == 0) {
    char byte;
    close(ends[1]);
    read(ends[0], &byte, 1);
    _exit(33);
  }
  int go[2];
  pipe(go);
  pid_t tracer = fork();
  if (tracer == 0) {
    trace(SEIZE, child, 0, 0);
    close(ends[1]);
    write(go[1], "x", 1);
    await("its tracer sees", child);
    _exit(0);
  }
  char byte;
  read(go[0], &byte, 1);
  close(ends[1]);
  int status;
  waitpid(tracer, &status, 0);
  await("then its parent", child);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  if (argc > 1) {
    puts("executed");
    return 42;
  }
  signals();
  memory();
  breakpoints();
  calls();
  options("/proc/self/exe");
  seizing();
  attaching();
  stepping();
  tracer_ends();
  return 0;
}
