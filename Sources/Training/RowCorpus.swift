// Rows of examples as training data: the loss on the tokens that are to be learnt, and on no other.
import Adapters
package import Kernels
package import Models
package import Signals
import Storage

/// One example: its tokens, and for each whether it is to be learnt.
package struct TrainingRow: Equatable, Sendable {
  package var tokens: [Int32]
  package var isLearnt: [Bool]

  /// - Precondition: both have the same length.
  package init(tokens: [Int32], isLearnt: [Bool]) {
    precondition(tokens.count == isLearnt.count, "a mark for each token")
    self.tokens = tokens
    self.isLearnt = isLearnt
  }

  /// Tokens that are learnt where the row is cut to `positions` inputs. The first token has nothing before it.
  func learntTokens(positions: Int) -> Int {
    isLearnt.prefix(positions + 1).dropFirst().count { $0 }
  }
}

package enum RowsError: Error, Equatable, Sendable {
  /// `part` says which: "to train on", "to evaluate on".
  case nothingToLearn(path: String, part: String, rows: Int, context: Int)
}

/// Each row is a sequence of its own, cut to the model's context and filled up behind its end. Training goes through
/// the rows in an order that each epoch draws anew.
package struct RowCorpus: TrainingData {
  /// Rows of the evaluation set at most, evenly spaced over the held-out part.
  static let evaluationRows = 64

  package let path: String
  package let description: String
  package let rows: [TrainingRow]
  private let vocabularySize: Int
  private let facts: [(name: String, value: String)]
  /// Whether rows are conversations, of which the assistant's turns are learnt.
  package let hasTurns: Bool
  /// Rows before this one are trained on.
  private let split: Int

  /// - Parameters:
  ///   - path: for messages.
  ///   - call: the call of the language that makes it.
  ///   - facts: what the reader of the file has to say of it.
  ///   - hasTurns: whether rows are conversations.
  ///   - heldOut: share of the rows at the end that is evaluated on, in (0, 1); at least one.
  package init(
    _ rows: [TrainingRow], path: String, call: String, vocabulary: Int, heldOut: Double,
    facts: [(name: String, value: String)] = [], hasTurns: Bool = false
  ) {
    self.rows = rows
    self.path = path
    description = call
    vocabularySize = vocabulary
    self.facts = facts
    self.hasTurns = hasTurns
    split = min(Int(Double(rows.count) * (1 - heldOut)), rows.count - 1)
  }

  package var details: [(name: String, value: String)] { details(positions: nil) }

  package func details(for architecture: Architecture) -> [(name: String, value: String)] {
    guard case .transformer = architecture else { return details }
    return details(positions: contextLength(architecture))
  }

  /// Tokens of the longest row.
  private var longest: Int { rows.reduce(0) { max($0, $1.tokens.count) } }

  /// - Parameter positions: inputs that rows are cut to; nil counts them whole.
  private func details(positions: Int?) -> [(name: String, value: String)] {
    let cut = positions ?? longest
    let tokens = rows.reduce(0) { $0 + min($1.tokens.count, cut + 1) }
    let learnt = rows.reduce(0) { $0 + $1.learntTokens(positions: cut) }
    let counted = "\(tokens) of \(vocabularySize) kinds; the loss is on \(learnt) of them"
    var parts = [
      ("file", path),
      ("rows", "\(rows.count), the longest of \(longest) tokens"),
      ("tokens", positions.map { "within a context of \($0): \(counted)" } ?? counted),
      ("sequences", "one row each: cut to the model's context, filled up behind its end"),
      ("evaluation", "the last \(rows.count - split) rows, held out"),
    ]
    if let positions {
      parts += lost(positions: positions).map {
        ("left out", "\($0.count) of \($0.all) rows \($0.part): no token to learn within \(positions)")
      }
    }
    return parts + facts
  }

  /// Rows that give nothing to learn where they are cut to the model's context, as a prompt that fills it.
  package func remarks(for architecture: Architecture) -> [String] {
    guard case .transformer = architecture else { return [] }
    let context = contextLength(architecture)
    return lost(positions: context).filter { $0.count < $0.all }.map {
      "`\(path)`: \($0.count) of \($0.all) rows \($0.part) \($0.count == 1 ? "has" : "have") no token to learn within "
        + "\(context) tokens, the model's context, and \($0.count == 1 ? "is" : "are") left out"
    }
  }

  /// For each part how many of its rows have nothing to learn; parts that lose none are not among them.
  private func lost(positions: Int) -> [(part: String, count: Int, all: Int)] {
    parts.compactMap { part, range in
      let count = range.count - usable(range, positions: positions).count
      return count > 0 ? (part, count, range.count) : nil
    }
  }

  private var parts: [(name: String, rows: Range<Int>)] {
    [("to train on", 0..<max(0, split)), ("to evaluate on", max(0, split)..<rows.count)]
  }

  /// Of the tokens, of which are learnt, and of where rows end.
  package func fingerprint(_ stop: StopSignal) throws(Interruption) -> UInt64 {
    var fingerprint = NumberFingerprint(stop: stop)
    for row in rows {
      for (token, isLearnt) in zip(row.tokens, row.isLearnt) {
        try fingerprint.add(token << 1 | (isLearnt ? 1 : 0))
      }
    }
    for row in rows { try fingerprint.add(Int32(row.tokens.count)) }
    return fingerprint.value
  }

  /// Rows that are trained on.
  package var trainingCount: Int { split }

  package var floor: Double? { nil }
  package var vocabulary: Int? { vocabularySize }
  package var bytes: Int { rows.reduce(0) { $0 + 5 * $1.tokens.count } }

  package func check(_ architecture: Architecture) throws {
    let largest = rows.lazy.compactMap { $0.tokens.max() }.max() ?? 0
    try checkTokens(architecture, vocabulary: vocabularySize, largest: Int(largest), data: "rows of text")
    let context = contextLength(architecture)
    for (part, range) in parts where usable(range, positions: context).isEmpty {
      throw RowsError.nothingToLearn(path: path, part: part, rows: range.count, context: context)
    }
  }

  /// Sequences are no longer than the longest row.
  package func positions(_ architecture: Architecture) -> Int {
    min(contextLength(architecture), max(1, longest - 1))
  }

  package func batches(
    seed: UInt64, shape: BatchShape, stop: StopSignal
  ) -> any BatchSource {
    RowBatches(
      usable(0..<split, positions: shape.positions), stream: RandomStream(seed: seed, purpose: .tokens),
      shape: shape)
  }

  package func evaluation(shape: BatchShape, stop: StopSignal) throws(Interruption) -> EvaluationSet {
    let heldOut = usable(split..<rows.count, positions: shape.positions)
    let count = min(heldOut.count, RowCorpus.evaluationRows)
    let chosen = (0..<count).map { heldOut[count == 1 ? 0 : (heldOut.count - 1) * $0 / (count - 1)] }
    var batches: [Batch] = []
    var counted = 0
    for start in stride(from: 0, to: count, by: shape.sequences) {
      let batch = batch(chosen[start..<min(start + shape.sequences, count)], shape: shape)
      counted += batch.countedRows
      batches.append(batch)
    }
    return EvaluationSet(batches: batches, rows: batches.count * shape.rows, countedRows: counted)
  }

  /// The rows with something to learn within so many positions.
  private func usable(_ range: Range<Int>, positions: Int) -> [TrainingRow] {
    rows[range].filter { $0.learntTokens(positions: positions) > 0 }
  }
}

