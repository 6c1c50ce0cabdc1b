// A plan from what does not change during a run.
package import Adapters
package import Kernels
package import Storage

extension Plan {
  /// - Parameters:
  ///   - rule: the scaling rule in force for the adapter.
  ///   - shape: the batch; every step has this shape.
  ///   - pool: shares out the groups of shards; nil works on the calling thread.
  package init(
    model: Model, rule: ScalingRule, trainable: Trainable, shape: BatchShape, pool: ThreadPool? = nil
  ) {
    self.init(
      base: model.base, adapter: model.adapter?.layout, rule: rule, trainable: trainable, shape: shape,
      pool: pool)
  }

  /// - Parameter isPlain: keeps PEFT's order of contraction, which the faster orders are tested against.
  package init(
    base: BaseWeights, adapter: AdapterLayout?, rule: ScalingRule, trainable: Trainable, shape: BatchShape,
    pool: ThreadPool? = nil, isPlain: Bool = false
  ) {
    shardRows = (0..<shape.shards).map { shape.rows(ofShard: $0) }
    let builder = PlanBuilder(
      PlanRequest(
        base: base, adapter: adapter, rule: rule, trainable: trainable,
        rows: shape.mostRows, batchRows: shape.rows, positions: shape.positions,
        isPlain: isPlain))
    guard let output = builder.output else { preconditionFailure("a plan without an output") }
    self.shape = shape
    self.trainable = trainable
    self.output = output
    self.pool = pool
    operations = builder.operations
    prepareTasks = builder.prepareTasks
    packed = Buffer(count: builder.places.packedCount)
    let workers = min(shape.groups, pool?.threads ?? 1)
    arenas = (0..<workers).map { _ in Buffer(count: builder.places.arenaCount) }
    finishing = Plan.shared(
      trainable == .nothing ? [] : builder.operations.map(\.finishCost), among: workers)
    let count =
      switch trainable {
      case .adapter: adapter?.count ?? 0
      case .base: base.count
      case .nothing: 0
      }
    parameterCount = count
    readCount = trainable == .nothing ? adapter?.count ?? 0 : count
    let gradient = Buffer(count: count)
    self.gradient = gradient
    let sums = workers == 1 ? min(2, shape.groups) : shape.groups
    groupGradients =
      [gradient] + (1..<max(1, sums)).map { _ in Buffer(count: builder.hasSummedParameters ? count : 0) }
    mergedGradients = (0..<sums).map { _ in Buffer(count: builder.places.mergedCount) }
    losses = Buffer(count: shape.rows)
    #if CHECKED
      marks = PlanMarks(self, builder.places)
    #endif
  }

  /// Numbers of the costs that are not 0, the dearest first, each to the worker who has the least to do.
  private static func shared(_ costs: [Int], among workers: Int) -> [[Int]] {
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
