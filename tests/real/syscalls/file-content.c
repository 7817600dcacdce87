/* Calls: read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek _llseek truncate truncate64 ftruncate ftruncate64 fallocate sendfile sendfile64 copy_file_range splice tee vmsplice fadvise64 fadvise64_64 readahead sync_file_range memfd_create ioctl */
/* Content of files: reading and writing in every form, holes, and moving bytes between files and pipes. */
#include "show.h"
#include <linux/falloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 8
#endif
#ifndef RWF_APPEND
#define RWF_APPEND 16
#endif

static char page[8192];

static int fresh(const char *name, const char *text) {
  int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (write(fd, text, strlen(text)) < 0) perror(name);
  lseek(fd, 0, SEEK_SET);
  return fd;
}

static void vectors(void) {
  int fd = fresh("vectors", "");
  struct iovec out[] = {{"one", 3}, {"", 0}, {"two", 3}, {"three", 5}};
  SHOW(writev(fd, out, 4));
  SHOW(pwritev(fd, out, 1, 20));
  SHOW(writev(fd, out, 0));
  SHOW(writev(fd, out, -1));
  SHOW(writev(fd, out, 1025));
  struct iovec bad[] = {{"ok", 2}, {(void *)16, 5}};
  SHOW(pwritev(fd, bad, 2, 30));
  struct iovec huge[] = {{"ok", 2}, {"x", 0x80000000u}};
  SHOW(pwritev(fd, huge, 2, 30));
  SHOW(pwritev(fd, out, 1, -1));
  char one[5] = "", two[30] = "";
  struct iovec in[] = {{one, 4}, {two, 29}};
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(readv(fd, in, 2));
  show_bytes("first", one, 4);
  show_bytes("rest", two, 29);
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(preadv(fd, in, 2, 18));
  show_bytes("first", one, 4);
  SHOW(preadv2(fd, in, 1, 0, 0));
  SHOW(preadv2(fd, in, 1, -1, 0));
  SHOW(lseek(fd, 3, SEEK_SET));
  SHOW(preadv2(fd, in, 1, -1, 0));
  show_bytes("at own position", one, 4);
  SHOW(preadv2(fd, in, 1, 0, 0x1000));
  SHOW(preadv2(fd, in, 1, 0, RWF_NOWAIT));
  SHOW(preadv2(fd, in, 1, 0, RWF_HIPRI));
  SHOW(pwritev2(fd, out, 1, 0, RWF_SYNC));
  SHOW(pwritev2(fd, out, 1, 0, RWF_DSYNC));
  SHOW(pwritev2(fd, out, 1, 0, RWF_APPEND));
  SHOW(pwritev2(fd, out, 1, -1, RWF_APPEND));
  show_stat("vectors");
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(preadv2(fd, in, 1, 0, RWF_APPEND));
  int ends[2];
  pipe(ends);
  SHOW(preadv2(ends[0], in, 1, -1, RWF_NOWAIT));
  SHOW(pwritev2(ends[1], out, 1, -1, RWF_NOWAIT));
  SHOW(preadv2(ends[0], in, 1, -1, RWF_NOWAIT));
  SHOW(preadv(ends[0], in, 1, 0));
  SHOW(pread(ends[0], one, 1, 0));
  SHOW(pwrite(ends[1], one, 1, 0));
  SHOW(lseek(ends[0], 0, SEEK_CUR));
  close(ends[0]);
  close(ends[1]);
  SHOW(pread(fd, two, 5, 3));
  show_bytes("pread", two, 5);
  SHOW(pwrite(fd, "PW", 2, 100));
  SHOW(pread(fd, two, 5, -1));
  SHOW(pread(fd, (void *)16, 5, 0));
  SHOW(write(fd, (void *)16, 5));
  SHOW(write(fd, (void *)16, 0));
  SHOW(read(fd, two, 0));
  close(fd);
}

