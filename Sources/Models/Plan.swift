// The plan of a step: made once from model, adapter and batch shape, then run on shards without allocating.
import Adapters
import Kernels

/// The rows of a batch: whole sequences of `positions` rows.
package struct BatchShape: Equatable, Sendable {
  package var sequences: Int
  package var positions: Int

  package init(sequences: Int, positions: Int) {
    self.sequences = sequences
    self.positions = positions
  }

  package var rows: Int { sequences * positions }

  /// Parts of the batch that go through the model one after another: min(8, rows ÷ 32), at least 1, and no more than
  /// there are sequences.
  package var shards: Int { max(1, min(8, rows / 32, sequences)) }

  /// Groups of shards that may run side by side. Each sums its own gradient, and the sums are added in order, so that
  /// results do not depend on the number of threads.
  package var groups: Int { min(4, shards) }
}

/// A batch in memory: what `Plan.step` reads.
package struct Batch: Sendable {
  /// Tokens and targets of each row, as the bits of Int32, for a transformer.
  package let tokens: TokenBuffer?
  /// Inputs and targets of each row, for a perceptron.
  package let inputs: Buffer?
  package let targets: Buffer?
  /// Rows whose loss counts.
  package var countedRows: Int

  package init(tokens: TokenBuffer, countedRows: Int) {
    self.tokens = tokens
    inputs = nil
    targets = nil
    self.countedRows = countedRows
  }

  package init(inputs: Buffer, targets: Buffer, rows: Int) {
    tokens = nil
    self.inputs = inputs
    self.targets = targets
    countedRows = rows
  }
}

/// Tokens and target tokens of a batch, in the storage of a buffer.
package struct TokenBuffer: Sendable {
  private let storage: Buffer
  package let rows: Int

  package init(rows: Int) {
    self.rows = rows
    storage = Buffer(count: 2 * rows)
  }

  package var tokens: UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(storage.pointer).assumingMemoryBound(to: Int32.self)
  }

  package var targets: UnsafeMutablePointer<Int32> { tokens + rows }
}

package struct Plan: Sendable {
  package let shape: BatchShape
  package let trainable: Trainable
  /// Length of the vector of trainable parameters.
  package let parameterCount: Int
  let operations: [any Operation]
  let prepareTasks: [PrepareTask]
  let packed: Buffer
  /// One for each thread that takes part.
  let arenas: [Buffer]
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
  private let pool: ThreadPool?

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
    shardRows = Plan.shardRows(shape)
    let builder = PlanBuilder(
      PlanRequest(
        base: base, adapter: adapter, rule: rule, trainable: trainable,
        rows: shardRows.reduce(0) { max($0, $1.count) }, batchRows: shape.rows, positions: shape.positions,
        isPlain: isPlain))
    guard let output = builder.output else { preconditionFailure("a plan without an output") }
    self.shape = shape
    self.trainable = trainable
    self.output = output
    self.pool = pool
    operations = builder.operations
    prepareTasks = builder.prepareTasks
    packed = Buffer(count: builder.packedCount)
    let workers = min(shape.groups, pool?.threads ?? 1)
    arenas = (0..<workers).map { _ in Buffer(count: builder.arenaCount) }
    finishing = Plan.shared(
      trainable == .nothing ? [] : builder.operations.map(\.finishCost), among: workers)
    let count =
      switch trainable {
      case .adapter: adapter?.count ?? 0
      case .base: base.count
      case .nothing: 0
      }
    parameterCount = count
    let gradient = Buffer(count: count)
    self.gradient = gradient
    let sums = workers == 1 ? min(2, shape.groups) : shape.groups
    groupGradients =
      [gradient] + (1..<max(1, sums)).map { _ in Buffer(count: builder.hasSummedParameters ? count : 0) }
    mergedGradients = (0..<sums).map { _ in Buffer(count: builder.mergedCount) }
    losses = Buffer(count: shape.rows)
  }

  private static func shardRows(_ shape: BatchShape) -> [Range<Int>] {
    var start = 0
    return (0..<shape.shards).map { shard in
      let sequences = shape.sequences / shape.shards + (shard < shape.sequences % shape.shards ? 1 : 0)
      defer { start += sequences * shape.positions }
      return start..<start + sequences * shape.positions
    }
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
    let buffers = arenas + mergedGradients + groupGradients + [packed]
    return buffers.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.stride
  }

  /// Packs the trainable parameters for the next step's products. Called after every change of them.
  package func prepare(parameters: Buffer) {
    if let pool, parameterCount > 1 << 16 {
      pool.run(prepareTasks.count) { prepareTasks[$0].run(parameters.pointer, packed.pointer) }
    } else {
      for task in prepareTasks { task.run(parameters.pointer, packed.pointer) }
    }
  }

  /// Runs forward and backward on all shards, and leaves the gradient of the parameters in `gradient`.
  ///
  /// - Returns: the mean loss of the batch, from the rows' losses in their order.
  package func step(parameters: Buffer, batch: Batch, step: Int, dropoutSeed: UInt64?) -> Double {
    let view = StepView(
      plan: self, parameterBuffer: parameters, batch: batch, step: step, dropoutSeed: dropoutSeed)
    let isTraining = trainable != .nothing
    forEachArena { worker in
      view.forEachGroup(of: worker) { group, shards in
        for shard in shards { view.run(shard, of: group, isTraining: isTraining, on: worker) }
        if isTraining && arenas.count == 1 && group > 0 { view.addSecondGroupToFirst() }
      }
    }
    if isTraining {
      forEachArena { worker in
        for i in finishing[worker] { operations[i].finishGradient(view) }
      }
    }
    return sumOfLosses(rows: shape.rows) / (Double(batch.countedRows) * Double(lossColumns))
  }

  /// Runs forward only, without dropout.
  ///
  /// - Parameter outputs: takes the output of every row where it is given: logits, or predictions.
  /// - Returns: the sum of the losses of the first `rows` rows, over `lossColumns`.
  package func evaluate(parameters: Buffer, batch: Batch, rows: Int, outputs: Buffer? = nil) -> Double {
    let view = StepView(plan: self, parameterBuffer: parameters, batch: batch, step: 0, dropoutSeed: nil)
    forEachArena { worker in
      view.forEachGroup(of: worker) { group, shards in
        for shard in shards {
          view.run(shard, of: group, isTraining: false, on: worker)
          guard let outputs else { continue }
          let rows = shardRows[shard]
          (outputs.pointer + rows.lowerBound * output.columns)
            .update(from: arenas[worker].pointer + output.value, count: rows.count * output.columns)
        }
      }
    }
    return sumOfLosses(rows: rows) / Double(lossColumns)
  }

  private func forEachArena(_ body: @Sendable (Int) -> Void) {
    if let pool, arenas.count > 1 {
      pool.run(arenas.count, body)
    } else {
      body(0)
    }
  }

  private func sumOfLosses(rows: Int) -> Double {
    var total = 0.0
    for row in 0..<rows { total += Double(losses.pointer[row]) }
    return total
  }

  /// The mean of a regression is over outputs too.
  private var lossColumns: Int { isRegression ? output.columns : 1 }

  private var isRegression: Bool { operations.first is InputOperation }

  fileprivate var inputColumns: Int { (operations.first as? InputOperation)?.output.columns ?? 0 }

}

