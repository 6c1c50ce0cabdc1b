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

typedef unsigned char cvector_eight __attribute__((ext_vector_type(8)));
typedef unsigned char cvector_sixteen __attribute__((ext_vector_type(16)));
typedef signed char cvector_signed __attribute__((ext_vector_type(16)));
typedef float cvector_half_lanes __attribute__((ext_vector_type(8)));
typedef int cvector_half_words __attribute__((ext_vector_type(8)));

/// Sixteen codes of four bits from eight bytes at any address, the first of a byte in its upper half.
static inline __attribute__((always_inline)) cvector_words cvector_nibbles(const void *_Nonnull pointer) {
  cvector_eight bytes;
  __builtin_memcpy(&bytes, pointer, sizeof bytes);
  cvector_eight upper = bytes >> 4, lower = bytes & 15;
  cvector_sixteen codes =
      __builtin_shufflevector(upper, lower, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  return __builtin_convertvector(codes, cvector_words);
}

/// Of each lane the entry of a table of sixteen that its number, 0 to 15, names.
static inline __attribute__((always_inline)) cvector_lanes cvector_looked_up(cvector_words codes,
                                                                            cvector_lanes table) {
#if defined(__AVX512F__)
  typedef float floats __attribute__((vector_size(64)));
  typedef int words __attribute__((vector_size(64)));
  return (cvector_lanes)__builtin_ia32_permvarsf512((floats)table, (words)codes);
#elif defined(__AVX2__)
  typedef float floats __attribute__((vector_size(32)));
  typedef int words __attribute__((vector_size(32)));
  cvector_lanes result;
  for (int half = 0; half < 2; half++) {
    cvector_half_words numbers = (cvector_half_words)(half ? codes.hi : codes.lo);
    cvector_half_words upper = (numbers & 8) != 0;
    cvector_half_words first = (cvector_half_words)__builtin_ia32_permvarsf256((floats)table.lo, (words)numbers);
    cvector_half_words second = (cvector_half_words)__builtin_ia32_permvarsf256((floats)table.hi, (words)numbers);
    cvector_half_lanes entries = (cvector_half_lanes)((second & upper) | (first & ~upper));
    if (half) result.hi = entries; else result.lo = entries;
  }
  return result;
#else
  cvector_lanes result;
  for (int i = 0; i < 16; i++) result[i] = table[codes[i]];
  return result;
#endif
}

/// Sixteen signed bytes from any address as floats.
static inline __attribute__((always_inline)) cvector_lanes cvector_from_bytes(const void *_Nonnull pointer) {
  cvector_signed bytes;
  __builtin_memcpy(&bytes, pointer, sizeof bytes);
  return __builtin_convertvector(bytes, cvector_lanes);
}

/// Asks for the cache line of an address that is read soon; harmless at any address.
static inline __attribute__((always_inline)) void cvector_prefetch(const float *_Nonnull pointer) {
  __builtin_prefetch(pointer, 0, 3);
}

#define CVECTOR_BLOCK 49152

/// `CVECTOR_BLOCK` floats of the calling thread: the same at each call, freed with the thread.
float *_Nonnull cvector_thread_block(void);