static void positions(void) {
  int fd = fresh("positions", "0123456789");
  SHOW(lseek(fd, 3, SEEK_SET));
  SHOW(lseek(fd, 3, SEEK_CUR));
  SHOW(lseek(fd, -1, SEEK_END));
  SHOW(lseek(fd, -11, SEEK_END));
  SHOW(lseek(fd, -1, SEEK_SET));
  SHOW(lseek(fd, 0, 5));
  SHOW(lseek(fd, 100, SEEK_SET));
  show_read("behind the end", fd, 5);
  SHOW(lseek64(fd, 1ll << 33, SEEK_SET) == 1ll << 33);
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(write(fd, "far", 3));
  struct stat64 st;
  fstat64(fd, &st);
  printf("%lld, few blocks: %d\n", (long long)st.st_size, st.st_blocks < 100);
  SHOW(open("positions", O_RDONLY));
  SHOW(truncate64("positions", 1ll << 34));
  SHOW(truncate("positions", 4));
  SHOW(ftruncate(fd, 6));
  SHOW(lseek(fd, 0, SEEK_SET));
  show_read("cut and grown", fd, 20);
  SHOW(ftruncate64(fd, 7));
  SHOW(ftruncate(fd, -1));
  SHOW(truncate("none", 1));
  SHOW(truncate(".", 1));
  SHOW(truncate("/dev/null", 1));
  int reader = open("positions", O_RDONLY);
  SHOW(ftruncate(reader, 1));
  close(reader);
  /* RLIMIT_FSIZE */
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = {8, RLIM_INFINITY}, old;
  getrlimit(RLIMIT_FSIZE, &old);
  setrlimit(RLIMIT_FSIZE, &limit);
  SHOW(pwrite(fd, "abcdef", 6, 4));
  SHOW(pwrite(fd, "abcdef", 6, 8));
  SHOW(ftruncate(fd, 9));
  setrlimit(RLIMIT_FSIZE, &old);
  show_stat("positions");
  close(fd);
}

static void holes(void) {
  int fd = fresh("holes", "");
  memset(page, 'x', sizeof page);
  SHOW(pwrite(fd, page, 4096, 8192));
  SHOW(pwrite(fd, page, 1, 65536));
  SHOW(lseek(fd, 0, SEEK_DATA));
  SHOW(lseek(fd, 9000, SEEK_DATA));
  SHOW(lseek(fd, 0, SEEK_HOLE));
  SHOW(lseek(fd, 8192, SEEK_HOLE));
  SHOW(lseek(fd, 12288, SEEK_DATA));
  SHOW(lseek(fd, 65536, SEEK_HOLE));
  SHOW(lseek(fd, 65537, SEEK_HOLE));
  SHOW(lseek(fd, 65537, SEEK_DATA));
  SHOW(lseek(fd, -1, SEEK_DATA));
  struct stat st;
  fstat(fd, &st);
  printf("blocks %d\n", (int)st.st_blocks);
  SHOW(fallocate(fd, 0, 20480, 8192));
  fstat(fd, &st);
  printf("blocks %d size %d\n", (int)st.st_blocks, (int)st.st_size);
  SHOW(fallocate(fd, FALLOC_FL_KEEP_SIZE, 65536, 12288));
  fstat(fd, &st);
  printf("blocks %d size %d\n", (int)st.st_blocks, (int)st.st_size);
  SHOW(fallocate(fd, 0, 80000, 100));
  fstat(fd, &st);
  printf("size %d\n", (int)st.st_size);
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 100));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 8200, 4096));
  SHOW(pread(fd, page, 10, 8192));
  show_bytes("punched", page, 10);
  SHOW(lseek(fd, 0, SEEK_DATA));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 8192, 8192));
  SHOW(lseek(fd, 0, SEEK_DATA));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1 << 20));
  SHOW(lseek(fd, 0, SEEK_DATA));
  fstat(fd, &st);
  printf("blocks %d size %d\n", (int)st.st_blocks, (int)st.st_size);
  SHOW(fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, 4096));
  SHOW(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096));
  SHOW(fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, 4096));
  SHOW(fallocate(fd, 0, -1, 4096));
  SHOW(fallocate(fd, 0, 0, 0));
  SHOW(fallocate(fd, 0x1000, 0, 10));
  int reader = open("holes", O_RDONLY);
  SHOW(fallocate(reader, 0, 0, 10));
  close(reader);
  int ends[2];
  pipe(ends);
  SHOW(fallocate(ends[1], 0, 0, 10));
  close(ends[0]);
  close(ends[1]);
  /* What a mapping writes is no hole. */
  SHOW(ftruncate(fd, 0));
  SHOW(ftruncate(fd, 40960));
  char *at = mmap(NULL, 40960, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  at[20000] = 'm';
  SHOW(lseek(fd, 0, SEEK_DATA));
  SHOW(lseek(fd, 16384, SEEK_HOLE));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 16384, 4096));
  printf("mapping sees %d\n", at[20000]);
  munmap(at, 40960);
  close(fd);
  int memory = memfd_create("memory", 0);
  SHOW(ftruncate(memory, 16384));
  SHOW(pwrite(memory, "m", 1, 8192));
  SHOW(lseek(memory, 0, SEEK_DATA));
  close(memory);
}