extension Plan {
  /// The output of every row of a batch, without dropout: logits [rows, vocabulary], or predictions.
  package func outputs(parameters: Buffer, batch: Batch) -> [Float] {
    let outputs = Buffer(count: shape.rows * output.columns)
    _ = evaluate(parameters: parameters, batch: batch, rows: 0, outputs: outputs)
    return outputs.array()
  }

  /// Runs a perceptron without targets: y [rows, outputs] for x [rows, inputs] of the plan's shape.
  package func predict(inputs x: Buffer, into y: Buffer) {
    // The plan's own losses are computed too, against y itself: they are not read.
    _ = evaluate(
      parameters: Buffer.empty, batch: Batch(inputs: x, targets: y, rows: shape.rows), rows: 0, outputs: y)
  }
}

/// One step of a plan: what its shards and its parameter gradients work on.
struct StepView: Sendable {
  let plan: Plan
  let parameterBuffer: Buffer
  let batch: Batch
  let step: Int
  let dropoutSeed: UInt64?

  var parameters: UnsafePointer<Float> { UnsafePointer(parameterBuffer.pointer) }
  var gradient: UnsafeMutablePointer<Float> { plan.gradient.pointer }
  var packed: UnsafePointer<Float> { UnsafePointer(plan.packed.pointer) }

  /// The groups that fall to a worker, with their shards.
  func forEachGroup(of worker: Int, _ body: (_ group: Int, _ shards: Range<Int>) -> Void) {
    let (shards, groups) = (plan.shape.shards, plan.shape.groups)
    for group in stride(from: worker, to: groups, by: plan.arenas.count) {
      body(group, group * shards / groups..<(group + 1) * shards / groups)
    }
  }

  func run(_ shard: Int, of group: Int, isTraining: Bool, on worker: Int) {
    let view = self.shard(shard, of: group, isTraining: isTraining, arena: plan.arenas[worker].pointer)
    for operation in plan.operations { operation.forward(view) }
    if isTraining {
      for operation in plan.operations.reversed() { operation.backward(view) }
    }
  }

  private func shard(_ i: Int, of group: Int, isTraining: Bool, arena: UnsafeMutablePointer<Float>)
    -> ShardView
  {
    let sums = min(group, plan.mergedGradients.count - 1)
    let rows = plan.shardRows[i]
    let first = rows.lowerBound
    return ShardView(
      arena: arena, parameters: parameters, packed: packed,
      tokens: batch.tokens.map { UnsafePointer($0.tokens) + first },
      targetTokens: batch.tokens.map { UnsafePointer($0.targets) + first },
      inputs: batch.inputs.map { UnsafePointer($0.pointer) + first * plan.inputColumns },
      targets: batch.targets.map { UnsafePointer($0.pointer) + first * plan.output.columns },
      losses: plan.losses.pointer + first, rows: rows.count, firstRow: first,
      lossScale: 1 / Float(batch.countedRows), step: step, dropoutSeed: dropoutSeed,
      gradient: plan.groupGradients[sums].pointer, sums: plan.mergedGradients[sums].pointer,
      startsGroup: i == group * plan.shape.shards / plan.shape.groups, isTraining: isTraining)
  }

  func addSecondGroupToFirst() {
    for buffers in [plan.groupGradients, plan.mergedGradients] {
      add(buffers[1].count, buffers[1].pointer, to: buffers[0].pointer)
    }
  }

  /// Brings the groups' gradients of `count` parameters together in `gradient`.
  func addGroups(_ offset: Int, count: Int) {
    addGroups(plan.groupGradients, offset, count)
  }

  /// The gradient of a merged weight over all groups.
  func mergedGradient(_ offset: Int, count: Int) -> UnsafePointer<Float> {
    addGroups(plan.mergedGradients, offset, count)
    return UnsafePointer(plan.mergedGradients[0].pointer + offset)
  }

  /// A single worker has added them already.
  private func addGroups(_ groups: [Buffer], _ offset: Int, _ count: Int) {
    if plan.arenas.count == 1 { return }
    for group in groups.dropFirst() { add(count, group.pointer + offset, to: groups[0].pointer + offset) }
  }
}
