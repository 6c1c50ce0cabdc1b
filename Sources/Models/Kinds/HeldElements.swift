// What an adapter's branch holds of one module during a step, counted from its sizes.
import Adapters
import Kernels

/// Elements that a branch of a plan takes for one module, beside A and B: what `AdapterKind.held` says of what the kind
/// lays out, so that memory is known before anything is made.
package struct HeldElements: Equatable, Sendable {
  /// Of a module without adapter.
  package static let none = HeldElements()

  /// Of each row, until its gradient.
  package var columns = 0
  /// Of each row, while one of its products is made: beside what the frozen weight's product takes, or in its place.
  package var scratchColumns = 0
  package var isScratchBeside = false
  /// Made of the parameters before each step.
  package var prepared = 0
  /// Of the gradient of a merged weight; 0 where the shards sum those of A and B themselves.
  package var merged = 0

  /// Of PEFT's order: A·x, and with dropout the dropped inputs with their mask.
  static func factored(_ site: AdapterSite, hasDropout: Bool) -> HeldElements {
    let (inputs, outputs, rank) = (site.module.inputs, site.module.outputs, site.rank)
    return HeldElements(
      columns: rank + (hasDropout ? 2 * inputs : 0), scratchColumns: rank + (hasDropout ? inputs : 0),
      prepared: packedCount(depth: inputs, columns: rank) + packedCount(depth: rank, columns: outputs))
  }

  /// Of the merged order: W + s·B·A with panels of its transpose, panels of Aᵀ, and the sum's gradient.
  static func merged(_ site: AdapterSite) -> HeldElements {
    let (inputs, outputs) = (site.module.inputs, site.module.outputs)
    return HeldElements(
      prepared: outputs * spacedRow(inputs) + packedCount(depth: inputs, columns: outputs)
        + packedCount(depth: inputs, columns: site.rank),
      merged: inputs * outputs)
  }
}
