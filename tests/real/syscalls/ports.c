/* Access to ports. Not every host's kernel has it. */
/* Only: ia32 */
/* Calls: iopl */
#include "family.h"

static void ports(void) {
  show("iopl 4", syscall(SYS_iopl, 4));
  show("iopl 0", syscall(SYS_iopl, 0));
  setresuid(1000, 1000, 1000);
  show("user: iopl 3", syscall(SYS_iopl, 3));
  show("user: iopl 0", syscall(SYS_iopl, 0));
}

int main(void) {
  in_child("ports", ports);
  return 0;
}
