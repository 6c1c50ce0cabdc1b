// A stack of a size of our own, where the system gives the process a small one.
#define _GNU_SOURCE
#include "CEditStack.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

static void (*body_of_stack)(void);

static void run_body(void) { body_of_stack(); }

void cel_with_stack(size_t size, void (*body)(void)) {
  struct rlimit limit;
  bool is_small = getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < size;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE;
  char *stack = is_small ? mmap(NULL, size + page, PROT_READ | PROT_WRITE, flags, -1, 0) : MAP_FAILED;
  static ucontext_t outside, inside;
  if (stack == MAP_FAILED || mprotect(stack, page, PROT_NONE) != 0 || getcontext(&inside) != 0) {
    body();
    return;
  }
  inside.uc_stack.ss_sp = stack + page;
  inside.uc_stack.ss_size = size;
  inside.uc_link = &outside;
  body_of_stack = body;
  makecontext(&inside, run_body, 0);
  // The thread stays the same one, and so do its signals.
  if (swapcontext(&outside, &inside) != 0) body();
}
