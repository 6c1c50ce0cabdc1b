// The handler of SIGBUS and the mappings that it knows.
#define _GNU_SOURCE
#include "Mappings.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// A model in shards has one for each.
enum { most_mappings = 4096 };

// Free where `start` is 0. `start` is written last and read first.
static struct {
  atomic_uintptr_t start;
  atomic_size_t length;
  atomic_bool is_cut;
} mappings[most_mappings];

static atomic_ulong cuts;
// Numbers below it may be in use.
static atomic_int used;
static struct sigaction previous;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t numbers = PTHREAD_MUTEX_INITIALIZER;
static uintptr_t page;

// Zeros from a page on to the end of its mapping. The thread that touched it goes on with them.
static bool became_zeros(uintptr_t address) {
  for (int i = 0; i < atomic_load(&used); i++) {
    uintptr_t start = atomic_load(&mappings[i].start);
    uintptr_t end = start + atomic_load(&mappings[i].length);
    if (start == 0 || address < start || address >= end) continue;
    uintptr_t first = address / page * page;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    if (mmap((void *)first, end - first, PROT_READ, flags, -1, 0) == MAP_FAILED) return false;
    atomic_store(&mappings[i].is_cut, true);
    atomic_fetch_add(&cuts, 1);
    return true;
  }
  return false;
}

static void on_bus_error(int signal, siginfo_t *about, void *context) {
  (void)context;
  int saved = errno;
  // Without a handler of ours the same instruction goes to the one from before.
  if (!became_zeros((uintptr_t)about->si_addr)) sigaction(signal, &previous, NULL);
  errno = saved;
}

static void install(void) {
  page = (uintptr_t)sysconf(_SC_PAGESIZE);
  struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, &previous);
}

int cmap_watch(const void *start, size_t length) {
  pthread_once(&once, install);
  int number = -1;
  pthread_mutex_lock(&numbers);
  for (int i = 0; i < most_mappings && number < 0; i++) {
    if (atomic_load(&mappings[i].start) == 0) number = i;
  }
  if (number >= 0) {
    atomic_store(&mappings[number].is_cut, false);
    atomic_store(&mappings[number].length, length);
    atomic_store(&mappings[number].start, (uintptr_t)start);
    if (number >= atomic_load(&used)) atomic_store(&used, number + 1);
  }
  pthread_mutex_unlock(&numbers);
  return number;
}

void cmap_unwatch(int number) {
  if (number >= 0) atomic_store(&mappings[number].start, 0);
}

bool cmap_is_cut(int number) { return number >= 0 && atomic_load(&mappings[number].is_cut); }

unsigned long cmap_cuts(void) { return atomic_load(&cuts); }
