/* Segments: thread areas and the local descriptor table. */
/* Only: ia32 */
/* Calls: set_thread_area get_thread_area modify_ldt */
#include "family.h"
#include <asm/ldt.h>

static int words[4] = {11, 22, 33, 44}, other[4] = {55, 66, 77, 88};

static int load(unsigned selector, int offset) {
  int value;
  __asm__ volatile("movl %%gs, %%ecx\n movl %1, %%gs\n movl %%gs:(%2), %0\n movl %%ecx, %%gs" : "=&r"(value) : "r"(selector), "r"(offset) : "ecx", "memory");
  return value;
}

static int ldt(int entry, void *base, int length) {
  struct user_desc desc = {.entry_number = entry, .base_addr = (unsigned)base, .limit = length - 1, .seg_32bit = 1, .useable = 1};
  return syscall(SYS_modify_ldt, 0x11, &desc, sizeof desc);
}

static void areas(void) {
  struct user_desc desc = {.entry_number = -1, .base_addr = (unsigned)words, .limit = 15, .seg_32bit = 1, .useable = 1}, got;
  show("set_thread_area", syscall(SYS_set_thread_area, &desc));
  check("an entry", desc.entry_number >= 6 && desc.entry_number <= 14);
  printf("%d %d\n", load(desc.entry_number * 8 + 3, 0), load(desc.entry_number * 8 + 3, 8));
  got.entry_number = desc.entry_number;
  show("get_thread_area", syscall(SYS_get_thread_area, &got));
  printf("%d %u %d %d\n", got.base_addr == (unsigned)words, got.limit, got.seg_32bit, got.useable);
  got.entry_number = 3;
  show("not a thread's", syscall(SYS_get_thread_area, &got));
  got.entry_number = 99;
  show("set none such", syscall(SYS_set_thread_area, &got));
  desc.entry_number = -1;
  syscall(SYS_set_thread_area, &desc);
  desc.entry_number = -1;
  show("full", syscall(SYS_set_thread_area, &desc));
  show("bad", syscall(SYS_set_thread_area, (void *)8));
  show("bad", syscall(SYS_get_thread_area, (void *)8));
}

static void *in_thread(void *unused) {
  printf("a thread sees %d\n", load(7 * 8 + 7, 4));
  ldt(9, other, 16);
  return NULL;
}

static void table(void) {
  char buffer[64];
  show("read of none", syscall(SYS_modify_ldt, 0, buffer, 64));
  show("write", ldt(7, words, 16));
  printf("%d %d\n", load(7 * 8 + 7, 0), load(7 * 8 + 7, 12));
  show("write 511", ldt(511, other, 16));
  printf("%d\n", load(511 * 8 + 7, 12));
  show("write 8191", ldt(8191, other, 16));
  printf("%d\n", load(8191 * 8 + 7, 0));
  show("write 8192", ldt(8192, other, 16));
  pthread_t thread;
  pthread_create(&thread, NULL, in_thread, NULL);
  pthread_join(thread, NULL);
  printf("what a thread set: %d\n", load(9 * 8 + 7, 4));
  fflush(stdout);
  if (fork() == 0) {
    printf("child: %d\n", load(7 * 8 + 7, 8));
    ldt(7, other, 16);
    printf("child's own: %d\n", load(7 * 8 + 7, 8));
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);
  printf("parent: %d\n", load(7 * 8 + 7, 8));
  struct user_desc desc = {.entry_number = 1, .contents = 3, .seg_32bit = 1};
  show("conforming without a segment", syscall(SYS_modify_ldt, 1, &desc, sizeof desc));
  show("size", syscall(SYS_modify_ldt, 0x11, &desc, 8));
  show("function", syscall(SYS_modify_ldt, 99, &desc, 8));
  show("bad", syscall(SYS_modify_ldt, 0x11, (void *)8, sizeof desc));
  show("default", syscall(SYS_modify_ldt, 2, buffer, 8) >= 0 ? 0 : -1);
  check("read", syscall(SYS_modify_ldt, 0, buffer, 64) == 64);
  unsigned *seventh = (unsigned *)buffer + 14;
  check("limit and base", (seventh[0] & 0xffff) == 15 && seventh[0] >> 16 == ((unsigned)words & 0xffff));
  fflush(stdout);
  printf("beyond the limit:\n");
  fflush(stdout);
  load(7 * 8 + 7, 16);
}

static void empty(void) {
  ldt(3, words, 16);
  struct user_desc desc = {.entry_number = 3, .read_exec_only = 1, .seg_not_present = 1};
  show("emptied", syscall(SYS_modify_ldt, 0x11, &desc, sizeof desc));
  fflush(stdout);
  load(3 * 8 + 7, 0);
}

int main(void) {
  in_child("thread areas", areas);
  in_child("table", table);
  in_child("emptied", empty);
  return 0;
}
