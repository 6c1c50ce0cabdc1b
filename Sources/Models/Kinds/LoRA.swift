// LoRA: W + s·B·A (Hu et al. 2021, arXiv 2106.09685).
package import Adapters
import Kernels
package import Signals
package import Storage

/// y = W·x + s·B·A·x: A and B are all that is trained.
struct LoRA: PlannedKind {
  let title = "LoRA"
  let isUpdateAlone = true
  let reasonToStandFirst: String? = nil
  let refusingLoaders: Set<AdapterLoader> = []

  /// Every configuration's that asks for no other kind.
  func isChosen(by configuration: LoRAConfiguration) -> Bool { true }

  /// None: A and B are all.
  func otherParts(of module: LinearModule) -> [AdapterPart.Form] { [] }

  /// Nothing to set.
  func begin(
    _ site: AdapterSite, in parameters: Buffer, factor: Float, weight: StoredMatrix,
    stop: StopSignal
  ) throws(Interruption) {}

  /// W += s·B·A.
  func merge(
    _ site: AdapterSite, of parameters: Buffer, factor: Float, into weight: UnsafeMutablePointer<Float>,
    stop: StopSignal
  ) throws(Interruption) {
    try addUpdate(of: site, parameters: parameters, multiplier: factor, to: weight, stop: stop)
  }

  /// As `branch` chooses.
  func held(_ site: AdapterSite, hasDropout: Bool, rows: Int?) -> HeldElements {
    let lowRank = LowRank(
      inputs: site.module.inputs, outputs: site.module.outputs, rank: site.rank, multiplier: 1)
    guard !hasDropout, let rows, lowRank.isMergedCheaper(rows: rows) else {
      return .factored(site, hasDropout: hasDropout)
    }
    return .merged(site)
  }

  /// Merged where nothing is dropped, W is not quantised and it takes fewer multiplications; else factored, PEFT's order.
  func branch(_ module: AdaptedModule, in builder: inout PlanBuilder) -> any AdapterBranch {
    if let rounded = builder.roundedBranch(module) { return rounded }
    guard module.dropout == 0, !module.weight.isQuantized, builder.isMergedCheaper(module.site) else {
      return FactoredBranch(module, in: &builder)
    }
    let branch = MergedBranch(module, in: &builder)
    builder.prepareTasks.append(MergeTask(updated: UpdatedWeight(module), branch: branch))
    return branch
  }
}

/// Rows of a weight that an adapter is added to between two looks at an interruption.
let mergedRows = 256

/// W [out, in] += s·B·A.
///
/// Throws where `stop` is asked; the rest of W is then as it was.
package func addUpdate(
  of site: AdapterSite, parameters: Buffer, multiplier: Float, to weight: UnsafeMutablePointer<Float>,
  stop: StopSignal = .never
) throws(Interruption) {
  let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
  let update = Buffer(count: mergedRows * inputs)
  for first in stride(from: 0, to: outputs, by: mergedRows) {
    let rows = min(mergedRows, outputs - first)
    matrixProduct(
      rows: rows, columns: inputs, depth: r, a: parameters.pointer + site.b.offset + first * r, aRow: r,
      aColumn: 1, b: Panels(rowMajor: parameters.pointer + site.a.offset, rowStride: inputs),
      c: update.pointer, cRow: inputs, stop: stop)
    try stop.check()
    addScaled(rows * inputs, update.pointer, by: multiplier, to: weight + first * inputs)
  }
}