/// One sequence a row; what is left of them is filled with targets that do not count.
private func batch(_ rows: ArraySlice<TrainingRow>, shape: BatchShape) -> Batch {
  let buffer = TokenBuffer(rows: shape.rows)
  var counted = 0
  for sequence in 0..<shape.sequences {
    let row = sequence < rows.count ? rows[rows.startIndex + sequence] : TrainingRow(tokens: [], isLearnt: [])
    for t in 0..<shape.positions {
      let place = sequence * shape.positions + t
      buffer.tokens[place] = t < row.tokens.count ? row.tokens[t] : 0
      let isLearnt = t + 1 < row.tokens.count && row.isLearnt[t + 1]
      buffer.targets[place] = isLearnt ? row.tokens[t + 1] : ignoredTarget
      if isLearnt { counted += 1 }
    }
  }
  return Batch(tokens: buffer, countedRows: counted)
}

private final class RowBatches: BatchSource {
  private let rows: [TrainingRow]
  private let stream: RandomStream
  private let shape: BatchShape
  private let draws: Buffer
  private var epoch = -1
  private var order: [Int] = []

  /// - Precondition: there is a row.
  init(_ rows: [TrainingRow], stream: RandomStream, shape: BatchShape) {
    precondition(!rows.isEmpty, "rows to train on")
    self.rows = rows
    self.stream = stream
    self.shape = shape
    draws = Buffer(count: rows.count)
  }

  func batch(step: Int) -> Batch {
    let first = step * shape.sequences
    let chosen = (first..<first + shape.sequences).map { rows[place($0)] }
    return Training.batch(chosen[...], shape: shape)
  }

  /// The row that comes at this place of the endless sequence of epochs.
  private func place(_ number: Int) -> Int {
    if number / rows.count != epoch {
      epoch = number / rows.count
      stream.fillUniform(draws.pointer, count: rows.count, position: UInt64(epoch))
      order = rows.indices.sorted { (draws.pointer[$0], $0) < (draws.pointer[$1], $1) }
    }
    return order[number % rows.count]
  }
}
