/* Files: structures and flags that ARM has of its own, 64-bit arguments, locks, events. */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRY(call) printf("%s: %s\n", #call, (call) < 0 ? strerror(errno) : "ok")

static void flags(const char *directory) {
  char file[200], link[200];
  snprintf(file, sizeof file, "%s/file", directory);
  snprintf(link, sizeof link, "%s/link", directory);
  int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0640);
  printf("access mode %d append %d\n", fcntl(fd, F_GETFL) & O_ACCMODE, (fcntl(fd, F_GETFL) & O_APPEND) != 0);
  TRY(open(file, O_RDONLY | O_DIRECTORY));
  TRY(open(directory, O_RDONLY | O_DIRECTORY));
  TRY(symlink("file", link));
  TRY(open(link, O_RDONLY | O_NOFOLLOW));
  TRY(open(link, O_RDONLY));
  TRY(open(file, O_RDWR | O_CREAT | O_EXCL, 0600));
  TRY(open(directory, O_RDWR));
  TRY(open(directory, O_TMPFILE | O_RDWR, 0600));
  int again = open(file, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);
  printf("flags %o descriptor %d\n", fcntl(again, F_GETFL) & (O_APPEND | O_NONBLOCK), fcntl(again, F_GETFD));
  close(again);
  close(fd);
}

static void offsets(const char *directory) {
  char file[200];
  snprintf(file, sizeof file, "%s/large", directory);
  int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0644);
  const off_t far = 0x123456789aLL;
  TRY(pwrite(fd, "abc", 3, far));
  char got[4] = "";
  printf("pread %zd '%s'\n", pread(fd, got, 3, far), got);
  printf("seek %llx\n", (long long)lseek(fd, -1, SEEK_END));
  struct stat stat;
  TRY(fstat(fd, &stat));
  printf("size %llx mode %o links %lu uid %u\n", (long long)stat.st_size, stat.st_mode, (unsigned long)stat.st_nlink, stat.st_uid);
  TRY(ftruncate(fd, 0x100000001LL));
  fstat(fd, &stat);
  printf("size %llx\n", (long long)stat.st_size);
  TRY(truncate(file, 5000));
  TRY(fallocate(fd, 0, 4096, 8192));
  TRY(posix_fadvise(fd, 0x100000000LL, 10, POSIX_FADV_SEQUENTIAL));
  TRY(sync_file_range(fd, 0, 4096, SYNC_FILE_RANGE_WRITE));
  TRY(readahead(fd, 0, 4096));
  struct timespec times[2] = {{1000000000, 5}, {1100000000, 7}};
  TRY(futimens(fd, times));
  fstat(fd, &stat);
  printf("size %lld atime %ld.%ld mtime %ld.%ld\n", (long long)stat.st_size, (long)stat.st_atim.tv_sec, stat.st_atim.tv_nsec,
         (long)stat.st_mtim.tv_sec, stat.st_mtim.tv_nsec);
  struct iovec parts[2] = {{"one", 3}, {"two", 3}};
  TRY(pwritev(fd, parts, 2, 100));
  char six[7] = "";
  struct iovec into[2] = {{six, 2}, {six + 2, 4}};
  printf("preadv %zd '%s'\n", preadv(fd, into, 2, 100), six);
  char *map = mmap64(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
  map[0] = 'm';
  printf("mapped %d\n", pread(fd, got, 1, 4096) == 1 && got[0] == 'm');
  struct statfs fs;
  TRY(statfs(directory, &fs));
  printf("name length %ld, block size %d\n", (long)fs.f_namelen, fs.f_bsize > 0);
  struct statx sx;
  TRY(statx(AT_FDCWD, file, 0, STATX_ALL, &sx));
  printf("statx size %llu mode %o\n", (unsigned long long)sx.stx_size, sx.stx_mode);
  close(fd);
}

static void locks(const char *directory) {
  char file[200];
  snprintf(file, sizeof file, "%s/locked", directory);
  int fd = open(file, O_RDWR | O_CREAT, 0644);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x100000000LL, .l_len = 10};
  TRY(fcntl(fd, F_SETLK, &lock));
  pid_t child = fork();
  if (child == 0) {
    struct flock other = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0x100000005LL, .l_len = 1};
    TRY(fcntl(fd, F_GETLK, &other));
    printf("type %d start %llx length %lld parent's %d\n", other.l_type, (long long)other.l_start, (long long)other.l_len,
           other.l_pid == getppid());
    TRY(fcntl(fd, F_SETLK, &other));
    exit(0);
  }
  wait(0);
  close(fd);
}

static void events(void) {
  int epoll = epoll_create1(0), event = eventfd(3, EFD_NONBLOCK);
  struct epoll_event wanted = {.events = EPOLLIN, .data = {.u64 = 0x1122334455667788ULL}}, got[2];
  TRY(epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted));
  int n = epoll_wait(epoll, got, 2, 100);
  printf("epoll %d events %x data %llx\n", n, got[0].events, (unsigned long long)got[0].data.u64);
  unsigned long long value;
  printf("eventfd %zd %llu\n", read(event, &value, 8), value);
  n = epoll_wait(epoll, got, 2, 10);
  printf("epoll %d\n", n);
  int pair[2];
  TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  TRY(send(pair[0], "hello", 5, 0));
  char text[6] = "";
  printf("recv %zd '%s'\n", recv(pair[1], text, 5, 0), text);
  struct pollfd polled = {.fd = pair[1], .events = POLLIN | POLLOUT};
  n = poll(&polled, 1, 10);
  printf("poll %d %x\n", n, polled.revents);
}

static void directories(const char *directory) {
  DIR *dir = opendir(directory);
  struct dirent *entry;
  int entries = 0, types = 0;
  while ((entry = readdir(dir))) {
    entries++;
    types += entry->d_type;
  }
  closedir(dir);
  printf("entries %d types %d\n", entries, types);
}

int main(void) {
  char directory[] = "/tmp/kml-files-XXXXXX";
  if (!mkdtemp(directory)) return 1;
  umask(022);
  setvbuf(stdout, 0, _IOLBF, 0);
  flags(directory);
  offsets(directory);
  locks(directory);
  events();
  directories(directory);
  for (const char *const *name = (const char *const[]){"file", "link", "large", "locked", 0}; *name; name++) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", directory, *name);
    unlink(path);
  }
  TRY(rmdir(directory));
  return 0;
}
