/* Files: flags, 64-bit offsets, status, mappings, directories, locks, vectors, times, links. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define CHECK(call) printf("%s: %s\n", #call, (call) < 0 ? strerror(errno) : "ok")

int main(void) {
  struct stat st;
  char directory[] = "/tmp/crossXXXXXX";
  if (!mkdtemp(directory) || chdir(directory)) return 1;
  CHECK(open(".", O_RDONLY | O_DIRECTORY));
  int fd = open("file", O_RDWR | O_CREAT | O_EXCL | O_LARGEFILE | O_CLOEXEC, 0640);
  CHECK(fd);
  CHECK(open("file", O_CREAT | O_EXCL, 0600));
  CHECK(open("file", O_RDONLY | O_DIRECTORY));
  symlink("file", "link");
  CHECK(open("link", O_RDONLY | O_NOFOLLOW));
  printf("fl %o fd %d\n", fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK | O_DIRECTORY), fcntl(fd, F_GETFD));
  fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK);
  printf("fl %d\n", (fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK)) == (O_APPEND | O_NONBLOCK));
  fcntl(fd, F_SETFL, 0);
  ssize_t n = pwrite(fd, "far", 3, 0x123456789LL);
  printf("pwrite %zd\n", n);
  fstat(fd, &st);
  printf("size %llx mode %o nlink %d blksize %d\n", (unsigned long long)st.st_size, st.st_mode, (int)st.st_nlink,
         (int)st.st_blksize);
  char buffer[64];
  memset(buffer, 0, sizeof buffer);
  n = pread(fd, buffer, 10, 0x123456789LL);
  printf("pread %zd %s\n", n, buffer);
  printf("lseek %llx\n", (unsigned long long)lseek(fd, -1, SEEK_END));
  CHECK(ftruncate(fd, 0x100000000LL));
  CHECK(truncate("file", 10000));
  CHECK(posix_fadvise(fd, 0, 10000, POSIX_FADV_SEQUENTIAL));
  CHECK(posix_fallocate(fd, 0, 20000));
  CHECK(sync_file_range(fd, 0, 4096, SYNC_FILE_RANGE_WRITE));
  CHECK(readahead(fd, 0, 4096));
  stat("file", &st);
  printf("size %llu blocks %d\n", (unsigned long long)st.st_size, st.st_blocks > 0);
  lseek(fd, 0, SEEK_SET);
  struct iovec out[3] = {{"one ", 4}, {"two ", 4}, {"three", 5}};
  printf("writev %zd\n", writev(fd, out, 3));
  struct iovec in[2] = {{buffer, 6}, {buffer + 20, 7}};
  memset(buffer, '.', sizeof buffer);
  n = preadv(fd, in, 2, 0);
  printf("preadv %zd %.6s %.7s\n", n, buffer, buffer + 20);
  char *map = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  printf("map %.13s\n", map);
  memcpy(map + 4, "TWO", 3);
  msync(map, 8192, MS_SYNC);
  pread(fd, buffer, 13, 0);
  printf("after %.13s\n", buffer);
  char *high = mmap64(0, 4096, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, fd, 4096);
  printf("second page %d\n", high[0]);
  void *grown = mremap(map, 8192, 16384, MREMAP_MAYMOVE);
  printf("mremap %.3s\n", (char *)grown);
  CHECK(mlockall(MCL_CURRENT | MCL_FUTURE));
  CHECK(munlockall());
  void *locked = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
  printf("locked %d\n", locked != MAP_FAILED);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x100000000LL, .l_len = 10};
  CHECK(fcntl(fd, F_SETLK, &lock));
  struct statfs fs;
  printf("statfs %d\n", statfs("/tmp", &fs) == 0 && fs.f_bsize > 0 && fs.f_namelen == 255);
  struct timespec times[2] = {{1000000000, 123456789}, {1500000000, 987654321}};
  utimensat(AT_FDCWD, "file", times, 0);
  stat("file", &st);
  printf("times %ld.%09ld %ld.%09ld\n", (long)st.st_atim.tv_sec, st.st_atim.tv_nsec, (long)st.st_mtim.tv_sec,
         st.st_mtim.tv_nsec);
  for (int i = 0; i < 30; i++) {
    char name[20];
    snprintf(name, sizeof name, "entry%02d", i);
    close(open(name, O_WRONLY | O_CREAT, 0600));
  }
  DIR *dir = opendir(".");
  struct dirent *entry;
  int count = 0, sum = 0;
  while ((entry = readdir(dir))) {
    count++;
    for (char *c = entry->d_name; *c; c++) sum += *c;
  }
  printf("entries %d sum %d\n", count, sum);
  int fds[2], waiting = 0;
  pipe2(fds, O_NONBLOCK | O_CLOEXEC);
  n = read(fds[0], buffer, 1);
  printf("empty %zd %s\n", n, strerror(errno));
  write(fds[1], "12345", 5);
  ioctl(fds[0], FIONREAD, &waiting);
  printf("waiting %d\n", waiting);
  int off = 0;
  ioctl(fds[0], FIONBIO, &off);
  printf("blocking %d\n", !(fcntl(fds[0], F_GETFL) & O_NONBLOCK));
  CHECK(ioctl(fd, TIOCGWINSZ, buffer));
  CHECK(link("file", "second"));
  CHECK(rename("second", "third"));
  CHECK(access("second", F_OK));
  CHECK(chmod("third", 0444));
  CHECK(mkdir("sub", 0755));
  CHECK(rmdir("sub"));
  printf("readlink %zd\n", readlink("link", buffer, sizeof buffer));
  CHECK(unlinkat(AT_FDCWD, "third", 0));
  struct statx sx;
  CHECK(statx(AT_FDCWD, "file", 0, STATX_BASIC_STATS, &sx));
  printf("statx %llu\n", (unsigned long long)sx.stx_size);
  return 0;
}
