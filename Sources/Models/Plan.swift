// The plan of a step: made once from model, adapter and batch shape, then run on shards without allocating.
package import Adapters
package import Kernels
package import Signals
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
  let operations: [any Operation]
  let prepareTasks: [any PrepareTask]
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
  let pool: ThreadPool?
  /// Length of the vector of parameters that the operations read: the adapter's, or the base's where that is trained.
  let readCount: Int
  #if CHECKED
    let marks: PlanMarks
  #endif

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
      marks = PlanMarks(builder.places.gaps, arenas: arenas, packed: packed, merged: mergedGradients)
    #endif
  }

  /// Bytes of arenas, gradients and packed parameters.
  package var bytes: Int {
    let buffers = arenas + mergedGradients + groupGradients + [packed]
    return buffers.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.stride
  }

  /// Makes of the trainable parameters what the next step reads in their place: panels for the products, and for adapters
  /// in the merged order W + s·B·A. Called after every change of them, and before the first step or evaluation.
  ///
  /// - Throws: `Interruption` where `stop` is asked, which it is between the pieces; nothing may be read then.
  package func prepare(parameters: Buffer, stop: StopSignal = .never) throws(Interruption) {
    checkParameters(parameters)
    if let pool, parameterCount > 1 << 16 {
      pool.run(prepareTasks.count) {
        if !stop.isAsked { prepareTasks[$0].run(parameters.pointer, packed.pointer, stop: stop) }
      }
    } else {
      for task in prepareTasks where !stop.isAsked {
        task.run(parameters.pointer, packed.pointer, stop: stop)
      }
    }
    checkMarks()
    try stop.check()
  }

  /// Runs forward and backward on all shards, and leaves in `gradient` the gradient of the mean loss, in the order of the
  /// parameters. A value that is not finite spreads to loss and gradient, where the caller looks for it.
  ///
  /// - Parameter step: the step's number, which the masks of dropout depend on.
  /// - Parameter dropoutSeed: draws the masks of an adapter's dropout; nil has none.
  /// - Parameter stop: asked before each operation.
  /// - Returns: the mean loss over the rows that count (over their outputs too for a regression), from the rows' losses
  ///   in their order: nats for tokens, squared units for a regression. NaN where none count.
  /// - Throws: `Interruption` where `stop` is asked; `gradient` is then to be filled by another step.
  package func step(
    parameters: Buffer, batch: Batch, step: Int, dropoutSeed: UInt64?,
    stop: StopSignal = .never
  ) throws(Interruption) -> Double {
    checkParameters(parameters)
    checkBatch(batch)
    let view = StepView(
      plan: self, parameterBuffer: parameters, batch: batch, step: step, dropoutSeed: dropoutSeed,
      stop: stop)
    let isTraining = trainable != .nothing
    forEachArena { worker in
      view.forEachGroup(of: worker) { group, shards in
        for shard in shards { view.run(shard, of: group, isTraining: isTraining, on: worker) }
        if isTraining && arenas.count == 1 && group > 0 { view.addSecondGroupToFirst() }
      }
    }
    if isTraining {
      forEachArena { worker in
        for i in finishing[worker] where !stop.isAsked { operations[i].finishGradient(view) }
      }
    }
    checkMarks()
    try stop.check()
    return sumOfLosses(rows: shape.rows) / (Double(batch.countedRows) * Double(lossColumns))
  }

  /// Runs forward only, without dropout.
  ///
  /// - Parameter outputs: takes the output of every row where it is given: logits, or predictions.
  /// - Throws: as `step`.
  /// - Returns: the sum of the losses of the first `rows` rows, over `lossColumns`.
  package func evaluate(
    parameters: Buffer, batch: Batch, rows: Int, outputs: Buffer? = nil,
    stop: StopSignal = .never
  ) throws(Interruption) -> Double {
    checkParameters(parameters)
    checkBatch(batch)
    precondition(rows >= 0 && rows <= shape.rows, "\(rows) rows of a batch of \(shape.rows)")
    if let outputs {
      precondition(
        outputs.count >= shape.rows * output.columns,
        "outputs of \(shape.rows) × \(output.columns) in a buffer of \(outputs.count)")
    }
    let view = StepView(
      plan: self, parameterBuffer: parameters, batch: batch, step: 0, dropoutSeed: nil, stop: stop)
    forEachArena { worker in
      view.forEachGroup(of: worker) { group, shards in
        for shard in shards {
          view.run(shard, of: group, isTraining: false, on: worker)
          guard let outputs, !stop.isAsked else { continue }
          let rows = shardRows[shard]
          (outputs.pointer + rows.lowerBound * output.columns)
            .update(from: arenas[worker].pointer + output.value, count: rows.count * output.columns)
        }
      }
    }
    checkMarks()
    try stop.check()
    return sumOfLosses(rows: rows) / Double(lossColumns)
  }

  // MARK: What the plan is given

  /// Operations read the parameters through naked pointers.
  private func checkParameters(_ parameters: Buffer) {
    precondition(
      parameters.count >= readCount, "\(parameters.count) parameters for a plan of \(readCount)")
  }

  /// Operations read the batch through naked pointers.
  func checkBatch(_ batch: Batch) {
    precondition(batch.countedRows <= shape.rows, "\(batch.countedRows) counted rows of \(shape.rows)")
    if isRegression {
      guard let inputs = batch.inputs, let targets = batch.targets else {
        preconditionFailure("a batch of tokens for a perceptron")
      }
      precondition(
        inputs.count >= shape.rows * inputColumns && targets.count >= shape.rows * output.columns,
        "\(inputs.count) inputs and \(targets.count) targets for \(shape.rows) rows of \(inputColumns) and "
          + "\(output.columns)")
    } else {
      precondition(batch.tokens?.rows ?? 0 >= shape.rows, "fewer tokens than \(shape.rows) rows")
    }
  }

  #if CHECKED
    /// The fault that the marks are for, for their test: writes a float behind the first place of an arena.
    package func writeBesideAPlace() { marks.overrun() }
  #endif

  /// In a checked build: whether an operation has written beyond its place.
  private func checkMarks() {
    #if CHECKED
      marks.check()
    #endif
  }

  /// Calls `body` with the number of each arena, on the pool where there is one, and returns when all are done.
  private func forEachArena(_ body: @Sendable (Int) -> Void) {
    if let pool, arenas.count > 1 {
      pool.run(arenas.count, body)
    } else {
      body(0)
    }
  }

  /// The losses of the first rows, added in their order in double precision.
  private func sumOfLosses(rows: Int) -> Double {
    var total = 0.0
    for row in 0..<rows { total += Double(losses.pointer[row]) }
    return total
  }

  /// The mean of a regression is over outputs too.
  private var lossColumns: Int { isRegression ? output.columns : 1 }

  private var isRegression: Bool { operations.first is InputOperation }

  var inputColumns: Int { (operations.first as? InputOperation)?.output.columns ?? 0 }
}

extension Plan {
  /// The output of every row of a batch, without dropout: logits [rows, vocabulary], or predictions.
  ///
  /// - Throws: as `step`.
  package func outputs(
    parameters: Buffer, batch: Batch, stop: StopSignal = .never
  ) throws(Interruption) -> [Float] {
    let outputs = Buffer(count: shape.rows * output.columns)
    _ = try evaluate(parameters: parameters, batch: batch, rows: 0, outputs: outputs, stop: stop)
    let values = outputs.array(stop)
    try stop.check()
    return values
  }

  /// Runs a perceptron without targets: y [rows, outputs] for x [rows, inputs] of the plan's shape.
  ///
  /// - Throws: as `step`.
  package func predict(
    inputs x: Buffer, into y: Buffer, stop: StopSignal = .never
  ) throws(Interruption) {
    // The plan's own losses are computed too, against y itself: they are not read.
    _ = try evaluate(
      parameters: Buffer.empty, batch: Batch(inputs: x, targets: y, rows: shape.rows), rows: 0, outputs: y,
      stop: stop)
  }
}
