// Exchanging two names in one step.
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
