// What an adapter adds to a linear layer: in PEFT's order of contraction, or merged with the weight.
import Adapters
import Kernels

extension PlanBuilder {
  /// The adapter's branch beside a module; nil where it has none.
  mutating func branch(_ module: String, _ weight: Int) -> AdapterBranch? {
    guard let adapter = request.adapter,
      let index = adapter.sites.firstIndex(where: { $0.module.path == module })
    else { return nil }
    let site = adapter.sites[index]
    let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    let multiplier = Float(site.multiplier(request.rule))
    let hasDropout = adapter.configuration.dropout > 0 && trainable == .adapter
    // Without dropout the rows of the merged weight carry DoRA's magnitudes, and PEFT's order differs by rounding only.
    let isCheaper =
      !request.isPlain
      && AdapterBranch.isMergedCheaper(rows: request.batchRows, inputs: inputs, outputs: outputs, rank: r)
    var magnitude: AdapterBranch.Magnitude?
    if let offset = site.offsetMagnitude { magnitude = self.magnitude(site, offset: offset) }
    var place: AdapterBranch.Merged?
    let order: AdapterBranch.Order
    if !hasDropout && (magnitude != nil || isCheaper) {
      let merged = merged(site)
      place = merged
      order = .merged(merged)
    } else {
      let dropout = hasDropout ? adapter.configuration.dropout : 0
      order = .factored(factored(site, dropout: dropout, index, isDecomposed: magnitude != nil))
    }
    if place != nil || magnitude != nil {
      prepareTasks.append(
        .merge(
          MergeTask(
            weight: request.base.matrix(weight), rank: r, multiplier: multiplier, offsetA: site.offsetA,
            offsetB: site.offsetB, magnitude: magnitude,
            place: place)))
    }
    return AdapterBranch(
      inputs: inputs, outputs: outputs, rank: r, multiplier: multiplier, offsetA: site.offsetA,
      offsetB: site.offsetB, order: order, magnitude: magnitude)
  }

  private mutating func factored(
    _ site: AdapterSite, dropout: Double, _ index: Int, isDecomposed: Bool
  ) -> AdapterBranch.Factored {
    let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    hasSummedParameters = true
    return AdapterBranch.Factored(
      columnsA: pack(site.offsetA, depth: inputs, columns: r, isTransposed: true),
      columnsB: pack(site.offsetB, depth: r, columns: outputs, isTransposed: true),
      hidden: places.allocate(rows * r),
      dropout: dropout == 0
        ? nil
        : AdapterBranch.Dropout(
          probability: Float(dropout), index: UInt32(index), dropped: places.allocate(rows * inputs),
          mask: places.allocate(rows * inputs)),
      direction: isDecomposed ? places.allocate(rows * outputs) : nil)
  }

  private mutating func merged(_ site: AdapterSite) -> AdapterBranch.Merged {
    let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    let rowStride = PlanPlaces.rowStride(inputs)
    return AdapterBranch.Merged(
      sum: places.allocatePacked(outputs * rowStride),
      forward: places.allocatePacked(Kernels.packedCount(depth: inputs, columns: outputs)),
      rowStride: rowStride,
      columnsA: places.allocatePacked(Kernels.packedCount(depth: inputs, columns: r)),
      gradient: places.allocateMerged(outputs * inputs))
  }

  private mutating func magnitude(_ site: AdapterSite, offset: Int) -> AdapterBranch.Magnitude {
    let rowStride = PlanPlaces.rowStride(site.module.inputs)
    return AdapterBranch.Magnitude(
      offset: offset, direction: places.allocatePacked(site.module.outputs * rowStride), rowStride: rowStride,
      gains: places.allocatePacked(site.module.outputs),
      reciprocals: places.allocatePacked(site.module.outputs))
  }
}
