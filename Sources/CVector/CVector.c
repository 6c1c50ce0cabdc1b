// The block of memory that a matrix product packs its left operand into, one for each thread.
#include "CVector.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_key(void) {
  if (pthread_key_create(&key, free) != 0) abort();
}

float *cvector_thread_block(void) {
  pthread_once(&once, make_key);
  float *block = pthread_getspecific(key);
  if (block == NULL) {
    block = aligned_alloc(64, CVECTOR_BLOCK * sizeof(float));
    if (block == NULL || pthread_setspecific(key, block) != 0) abort();
  }
  return block;
}
