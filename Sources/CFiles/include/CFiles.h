// What Swift has no name for: a system call on files, and a handler of SIGBUS.
#pragma once

#include "Mappings.h"

/// Exchanges what two paths name in one step: at no moment does either name nothing, or both the same. Neither is
/// followed where it is a symbolic link. Gives 0, or -1 with the reason in errno: EINVAL, ENOSYS or ENOTSUP where the
/// system or the file system has no such step.
int cfiles_exchange(const char *_Nonnull left, const char *_Nonnull right);
