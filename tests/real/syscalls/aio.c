/* Calls: io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64 */
/* Linux's own asynchronous input and output. */
#include "show.h"
#include <linux/aio_abi.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

static aio_context_t context;

static void prepare(struct iocb *block, int operation, int fd, void *buffer, long length, long offset) {
  memset(block, 0, sizeof *block);
  block->aio_data = 0x1234567800000000ull + operation;
  block->aio_lio_opcode = operation;
  block->aio_fildes = fd;
  block->aio_buf = (uintptr_t)buffer;
  block->aio_nbytes = length;
  block->aio_offset = offset;
}

static void submit(const char *what, struct iocb *block) {
  long result = syscall(SYS_io_submit, context, 1, &block);
  printf("%s: %s\n", what, result == 1 ? "accepted" : result < 0 ? strerrorname_np(errno) : "?");
}

static void events(int least) {
  struct io_event found[8];
  struct timespec none = {0, 0};
  long count = syscall(SYS_io_getevents, context, least, 8, found, least == 0 ? &none : NULL);
  printf("%ld events", count);
  for (long i = 0; i < count; i++) printf(", operation %d gives %lld", (int)(found[i].data & 0xff), (long long)found[i].res);
  printf("\n");
}

int main(void) {
  struct iocb one, two, *both[2] = {&one, &two};
  char bytes[32] = "";
  enter_scratch();
  SHOW(syscall(SYS_io_setup, 0, &context));
  SHOW(syscall(SYS_io_setup, 4, (void *)16));
  SHOW(syscall(SYS_io_setup, 4, &context));
  SHOW(syscall(SYS_io_setup, 4, &context));
  int fd = open("file", O_RDWR | O_CREAT, 0600);
  prepare(&one, IOCB_CMD_PWRITE, fd, "0123456789", 10, 0);
  submit("write", &one);
  events(1);
  events(0);
  prepare(&one, IOCB_CMD_PREAD, fd, bytes, 4, 3);
  prepare(&two, IOCB_CMD_FSYNC, fd, NULL, 0, 0);
  SHOW(syscall(SYS_io_submit, context, 2, both));
  events(2);
  show_bytes("read", bytes, 4);
  struct iovec vec[2] = {{bytes, 2}, {bytes + 10, 5}};
  prepare(&one, IOCB_CMD_PREADV, fd, vec, 2, 1);
  submit("vector", &one);
  events(1);
  show_bytes("second part", bytes + 10, 5);
  prepare(&one, IOCB_CMD_PWRITEV, fd, vec, 2, 20);
  submit("vector", &one);
  prepare(&one, IOCB_CMD_PREAD, fd, bytes, 10, 1000);
  submit("behind the end", &one);
  prepare(&one, IOCB_CMD_PREAD, fd, (void *)16, 10, 0);
  submit("no memory", &one);
  events(3);
  /* What is refused at once. */
  prepare(&one, IOCB_CMD_PREAD, 99, bytes, 10, 0);
  submit("no file", &one);
  prepare(&one, 77, fd, bytes, 10, 0);
  submit("no operation", &one);
  prepare(&one, IOCB_CMD_PREAD, fd, bytes, 10, -5);
  submit("no position", &one);
  prepare(&one, IOCB_CMD_PREAD, fd, bytes, 10, 0);
  one.aio_reserved2 = 1;
  submit("reserved", &one);
  submit("no block", (void *)16);
  SHOW(syscall(SYS_io_submit, context, -1, both));
  SHOW(syscall(SYS_io_submit, context, 0, both));
  SHOW(syscall(SYS_io_submit, context + 4096 * 100, 1, both));
  prepare(&one, IOCB_CMD_PREAD, fd, bytes, 3, 0);
  prepare(&two, 77, fd, bytes, 3, 0);
  SHOW(syscall(SYS_io_submit, context, 2, both));
  events(1);
  SHOW(syscall(SYS_io_getevents, context, 3, 2, NULL, NULL));
  SHOW(syscall(SYS_io_getevents, context, -1, 2, NULL, NULL));
  /* An eventfd that is told. */
  int counter = eventfd(0, EFD_NONBLOCK);
  prepare(&one, IOCB_CMD_PREAD, fd, bytes, 3, 0);
  one.aio_flags = IOCB_FLAG_RESFD;
  one.aio_resfd = counter;
  submit("told", &one);
  unsigned long long value = 0;
  SHOW(read(counter, &value, 8));
  printf("%llu\n", value);
  events(1);
  one.aio_resfd = fd;
  submit("no eventfd", &one);
  /* Polls are what waits. */
  int ends[2];
  pipe(ends);
  prepare(&one, IOCB_CMD_POLL, ends[0], (void *)(POLLIN | POLLRDNORM), 0, 0);
  one.aio_flags = IOCB_FLAG_RESFD;
  one.aio_resfd = counter;
  submit("poll", &one);
  events(0);
  SHOW(read(counter, &value, 8));
  write(ends[1], "x", 1);
  events(1);
  SHOW(read(counter, &value, 8));
  submit("poll of what is ready", &one);
  events(1);
  read(ends[0], bytes, 1);
  submit("poll", &one);
  CHILD(0) write(ends[1], "y", 1);
  else events(1);
  fflush(stdout);
  read(ends[0], bytes, 1);
  struct io_event event;
  submit("poll", &one);
  SHOW(syscall(SYS_io_cancel, context, &one, &event));
  events(1);
  SHOW(syscall(SYS_io_cancel, context, &one, &event));
#ifdef __i386__
  struct timespec none = {0, 0};
  long long wide[2] = {0, 0};
  syscall(SYS_io_pgetevents, context, 0, 1, &event, &none, NULL);
  syscall(SYS_io_pgetevents_time64, context, 0, 1, &event, wide, NULL);
#endif
  submit("poll", &one);
  SHOW(syscall(SYS_io_destroy, context));
  SHOW(syscall(SYS_io_destroy, context));
  submit("context that is gone", &one);
  return 0;
}
