// A stack of a size of our own, where the system gives the process a small one.
#ifndef CEDITSTACK_H
#define CEDITSTACK_H

#include <stdbool.h>
#include <stddef.h>

/// Calls a function, on this thread, with at least so many bytes of stack: where RLIMIT_STACK is less, on a stack of
/// its own with a page without access below it. Once in a process.
void cel_with_stack(size_t size, void (*body)(void));

#endif
