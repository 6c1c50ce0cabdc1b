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

  /// min(8, rows ÷ 32), at least 1, and no more than there are sequences.
  package var shards: Int { max(1, min(8, rows / 32, sequences)) }
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
  /// Places in `operations` of those with trainable parameters.
  let trainedOperations: [Int]
  let packed: Buffer
  let arenas: [Buffer]
  /// The gradient of the trainable parameters.
  package let gradient: Buffer
  let losses: Buffer
  let output: Slot
  /// Rows of each shard: whole sequences, the first shards one more where they do not divide.
  let shardRows: [Range<Int>]

  /// - Parameters:
  ///   - rule: the scaling rule in force for the adapter.
  ///   - shape: the batch; every step has this shape.
  package init(model: Model, rule: ScalingRule, trainable: Trainable, shape: BatchShape) {
    self.init(
      base: model.base, adapter: model.adapter?.layout, rule: rule, trainable: trainable, shape: shape)
  }

  /// - Parameter isPlain: keeps PEFT's order of contraction, which the faster orders are tested against.
  package init(
    base: BaseWeights, adapter: AdapterLayout?, rule: ScalingRule, trainable: Trainable, shape: BatchShape,
    isPlain: Bool = false
  ) {
    let shards = shape.shards
    let most = (shape.sequences + shards - 1) / shards * shape.positions
    let builder = PlanBuilder.build(
      base: base, adapter: adapter, rule: rule, trainable: trainable, rows: most,
      batchRows: shape.rows, positions: shape.positions, isPlain: isPlain)
    guard let output = builder.output else { preconditionFailure("a plan without an output") }
    self.shape = shape
    self.trainable = trainable
    self.output = output
    operations = builder.operations
    prepareTasks = builder.prepareTasks
    trainedOperations = builder.operations.indices.filter {
      trainable != .nothing && builder.operations[$0].isTrained
    }
    packed = Buffer(count: builder.packedCount)
    arenas = (0..<shards).map { _ in Buffer(count: builder.arenaCount) }
    parameterCount =
      switch trainable {
      case .adapter: adapter?.count ?? 0
      case .base: base.count
      case .nothing: 0
      }
    gradient = Buffer(count: parameterCount)
    losses = Buffer(count: shape.rows)
    var ranges: [Range<Int>] = []
    var start = 0
    for shard in 0..<shards {
      let sequences = shape.sequences / shards + (shard < shape.sequences % shards ? 1 : 0)
      ranges.append(start..<start + sequences * shape.positions)
      start += sequences * shape.positions
    }
    shardRows = ranges
  }

  /// Bytes of arenas, gradients and packed parameters.
  package var bytes: Int {
    (arenas.reduce(0) { $0 + $1.count } + gradient.count + packed.count)
      * MemoryLayout<Float>.stride
  }

  /// Packs the trainable parameters for the next step's products. Called after every change of them.
  package func prepare(parameters: Buffer, pool: ThreadPool?) {
    if let pool, parameterCount > 1 << 16 {
      pool.run(prepareTasks.count) { prepareTasks[$0].run(parameters.pointer, packed.pointer) }
    } else {
      for task in prepareTasks { task.run(parameters.pointer, packed.pointer) }
    }
  }

  /// Runs forward and backward on all shards, and leaves the gradient of the parameters in `gradient`.
  ///
  /// - Returns: the mean loss of the batch, from the rows' losses in their order.
  package func step(
    parameters: Buffer, batch: Batch, step: Int, dropoutSeed: UInt64?, pool: ThreadPool?
  ) -> Double {
    let view = StepView(
      plan: self, parameterBuffer: parameters, batch: batch, step: step, dropoutSeed: dropoutSeed)
    let isTrained = trainable != .nothing
    run(arenas.count, pool) { view.runShard($0, isTrained: isTrained) }
    run(trainedOperations.count, pool) { operations[trainedOperations[$0]].parameterGradient(view) }
    return sumOfLosses(rows: shape.rows) / (Double(batch.countedRows) * Double(lossColumns))
  }

  /// Runs forward only, without dropout.
  ///
  /// - Returns: the sum of the losses of the first `rows` rows, over `lossColumns`.
  package func evaluate(parameters: Buffer, batch: Batch, rows: Int, pool: ThreadPool?) -> Double {
    let view = StepView(plan: self, parameterBuffer: parameters, batch: batch, step: 0, dropoutSeed: nil)
    run(arenas.count, pool) { view.runShard($0, isTrained: false) }
    return sumOfLosses(rows: rows) / Double(lossColumns)
  }

  /// A step of one shard is too short to share.
  private func run(_ count: Int, _ pool: ThreadPool?, _ body: @Sendable (Int) -> Void) {
    if let pool, arenas.count > 1 {
      pool.run(count, body)
    } else {
      for i in 0..<count { body(i) }
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

  /// The output of the last step, rows of all shards in order: logits, or predictions.
  package func outputs() -> [Float] {
    zip(shardRows, arenas).flatMap { rows, arena in
      arena.array(output.value..<output.value + rows.count * output.columns)
    }
  }
}

extension Plan {
  /// Runs a perceptron without targets: y [rows, outputs] for x [rows, inputs] of the plan's shape.
  package func predict(inputs x: Buffer, into y: Buffer) {
    // The plan's own losses are computed too, against y itself: they are not read.
    let parameters = Buffer.empty
    _ = evaluate(
      parameters: parameters, batch: Batch(inputs: x, targets: y, rows: shape.rows), rows: 0, pool: nil)
    for (rows, arena) in zip(shardRows, arenas) {
      (y.pointer + rows.lowerBound * output.columns)
        .update(from: arena.pointer + output.value, count: rows.count * output.columns)
    }
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
  var packed: UnsafeMutablePointer<Float> { plan.packed.pointer }

  func shard(_ i: Int) -> ShardView {
    let rows = plan.shardRows[i]
    let first = rows.lowerBound
    return ShardView(
      arena: plan.arenas[i].pointer, parameters: parameters, packed: UnsafePointer(packed),
      tokens: batch.tokens.map { UnsafePointer($0.tokens) + first },
      targetTokens: batch.tokens.map { UnsafePointer($0.targets) + first },
      inputs: batch.inputs.map { UnsafePointer($0.pointer) + first * plan.inputColumns },
      targets: batch.targets.map { UnsafePointer($0.pointer) + first * plan.output.columns },
      losses: plan.losses.pointer + first, rows: rows.count, firstRow: first,
      lossScale: 1 / Float(batch.countedRows), step: step, dropoutSeed: dropoutSeed)
  }

  func forEachShard(_ body: (ShardView) -> Void) {
    for i in 0..<plan.arenas.count { body(shard(i)) }
  }

  func runShard(_ i: Int, isTrained: Bool) {
    let view = shard(i)
    for operation in plan.operations { operation.forward(view) }
    if isTrained {
      for operation in plan.operations.reversed() { operation.backward(view) }
    }
  }
}
