// Exchanging two names in one step, and writing a file to the disk piece by piece.
#define _GNU_SOURCE
#include "CFiles.h"

#include <errno.h>
#ifdef __linux__
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

int cfiles_exchange(const char *left, const char *right) {
#if defined(__linux__) && defined(SYS_renameat2)
  // RENAME_EXCHANGE; not every C library names it.
  return (int)syscall(SYS_renameat2, AT_FDCWD, left, AT_FDCWD, right, 2u);
#else
  (void)left;
  (void)right;
  errno = ENOSYS;
  return -1;
#endif
}

void cfiles_begin_writing(int file, int64_t offset, int64_t count) {
#ifdef __linux__
  (void)sync_file_range(file, offset, count, SYNC_FILE_RANGE_WRITE);
#else
  (void)file, (void)offset, (void)count;
#endif
}

void cfiles_wait_for_writing(int file, int64_t offset, int64_t count) {
#ifdef __linux__
  unsigned flags = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  (void)sync_file_range(file, offset, count, flags);
#else
  (void)file, (void)offset, (void)count;
#endif
}