static void transfers(void) {
  int in = fresh("in", "The quick brown fox"), out = fresh("out", "");
  off_t at = 4;
  SHOW(sendfile(out, in, &at, 5));
  printf("offset %ld\n", (long)at);
  SHOW(lseek(in, 0, SEEK_CUR));
  SHOW(sendfile(out, in, NULL, 3));
  SHOW(lseek(in, 0, SEEK_CUR));
  SHOW(sendfile(out, in, NULL, 100));
  SHOW(sendfile(out, in, NULL, 100));
  off64_t wide = 10;
  SHOW(sendfile64(out, in, &wide, 5));
  wide = -1;
  SHOW(sendfile64(out, in, &wide, 5));
  SHOW(sendfile(in, 99, NULL, 5));
  int append = open("out", O_WRONLY | O_APPEND);
  SHOW(sendfile(append, in, &at, 5));
  close(append);
  lseek(out, 0, SEEK_SET);
  show_read("out", out, 100);
  off64_t from = 0, to = 2;
  SHOW(copy_file_range(in, &from, out, &to, 3, 0));
  printf("%lld %lld\n", (long long)from, (long long)to);
  SHOW(copy_file_range(in, &from, out, &to, 1000, 0));
  SHOW(copy_file_range(in, &from, out, &to, 1000, 0));
  from = to = 0;
  SHOW(copy_file_range(in, &from, out, &to, 3, 1));
  SHOW(copy_file_range(in, &from, in, &to, 3, 0));
  to = 3;
  SHOW(copy_file_range(in, &from, in, &to, 3, 0));
  int dir = open(".", O_RDONLY), ends[2];
  pipe(ends);
  SHOW(copy_file_range(dir, NULL, out, NULL, 3, 0));
  SHOW(copy_file_range(ends[0], NULL, out, NULL, 3, 0));
  lseek(out, 0, SEEK_SET);
  show_read("out", out, 100);
  /* splice and its kin */
  wide = 0;
  SHOW(splice(in, &wide, ends[1], NULL, 9, 0));
  printf("%lld\n", (long long)wide);
  SHOW(splice(in, NULL, out, NULL, 9, 0));
  SHOW(splice(in, NULL, ends[1], &wide, 9, 0));
  int other[2];
  pipe(other);
  SHOW(tee(ends[0], other[1], 100, SPLICE_F_NONBLOCK));
  SHOW(tee(ends[0], ends[1], 100, SPLICE_F_NONBLOCK));
  SHOW(tee(in, other[1], 100, SPLICE_F_NONBLOCK));
  SHOW(splice(other[0], NULL, ends[1], NULL, 3, 0));
  show_read("teed", other[0], 100);
  SHOW(tee(other[0], ends[1], 10, SPLICE_F_NONBLOCK));
  SHOW(splice(other[0], NULL, out, NULL, 10, SPLICE_F_NONBLOCK));
  show_read("spliced", ends[0], 100);
  SHOW(ftruncate(out, 0));
  SHOW(write(ends[1], "to the file", 11));
  wide = 2;
  SHOW(splice(ends[0], NULL, out, &wide, 6, 0));
  lseek(out, 0, SEEK_SET);
  show_read("out", out, 100);
  struct iovec vec[] = {{"gift", 4}, {"ed", 2}};
  SHOW(vmsplice(ends[1], vec, 2, 0));
  char got[20];
  struct iovec back[] = {{got, 8}, {got + 8, 12}};
  SHOW(vmsplice(ends[0], back, 2, 0));
  show_bytes("vmsplice", got, 11);
  SHOW(vmsplice(ends[0], back, 2, SPLICE_F_NONBLOCK));
  SHOW(vmsplice(in, vec, 2, 0));
  SHOW(splice(ends[0], NULL, other[1], NULL, 3, 0x100));
  /* All of a big file through a small pipe. */
  int big = fresh("big", "");
  for (int i = 0; i < 50; i++) {
    memset(page, 'a' + i % 26, sizeof page);
    if (write(big, page, sizeof page) != sizeof page) printf("write\n");
  }
  lseek(big, 0, SEEK_SET);
  int copy = fresh("copy", "");
  CHILD(0) {
    close(ends[0]);
    long total = 0, some;
    while ((some = splice(big, NULL, ends[1], NULL, 1 << 20, 0)) > 0) total += some;
    printf("into the pipe %ld\n", total);
  } else {
    close(ends[1]);
    long total = 0, some;
    while ((some = splice(ends[0], NULL, copy, NULL, 1 << 20, SPLICE_F_MORE)) > 0) total += some;
    printf("out of the pipe %ld\n", total);
  }
  pread(copy, page, 1, 26 * 8192);
  show_bytes("copied", page, 1);
  close(ends[0]);
  close(other[0]);
  signal(SIGPIPE, SIG_IGN);
  SHOW(splice(in, &wide, other[1], NULL, 3, 0));
  close(other[1]);
  close(in);
  close(out);
  close(big);
  close(copy);
  close(dir);
}

