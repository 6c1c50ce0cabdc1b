// The plan of a step: made once from model, adapter and batch shape, then run on shards without allocating.
package import Adapters
package import Kernels
package import Storage

/// What of a model a plan trains.
package enum Trainable: Equatable, Sendable {
  /// The adapter's A and B.
  case adapter
  /// All weights, for pretraining.
  case base
  /// Nothing: evaluation only.
  case nothing
}

/// How a step is computed: the operations in order, and a place in memory for every value.
///
/// It is made once, from what does not change during a run: weights, adapter, rule, what is trained and the shape of the
/// batch. Then `prepare`, `step` and `evaluate` run without making buffers. Letters: n rows of a batch, which are the
/// positions of its sequences one behind the other; d a width; r a rank.
///
/// The rows are cut into shards of whole sequences, and these shared among a few groups, by the batch's shape alone
/// (`BatchShape`). Each thread that takes part has an arena that its shards go through one after another; each group sums
/// its own gradient, and the sums are added in order. So the bits of loss and gradient are the same on any number of
/// threads.
///
/// A plan is used for one step at a time. Its `gradient` and losses are overwritten by the next.
package final class Plan: Sendable {
  /// The shape of every batch that goes through it.
  package let shape: BatchShape
  /// What gets a gradient.
  package let trainable: Trainable
  /// Length of the vector of trainable parameters.
  package let parameterCount: Int
  /// What of the forward pass it keeps for the gradients.
  package let checkpointing: Checkpointing
  let operations: [any Operation]
  /// A shard's way through the operations while training.
  let calls: [PlanCall]
  let prepareTasks: [any PrepareTask]
  let packed: Buffer
  /// One for each thread that takes part.
  let arenas: [Buffer]
  /// For each arena the values that are kept apart from it; empty but in `Checkpointing.unsloth`.
  let offloaded: [Buffer]
  /// Operations with trainable parameters, shared out among the arenas by what they cost.
  let finishing: [[Int]]
  /// The gradient of the trainable parameters.
  package let gradient: Buffer
  /// Gradients of the parameters and of merged weights, a buffer for each group. The first of the parameters' is
  /// `gradient`; the others are empty where no operation sums the parameters' gradients themselves. A thread that has all groups to itself needs two: it adds the second to the first after each group.
  let groupGradients: [Buffer]
  let mergedGradients: [Buffer]
  let losses: Buffer
  let output: Slot
  /// Rows of each shard: whole sequences, the first shards one more where they do not divide.
  let shardRows: [Range<Int>]
  let pool: ThreadPool?
  /// Length of the vector of parameters that the operations read: the adapter's, or the base's where that is trained.
  let readCount: Int
  /// What its values are rounded to.
  package let precision: Precision
  /// Where its steps round, as `roundingCounts` counts; none in fp32.
  package let roundingSites: [RoundingSite]
  let roundings: [Rounding]
  #if CHECKED
    let marks: PlanMarks
  #endif

  /// - Parameters:
  ///   - rule: the scaling rule in force for the adapter.
  ///   - shape: the batch; every step has this shape.
  ///   - pool: shares out the groups of shards; nil works on the calling thread.
  package convenience init(
    model: Model, rule: ScalingRule, trainable: Trainable, shape: BatchShape, precision: Precision = .fp32,
    pool: ThreadPool? = nil, checkpointing: Checkpointing = .off
  ) {
    self.init(
      base: model.base, adapter: model.adapter?.layout, rule: rule, trainable: trainable, shape: shape,
      precision: precision, pool: pool, checkpointing: checkpointing)
  }

  /// - Parameters:
  ///   - checkpointing: what is kept of the forward pass; nothing is where nothing is trained.
  ///   - isPlain: keeps PEFT's order of contraction, which the faster orders are tested against.
  ///   - embeddingNoise: α of NEFTune's noise on the embeddings of a step that draws; 0 adds none.
  package init(
    base: BaseWeights, adapter: AdapterLayout?, rule: ScalingRule, trainable: Trainable, shape: BatchShape,
    precision: Precision = .fp32, pool: ThreadPool? = nil, checkpointing: Checkpointing = .off,
    isPlain: Bool = false, embeddingNoise: Double = 0
  ) {
    shardRows = (0..<shape.shards).map { shape.rows(ofShard: $0) }
    let builder = PlanBuilder(
      PlanRequest(
        base: base, adapter: adapter, rule: rule, trainable: trainable,
        rows: shape.mostRows, batchRows: shape.rows, positions: shape.positions,
        isPlain: isPlain, checkpointing: checkpointing, embeddingNoise: embeddingNoise,
        precision: precision))
    guard let output = builder.output else { preconditionFailure("a plan without an output") }
    self.shape = shape
    self.trainable = trainable
    self.output = output
    self.pool = pool
    self.checkpointing = checkpointing
    operations = builder.operations
    calls = PlanCall.all(operations: builder.operations.count, layers: builder.remadeLayers)
    prepareTasks = builder.prepareTasks
    packed = Buffer(count: builder.places.packedCount)
    let workers = min(shape.groups, pool?.threads ?? 1)
    arenas = (0..<workers).map { _ in Buffer(count: builder.places.arenaCount) }
    offloaded = (0..<workers).map { _ in Buffer(count: builder.places.offloadedCount) }
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
    self.precision = precision
    roundingSites = builder.roundings.map(\.site)
    roundings = builder.roundings.map(\.rounding)
    #if CHECKED
      marks = PlanMarks(builder.places.gaps, arenas: arenas, packed: packed, merged: mergedGradients)
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

  /// Bytes of arenas, gradients and packed parameters.
  package var bytes: Int {
    let memory = memory
    return memory.activations + memory.logits + memory.gradients + memory.packed
  }
}

/// A layer that a checkpointing plan computes again.
struct RemadeLayer: Sendable {
  /// The operations of the layer.
  var operations: Range<Int>
  /// The first of them that makes the layer's output, which stands: from here on operations remake only what they keep
  /// for themselves.
  var output: Int
  /// Where the layer's input is kept apart; nil where it stands among the values of the step.
  var offload: Offload?
}

/// One call of a shard's way through a plan while training; operations by their numbers.
enum PlanCall: Sendable {
  case forward(Int)
  case again(Int)
  case remake(Int)
  case backward(Int)
  case save(Offload)
  case fetch(Offload)

  /// All calls of a shard: forward through all operations, then back, each layer computed again before its gradients.
  static func all(operations: Int, layers: [RemadeLayer]) -> [PlanCall] {
    var calls: [PlanCall] = []
    for i in 0..<operations {
      for layer in layers where layer.operations.lowerBound == i {
        if let offload = layer.offload { calls.append(.save(offload)) }
      }
      calls.append(.forward(i))
    }
    for i in (0..<operations).reversed() {
      for layer in layers where layer.operations.upperBound == i + 1 {
        if let offload = layer.offload { calls.append(.fetch(offload)) }
        for j in layer.operations { calls.append(j < layer.output ? .again(j) : .remake(j)) }
      }
      calls.append(.backward(i))
    }
    return calls
  }
}
