// Graphics cards by name: how much memory they have, and whether they compute in bfloat16.

/// A card that models are fine-tuned on.
package struct GPU: Equatable, Sendable {
  /// As users write it: "t4".
  package var name: String
  package var title: String
  /// Bytes that a process can have. For the T4 those that `nvidia-smi` shows with error correction on (14,912 MiB); for
  /// the others those of the maker's data sheet, of which drivers keep a little.
  package var bytes: Double
  /// Whether it multiplies bfloat16 in hardware, as NVIDIA's do from compute capability 8.0 on. Unsloth's `dtype=None`
  /// takes bfloat16 then, and half precision otherwise.
  package var hasBrainFloat: Bool

  private init(_ name: String, _ title: String, mebibytes: Double, hasBrainFloat: Bool = true) {
    self.name = name
    self.title = title
    bytes = mebibytes * 1_048_576
    self.hasBrainFloat = hasBrainFloat
  }

  package static let all: [GPU] = [
    GPU("t4", "NVIDIA T4", mebibytes: 14_912, hasBrainFloat: false),
    GPU("v100", "NVIDIA V100 16 GB", mebibytes: 16_384, hasBrainFloat: false),
    GPU("p100", "NVIDIA P100 16 GB", mebibytes: 16_384, hasBrainFloat: false),
    GPU("l4", "NVIDIA L4", mebibytes: 24_576),
    GPU("rtx3060", "GeForce RTX 3060 12 GB", mebibytes: 12_288),
    GPU("rtx3090", "GeForce RTX 3090", mebibytes: 24_576),
    GPU("rtx4060", "GeForce RTX 4060", mebibytes: 8_192),
    GPU("rtx4070", "GeForce RTX 4070", mebibytes: 12_288),
    GPU("rtx4080", "GeForce RTX 4080", mebibytes: 16_384),
    GPU("rtx4090", "GeForce RTX 4090", mebibytes: 24_576),
    GPU("rtx5090", "GeForce RTX 5090", mebibytes: 32_768),
    GPU("a10", "NVIDIA A10", mebibytes: 24_576),
    GPU("a6000", "RTX A6000", mebibytes: 49_152),
    GPU("l40s", "NVIDIA L40S", mebibytes: 49_152),
    GPU("a100-40", "NVIDIA A100 40 GB", mebibytes: 40_960),
    GPU("a100-80", "NVIDIA A100 80 GB", mebibytes: 81_920),
    GPU("h100", "NVIDIA H100 80 GB", mebibytes: 81_920),
    GPU("h200", "NVIDIA H200 141 GB", mebibytes: 144_384),
  ]

  /// Of a name in any case; nil for one that is not known.
  package static func named(_ name: String) -> GPU? { all.first { $0.name == name.lowercased() } }
}
