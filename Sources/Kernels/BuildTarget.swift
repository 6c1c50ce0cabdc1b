// Which instruction set the kernels were compiled for.

/// What the build was told by `RANKLAB_CPU`, as the flags of /proc/cpuinfo that it needs.
package enum BuildTarget {
  #if KERNELS_AVX512
    package static let name = "AVX-512"
    package static let neededFlags = ["avx512f", "avx512dq", "avx512bw", "avx512vl", "fma"]
  #elseif KERNELS_AVX2
    package static let name = "AVX2"
    package static let neededFlags = ["avx2", "fma"]
  #else
    package static let name = "the base instruction set"
    package static let neededFlags: [String] = []
  #endif
}
