// A plan for a model, and how its work is shared out.
package import Adapters
package import Kernels
package import Storage

extension Plan {
  /// - Parameters:
  ///   - rule: the scaling rule in force for the adapter.
  ///   - shape: the batch; every step has this shape.
  ///   - pool: shares out the groups of shards; nil works on the calling thread.
  package convenience init(
    model: Model, rule: ScalingRule, trainable: Trainable, shape: BatchShape, pool: ThreadPool? = nil
  ) {
    self.init(
      base: model.base, adapter: model.adapter?.layout, rule: rule, trainable: trainable, shape: shape,
      pool: pool)
  }

  /// Numbers of the costs that are not 0, the dearest first, each to the worker who has the least to do.
  static func shared(_ costs: [Int], among workers: Int) -> [[Int]] {
    var loads = Array(repeating: 0, count: workers)
    var shares = Array(repeating: [Int](), count: workers)
    for i in costs.indices.sorted(by: { (costs[$1], $0) < (costs[$0], $1) }) where costs[i] > 0 {
      let worker = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      loads[worker] += costs[i]
      shares[worker].append(i)
    }
    return shares
  }
}
