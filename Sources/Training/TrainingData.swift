// What a training run draws its batches from and is judged on.
package import Kernels
package import Models
package import Signals
package import Storage

/// What a model is trained on: the batches of a run, and the fixed evaluation set that it is judged by.
///
/// A value without state: what it gives follows from its own seed or file, the run's seed and the step's number.
package protocol TrainingData: Sendable {
  /// The call that makes it: `language(seed=1, shift=0.4, vocab=64)`.
  var description: String { get }
  /// What must be made before `description` means the same.
  var steps: [Provenance.Step] { get }
  /// A number that differs where the content differs and the description does not: a hash of a file, 0 for made data.
  func fingerprint(_ stop: StopSignal) throws(Interruption) -> UInt64
  /// Names and values that say what it is.
  var details: [(name: String, value: String)] { get }
  /// The same where it is used with a model: what is cut to the model's context is counted so.
  func details(for architecture: Architecture) -> [(name: String, value: String)]
  /// What a user should know before it is used with a model: one sentence each, lower case, no full stop.
  func remarks(for architecture: Architecture) -> [String]
  /// The loss that no model can go below; nil where it is not known.
  var floor: Double? { get }
  /// Tokens that occur, 0..<vocabulary; nil for a regression.
  var vocabulary: Int? { get }
  /// What it takes in memory, about.
  var bytes: Int { get }

  /// Whether a model can be trained on this data.
  ///
  /// - Throws: `ModelError` where it cannot.
  func check(_ architecture: Architecture) throws
  /// Rows of a sequence for this architecture.
  func positions(_ architecture: Architecture) -> Int
  /// The batches of a run: those of a seed are the same for every model and setting. Where `stop` is asked, a batch that
  /// takes long is given up.
  func batches(seed: UInt64, shape: BatchShape, stop: StopSignal) -> any BatchSource
  /// The fixed evaluation set, in batches of this shape.
  func evaluation(shape: BatchShape, stop: StopSignal) throws(Interruption) -> EvaluationSet
}

extension TrainingData {
  package var steps: [Provenance.Step] { [] }
  /// 0: data that its description makes.
  package func fingerprint(_ stop: StopSignal) throws(Interruption) -> UInt64 { 0 }
  /// Those of the data alone, where the model changes nothing.
  package func details(for architecture: Architecture) -> [(name: String, value: String)] { details }
  /// None.
  package func remarks(for architecture: Architecture) -> [String] { [] }

  /// The same, where nobody asks to stop.
  package func batches(seed: UInt64, shape: BatchShape) -> any BatchSource {
    batches(seed: seed, shape: shape, stop: .never)
  }

  /// The same, where nobody asks to stop.
  package func evaluation(shape: BatchShape) throws(Interruption) -> EvaluationSet {
    try evaluation(shape: shape, stop: .never)
  }
}

/// Makes the batch of a step. The batch is valid until the next call.
package protocol BatchSource: AnyObject {
  /// The batch of a step, counted from 0 over all runs of a model that resume one another.
  func batch(step: Int) throws(Interruption) -> Batch
}

/// A fixed set of rows, cut into batches; the last one is filled up with rows that do not count.
package struct EvaluationSet: Sendable {
  package var batches: [Batch]
  /// Rows of all batches together, without those that fill up the last one.
  package var rows: Int
  /// Rows whose loss counts: fewer than `rows` where some targets are ignored.
  package var countedRows: Int

  package init(batches: [Batch], rows: Int, countedRows: Int? = nil) {
    self.batches = batches
    self.rows = rows
    self.countedRows = countedRows ?? rows
  }

  /// The mean loss over the rows that count, without dropout: nats a token, or half the mean squared error. NaN where
  /// no row counts.
  ///
  /// - Throws: `Interruption` where `stop` is asked.
  package func loss(
    _ plan: Plan, parameters: Buffer, stop: StopSignal = .never
  ) throws(Interruption) -> Double {
    var total = 0.0
    var left = rows
    for batch in batches {
      let counted = min(left, plan.shape.rows)
      total += try plan.evaluate(parameters: parameters, batch: batch, rows: counted, stop: stop)
      left -= counted
    }
    return total / Double(countedRows)
  }

  /// The first batches, so many that they have at least 32 rows: what a trace follows.
  package func sample(_ shape: BatchShape) -> EvaluationSet {
    let count = min(batches.count, (31 + shape.rows) / shape.rows)
    let part = min(rows, count * shape.rows)
    return EvaluationSet(
      batches: Array(batches.prefix(count)), rows: part,
      countedRows: countedRows == rows
        ? part : batches.prefix(count).reduce(0) { $0 + $1.countedRows })
  }
}

/// Cuts sequences of `positions` + 1 tokens into batches of inputs and next-token targets.
func evaluationSet(sequences: [ArraySlice<Int32>], shape: BatchShape) -> EvaluationSet {
  var batches: [Batch] = []
  for start in stride(from: 0, to: sequences.count, by: shape.sequences) {
    let buffer = TokenBuffer(rows: shape.rows)
    for i in 0..<shape.sequences {
      let sequence = sequences[start + i < sequences.count ? start + i : 0]
      fill(buffer, sequence: i, with: sequence, positions: shape.positions)
    }
    batches.append(Batch(tokens: buffer, countedRows: shape.rows))
  }
  return EvaluationSet(batches: batches, rows: sequences.count * shape.positions)
}

/// Sets one sequence of a batch: `positions` tokens, and as the target of each the one behind it.
func fill(_ buffer: TokenBuffer, sequence: Int, with tokens: ArraySlice<Int32>, positions: Int) {
  let start = sequence * positions
  let first = tokens.startIndex
  for t in 0..<positions {
    buffer.tokens[start + t] = tokens[first + t]
    buffer.targets[start + t] = tokens[first + t + 1]
  }
}

/// Whether a model can be trained on tokens 0..<vocabulary.
///
/// - Parameter largest: the largest token that occurs, where it is known: only what occurs must fit the model.
/// - Throws: `ModelError` for a perceptron, and for a transformer with fewer tokens.
func checkTokens(
  _ architecture: Architecture, vocabulary: Int, largest: Int? = nil, data: String
) throws {
  guard case .transformer(let shape) = architecture else {
    throw ModelError.wrongData(model: architecture.name, needs: "rows of numbers: teacher(model)", has: data)
  }
  guard (largest.map { $0 + 1 } ?? vocabulary) <= shape.vocabulary else {
    throw ModelError.vocabularyTooSmall(model: shape.vocabulary, data: vocabulary)
  }
}

/// Rows of a sequence of tokens for a model: T of a transformer; 1 of a perceptron.
func contextLength(_ architecture: Architecture) -> Int {
  if case .transformer(let shape) = architecture { return shape.context }
  return 1
}
