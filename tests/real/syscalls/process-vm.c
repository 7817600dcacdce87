/* Memory of another process: prints only what is the same on every run. */
/* Calls: process_vm_readv process_vm_writev */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *what, long result) {
  if (result == -1) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

int main(void) {
  char *memory = mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(memory + 3 * 4096, 4096);
  mprotect(memory + 4 * 4096, 4096, PROT_READ);
  strcpy(memory, "parent");
  int ready[2], go[2];
  pipe(ready);
  pipe(go);
  char byte;
  pid_t child = fork();
  if (child == 0) {
    strcpy(memory, "child's first page");
    memset(memory + 4096, 'c', 2 * 4096);
    write(ready[1], "x", 1);
    read(go[0], &byte, 1);
    _exit(strcmp(memory + 100, "written") == 0 && memory[4095] == '1' && memory[4096] == '2' ? 17 : 1);
  }
  read(ready[0], &byte, 1);
  static char buffer[20000];
  struct iovec local = {buffer, 19}, remote = {memory, 19};
  show("read", process_vm_readv(child, &local, 1, &remote, 1, 0));
  printf("%s, here %s\n", buffer, memory);
  struct iovec locals[3] = {{buffer, 10}, {buffer + 10, 0}, {buffer + 10, 4090}};
  struct iovec remotes[2] = {{memory + 4090, 100}, {memory + 8192, 4000}};
  show("pieces", process_vm_readv(child, locals, 3, remotes, 2, 0));
  printf("%d %c %c\n", buffer[5], buffer[6], buffer[4099]);
  local.iov_len = sizeof buffer;
  remote = (struct iovec){memory + 2 * 4096, 4 * 4096};
  show("up to the hole", process_vm_readv(child, &local, 1, &remote, 1, 0));
  remote.iov_base = memory + 3 * 4096;
  show("the hole", process_vm_readv(child, &local, 1, &remote, 1, 0));
  local = (struct iovec){"written", 8};
  remote = (struct iovec){memory + 100, 8};
  show("write", process_vm_writev(child, &local, 1, &remote, 1, 0));
  struct iovec ends[2] = {{"1", 1}, {"2", 1}};
  remote = (struct iovec){memory + 4095, 2};
  show("write across", process_vm_writev(child, ends, 2, &remote, 1, 0));
  remote = (struct iovec){memory + 4 * 4096, 8};
  show("write what is read-only", process_vm_writev(child, &local, 1, &remote, 1, 0));
  show("nothing", process_vm_readv(child, &local, 1, &remote, 0, 0));
  show("flags", process_vm_readv(child, &local, 1, &remote, 1, 1));
  show("too many", process_vm_readv(child, &local, 1025, &remote, 1, 0));
  show("nobody", process_vm_readv(0x3fffffff, &local, 1, &remote, 1, 0));
  local = (struct iovec){buffer, 8};
  remote = (struct iovec){memory, 8};
  fflush(stdout);
  pid_t stranger = geteuid() == 0 ? fork() : -1;
  if (stranger == 0) {
    if (setgid(12345) || setuid(12345)) _exit(99);
    _exit(process_vm_readv(child, &local, 1, &remote, 1, 0) == -1 && errno == EPERM ? 5 : 1);
  }
  int status = 5 << 8;
  if (stranger > 0) waitpid(stranger, &status, 0);
  printf("stranger %d\n", WEXITSTATUS(status));
  write(go[1], "x", 1);
  waitpid(child, &status, 0);
  printf("child %d\n", WEXITSTATUS(status));
  return 0;
}
