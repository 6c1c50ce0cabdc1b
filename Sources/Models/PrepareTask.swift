// What is made of the trainable parameters before a step.
import Kernels
import Signals

/// Something that is made of the trainable parameters once for all shards of a step, after each update of them. Tasks
/// write places of their own, so that they can run side by side.
protocol PrepareTask: Sendable {
  /// - Parameters:
  ///   - packed: has the places that the plan gave out for it.
  ///   - stop: where it is asked, the rest is left undone.
  func run(
    _ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>,
    stop: StopSignal)
}

/// Packs one trainable matrix for the products of a step.
struct PackTask: PrepareTask {
  let source: Int
  /// K and N of the right operand B [K, N].
  let depth: Int
  let columns: Int
  let isTransposed: Bool
  let target: Int
  /// What the packed values are rounded to.
  let format: FloatFormat

  /// Writes the panels of the matrix at `source` to `target`.
  func run(
    _ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>,
    stop: StopSignal
  ) {
    if isTransposed {
      packTransposed(
        parameters + source, depth: depth, columns: columns, rowStride: depth, into: packed + target)
    } else {
      packRows(
        parameters + source, depth: depth, columns: columns, rowStride: columns, into: packed + target)
    }
    if format != .fp32 {
      _ = round(Kernels.packedCount(depth: depth, columns: columns), packed + target, to: format)
    }
  }
}