static void advice(void) {
  int fd = fresh("advice", "0123456789"), ends[2];
  pipe(ends);
  printf("%s\n", strerrorname_np(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL)));
  printf("%s\n", strerrorname_np(posix_fadvise(fd, 0, 0, 99)));
  printf("%s\n", strerrorname_np(posix_fadvise64(fd, 1ll << 33, 1ll << 33, POSIX_FADV_WILLNEED)));
  printf("%s\n", strerrorname_np(posix_fadvise(ends[0], 0, 0, POSIX_FADV_NORMAL)));
  printf("%s\n", strerrorname_np(posix_fadvise(99, 0, 0, POSIX_FADV_NORMAL)));
#ifdef __i386__
  syscall(SYS_fadvise64, fd, 0, 0, 10, 0);
  syscall(SYS_fadvise64_64, fd, 0, 0, 10, 0, 0);
  syscall(SYS_truncate, "advice", 10);
  syscall(SYS_ftruncate, fd, 10);
  syscall(SYS_sendfile, fd, 99, NULL, 0);
  syscall(SYS_lseek, fd, 0, SEEK_SET);
#endif
  SHOW(readahead(fd, 0, 100));
  SHOW(readahead(ends[0], 0, 100));
  SHOW(readahead(99, 0, 100));
  int writer = open("advice", O_WRONLY);
  SHOW(readahead(writer, 0, 100));
  SHOW(sync_file_range(fd, 0, 0, 7));
  SHOW(sync_file_range(fd, 0, 5, 0));
  SHOW(sync_file_range(fd, 0, 5, 8));
  SHOW(sync_file_range(fd, -1, 5, 2));
  SHOW(sync_file_range(fd, 10, -5, 2));
  SHOW(sync_file_range(ends[0], 0, 5, 2));
  SHOW(sync_file_range(99, 0, 5, 2));
  int value = -1;
  lseek(fd, 4, SEEK_SET);
  SHOW(ioctl(fd, FIONREAD, &value));
  printf("%d\n", value);
  SHOW(ioctl(fd, FIOCLEX));
  SHOW(fcntl(fd, F_GETFD));
  SHOW(ioctl(fd, FIONCLEX));
  SHOW(fcntl(fd, F_GETFD));
  value = 1;
  SHOW(ioctl(fd, FIONBIO, &value));
  SHOW((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  SHOW(ioctl(fd, FIONBIO, (void *)16));
  SHOW(ioctl(fd, TIOCGWINSZ, page));
  SHOW(ioctl(fd, 0x1234, page));
  SHOW(ioctl(99, FIOCLEX));
  SHOW(ioctl(ends[0], FIONREAD, &value));
  close(fd);
}

int main(void) {
  enter_scratch();
  vectors();
  positions();
  holes();
  transfers();
  advice();
  return 0;
}
