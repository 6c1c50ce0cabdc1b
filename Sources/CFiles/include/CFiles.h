// What Swift has no name for: system calls on files, and a handler of SIGBUS.
#pragma once

#include <stdint.h>

#include "Mappings.h"

/// Exchanges what two paths name in one step: at no moment does either name nothing, or both the same. Neither is
/// followed where it is a symbolic link. Gives 0, or -1 with the reason in errno: EINVAL, ENOSYS or ENOTSUP where the
/// system or the file system has no such step.
int cfiles_exchange(const char *_Nonnull left, const char *_Nonnull right);

/// Has the system begin to write a range of an open file to its disk, and does not wait. A hint, which nothing depends on:
/// systems that do not know it do nothing.
void cfiles_begin_writing(int file, int64_t offset, int64_t count);
/// Waits until a range of an open file is on its disk, as far as that goes by the range: the file is durable by fsync alone.
void cfiles_wait_for_writing(int file, int64_t offset, int64_t count);
