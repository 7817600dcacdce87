/* Calls: ioprio_get ioprio_set */
/* Priorities of input and output: kept, handed to children, and who may set them. */
#include "show.h"

enum { PROCESS = 1, GROUP, USER, NONE = 0, REALTIME = 1, BEST_EFFORT, IDLE };
#define PRIORITY(class, data) ((class) << 13 | (data))

int main(void) {
  SHOW(syscall(SYS_ioprio_set, PROCESS, 0, PRIORITY(BEST_EFFORT, 6)));
  SHOW(syscall(SYS_ioprio_get, PROCESS, 0));
  SHOW(syscall(SYS_ioprio_get, PROCESS, getpid()));
  CHILD(0) {
    SHOW(syscall(SYS_ioprio_get, PROCESS, 0));
    SHOW(syscall(SYS_ioprio_set, PROCESS, 0, PRIORITY(IDLE, 0)));
    SHOW(syscall(SYS_ioprio_get, PROCESS, 0));
  }
  SHOW(syscall(SYS_ioprio_get, PROCESS, 0));
  SHOW(syscall(SYS_ioprio_set, PROCESS, 0, PRIORITY(5, 0)));
  SHOW(syscall(SYS_ioprio_set, 9, 0, PRIORITY(BEST_EFFORT, 4)));
  SHOW(syscall(SYS_ioprio_get, 9, 0));
  SHOW(syscall(SYS_ioprio_get, PROCESS, 999999));
  SHOW(syscall(SYS_ioprio_set, PROCESS, 999999, PRIORITY(BEST_EFFORT, 4)));
  CHILD(1000) {
    SHOW(syscall(SYS_ioprio_set, PROCESS, 0, PRIORITY(REALTIME, 0)));
    SHOW(syscall(SYS_ioprio_set, PROCESS, getppid(), PRIORITY(BEST_EFFORT, 4)));
    SHOW(syscall(SYS_ioprio_set, PROCESS, 0, PRIORITY(BEST_EFFORT, 7)));
    SHOW(syscall(SYS_ioprio_get, PROCESS, 0));
  }
  return 0;
}
