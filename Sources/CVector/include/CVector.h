// Instructions that Swift has no name for, or makes a loop over lanes of.
#pragma once

typedef float cvector_lanes __attribute__((ext_vector_type(16)));

/// The square root of each lane, correctly rounded; NaN for negative lanes.
static inline __attribute__((always_inline)) cvector_lanes cvector_square_root(cvector_lanes x) {
  return __builtin_elementwise_sqrt(x);
}

typedef unsigned short cvector_halves __attribute__((ext_vector_type(16)));
typedef unsigned int cvector_words __attribute__((ext_vector_type(16)));

/// Sixteen numbers of 16 bits from any address, each in a lane of 32 bits.
static inline __attribute__((always_inline)) cvector_words cvector_widened(const void *_Nonnull pointer) {
  cvector_halves halves;
  __builtin_memcpy(&halves, pointer, sizeof halves);
  return __builtin_convertvector(halves, cvector_words);
}

/// Asks for the cache line of an address that is read soon; harmless at any address.
static inline __attribute__((always_inline)) void cvector_prefetch(const float *_Nonnull pointer) {
  __builtin_prefetch(pointer, 0, 3);
}

#define CVECTOR_BLOCK 49152

/// `CVECTOR_BLOCK` floats of the calling thread: the same at each call, freed with the thread.
float *_Nonnull cvector_thread_block(void);
