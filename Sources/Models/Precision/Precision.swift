// In which formats a step computes: the format, the style, and what each says of the kinds of tensors.
package import Kernels

/// How a format of 16 bits is used.
package enum PrecisionStyle: String, CaseIterable, Sendable {
  /// As PyTorch's autocast over weights in fp32: products in 16 bits, what lies between them in fp32.
  case autocast
  /// As a base in 16 bits under autocast, which Unsloth makes on a T4: what lies between the products in 16 bits, too.
  case pure
}

/// The format that the products of a step read and write, and the style in which it is used. In fp32 nothing is rounded,
/// and the styles are the same.
package struct Precision: Equatable, Sendable {
  package var format: FloatFormat
  package var style: PrecisionStyle

  package init(_ format: FloatFormat, _ style: PrecisionStyle = .autocast) {
    self.format = format
    self.style = style
  }

  /// Every value is what the arithmetic gives.
  package static let fp32 = Precision(.fp32)

  /// Whether anything is rounded.
  package var rounds: Bool { format != .fp32 }

  /// Whether gradients are multiplied with a scale that changes, as `torch.amp.GradScaler` does: in fp16 alone, whose range
  /// ends at 6e-8.
  package var scalesLoss: Bool { format == .fp16 }

  /// What a tensor of the kind is rounded to.
  package func format(of kind: TensorKind, isGradient: Bool = false) -> FloatFormat {
    let row = RoundingTable[kind]
    return (isGradient ? row.gradient : row.value)[style] == .half ? format : .fp32
  }
}
