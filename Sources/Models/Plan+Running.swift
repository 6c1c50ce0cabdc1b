// Running a plan: a step on a batch, an evaluation, and what leaves its outputs.
import Kernels
package import Signals
package import Storage

extension Plan {
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
  /// - Parameter lossScale: multiplies the loss that the gradient is of, not the one that is given back: with a power of
  ///   two the gradient is that multiple, but for what leaves a format's range.
  /// - Parameter stop: asked before each operation.
  /// - Returns: the mean loss over the rows that count (over their outputs too for a regression), from the rows' losses
  ///   in their order: nats for tokens, squared units for a regression. NaN where none count.
  /// - Throws: `Interruption` where `stop` is asked; `gradient` is then to be filled by another step.
  package func step(
    parameters: Buffer, batch: Batch, step: Int, dropoutSeed: UInt64?, lossScale: Float = 1,
    stop: StopSignal = .never
  ) throws(Interruption) -> Double {
    checkParameters(parameters)
    checkBatch(batch)
    let view = StepView(
      plan: self, parameterBuffer: parameters, batch: batch, step: step, dropoutSeed: dropoutSeed,
      lossScale: lossScale, stop: stop)
    clearRoundingCounts()
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
