// The plan of a step: made once from model, adapter and batch shape, then run on shards without allocating.
import Adapters
import Kernels

/// Packs one trainable matrix for the products of a step.
struct PackTask: Sendable {
  let source: Int
  /// K and N of the right operand B [K, N].
  let depth: Int
  let columns: Int
  let isTransposed: Bool
  let target: Int

  func run(_ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>) {
    if isTransposed {
      packTransposed(
        parameters + source, depth: depth, columns: columns, rowStride: depth, into: packed + target)
    } else {
      packRows(
        parameters + source, depth: depth, columns: columns, rowStride: columns, into: packed + target)
    }
  }
}

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
  let packTasks: [PackTask]
  let packed: Buffer
  let arenas: [Buffer]
  let gradients: [Buffer]
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

  package init(
    base: BaseWeights, adapter: AdapterLayout?, rule: ScalingRule, trainable: Trainable, shape: BatchShape
  ) {
    let shards = shape.shards
    let most = (shape.sequences + shards - 1) / shards * shape.positions
    let builder = PlanBuilder.build(
      base: base, adapter: adapter, rule: rule, trainable: trainable, rows: most, positions: shape.positions)
    guard let output = builder.output else { preconditionFailure("a plan without an output") }
    self.shape = shape
    self.trainable = trainable
    self.output = output
    operations = builder.operations
    packTasks = builder.packTasks
    packed = Buffer(count: builder.packedCount)
    arenas = (0..<shards).map { _ in Buffer(count: builder.arenaCount) }
    parameterCount =
      switch trainable {
      case .adapter: adapter?.count ?? 0
      case .base: base.count
      case .nothing: 0
      }
    let gradientCount = parameterCount
    gradients = (0..<shards).map { _ in Buffer(count: gradientCount) }
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
    (arenas.reduce(0) { $0 + $1.count } + gradients.reduce(0) { $0 + $1.count } + packed.count)
      * MemoryLayout<Float>.stride
  }

  /// Packs the trainable parameters for the next step's products. Called after every change of them.
  package func prepare(parameters: Buffer, pool: ThreadPool?) {
    if let pool, parameterCount > 1 << 16 {
      pool.run(packTasks.count) { packTasks[$0].run(parameters.pointer, packed.pointer) }
    } else {
      for task in packTasks { task.run(parameters.pointer, packed.pointer) }
    }
  }

  /// Runs forward and backward on all shards.
  ///
  /// - Returns: the mean loss of the batch, from the rows' losses in their order.
  package func step(
    parameters: Buffer, batch: Batch, step: Int, dropoutSeed: UInt64?, pool: ThreadPool?
  ) -> Double {
    runShards(
      parameters: parameters, batch: batch, step: step, dropoutSeed: dropoutSeed,
      runsBackward: trainable != .nothing, pool: pool)
    return sumOfLosses(rows: shape.rows) / (Double(batch.countedRows) * Double(lossColumns))
  }

  /// Runs forward only, without dropout.
  ///
  /// - Returns: the sum of the losses of the first `rows` rows, over `lossColumns`.
  package func evaluate(parameters: Buffer, batch: Batch, rows: Int, pool: ThreadPool?) -> Double {
    runShards(
      parameters: parameters, batch: batch, step: 0, dropoutSeed: nil, runsBackward: false, pool: pool)
    return sumOfLosses(rows: rows) / Double(lossColumns)
  }

  private func runShards(
    parameters: Buffer, batch: Batch, step: Int, dropoutSeed: UInt64?, runsBackward: Bool, pool: ThreadPool?
  ) {
    let body: @Sendable (Int) -> Void = { shard in
      runShard(
        shard, parameters: parameters, batch: batch, step: step, dropoutSeed: dropoutSeed,
        runsBackward: runsBackward)
    }
    if let pool, arenas.count > 1 {
      pool.run(arenas.count, body)
    } else {
      for shard in 0..<arenas.count { body(shard) }
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

  private func runShard(
    _ shard: Int, parameters: Buffer, batch: Batch, step: Int, dropoutSeed: UInt64?, runsBackward: Bool
  ) {
    let rows = shardRows[shard]
    let first = rows.lowerBound
    let view = ShardView(
      arena: arenas[shard].pointer, parameters: parameters.pointer, gradients: gradients[shard].pointer,
      packed: packed.pointer, tokens: batch.tokens.map { UnsafePointer($0.tokens) + first },
      targetTokens: batch.tokens.map { UnsafePointer($0.targets) + first },
      inputs: batch.inputs.map { UnsafePointer($0.pointer) + first * inputColumns },
      targets: batch.targets.map { UnsafePointer($0.pointer) + first * output.columns },
      losses: losses.pointer + first, rows: rows.count, firstRow: first,
      lossScale: 1 / Float(batch.countedRows), step: step, dropoutSeed: dropoutSeed)
    for operation in operations { operation.forward(view) }
    if runsBackward {
      for operation in operations.reversed() { operation.backward(view) }
    }
  }

  private var inputColumns: Int { (operations.first as? InputOperation)?.output.columns ?? 0 }

  /// Adds the shards' gradients in their order into the first shard's, and returns it.
  package func reduceGradients(pool: ThreadPool?) -> Buffer {
    let first = gradients[0]
    guard gradients.count > 1 else { return first }
    let chunk = 1 << 14
    let chunks = (parameterCount + chunk - 1) / chunk
    let body: @Sendable (Int) -> Void = { i in
      let start = i * chunk
      sumParts(
        min(chunk, parameterCount - start), gradients.map { UnsafePointer($0.pointer + start) },
        into: first.pointer + start)
    }
    if let pool, chunks > 1 {
      pool.run(chunks, body)
    } else {
      for i in 0..<chunks { body(i) }
    }
    return first
  }

  /// The output of the last step, rows of all shards in order: logits, or predictions.
  package func outputs() -> [Float] {
    zip(shardRows, arenas).flatMap { rows, arena in
      arena.array(output.value..<output.value + rows.count * output.columns)
    }
  }

  package var outputColumns: Int { output.columns }
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
