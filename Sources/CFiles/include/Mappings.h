// Mapped files that may be cut while they are in use: what the system answers with SIGBUS becomes zeros and a mark.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/// Watches a private mapping that begins with a page: where the file under it ends before a page that is touched, the rest
/// of the mapping becomes zeros, and is marked. -1 where too many are watched already: such a mapping ends the process
/// with SIGBUS, as any other does. The first call installs the handler of SIGBUS; one that is not about such a mapping goes
/// to the handler from before. Safe on any thread.
int cmap_watch(const void *start, size_t length);
/// Ends that, before the mapping itself ends.
void cmap_unwatch(int number);

/// Whether a page of the mapping was touched that the file has not.
bool cmap_is_cut(int number);
/// How often that happened to any mapping. Quick, and never less than before.
unsigned long cmap_cuts(void);

