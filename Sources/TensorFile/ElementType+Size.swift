// How many bytes a shape takes.

extension ElementType {
  package enum SizeProblem: Error, Equatable, Sendable {
    /// A dimension is below zero.
    case negative
    /// Elements or bits do not fit into Int.
    case overflow
    /// The last byte would be used in part.
    case splitByte
  }

  /// The bytes that a tensor of this type and shape takes: those of one element for an empty shape (a
  /// scalar), 0 if a dimension is 0. The product is taken from the left, so a size that overflows before it
  /// meets a 0 is refused.
  package func byteCount(shape: [Int]) throws(SizeProblem) -> Int {
    var elements = 1
    for size in shape {
      guard size >= 0 else { throw .negative }
      let (product, overflow) = elements.multipliedReportingOverflow(by: size)
      guard !overflow else { throw .overflow }
      elements = product
    }
    let (total, overflow) = elements.multipliedReportingOverflow(by: bits)
    guard !overflow else { throw .overflow }
    guard total.isMultiple(of: 8) else { throw .splitByte }
    return total / 8
  }
}
