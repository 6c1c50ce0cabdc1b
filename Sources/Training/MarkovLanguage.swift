// A first-order Markov language: each token has four successors, and the entropy is known.
import Adapters
package import Kernels
package import Models
package import Signals
import Storage
import Text

/// Next-token data whose best possible loss is known.
///
/// Every token has four successors with probabilities proportional to e^g, g normal. A shift gives that share of the
/// tokens new successors and new probabilities. Sequences begin in the stationary distribution, so that the expected
/// loss of the true model is the entropy at every position.
package struct MarkovLanguage: TrainingData {
  /// Successors of a token.
  static let branches = 4
  /// Sequences of the evaluation set.
  static let evaluationSequences = 128

  package let seed: UInt64
  /// The share of the tokens with new rules.
  package let shift: Double
  package let vocabularySize: Int
  /// [vocabulary × branches]
  let successors: [Int32]
  /// Cumulative probabilities, [vocabulary × branches]; the last of a token is 1.
  let cumulative: [Double]
  /// Cumulative stationary distribution.
  let start: [Double]
  /// The expected loss of the true model, in nats a token. On a finite set of sequences a model can lie below it.
  package let entropy: Double

  /// - Parameters:
  ///   - shift: in [0, 1]: the share of the tokens with new rules, rounded to whole tokens.
  ///   - vocabulary: at least 5.
  package init(seed: UInt64, shift: Double, vocabulary: Int) {
    self.init(seed: seed, shift: shift, vocabulary: vocabulary, unchecked: .never)
  }

  /// The same. Throws `Interruption` where `stop` is asked before the rules are drawn.
  package init(seed: UInt64, shift: Double, vocabulary: Int, stop: StopSignal) throws(Interruption) {
    self.init(seed: seed, shift: shift, vocabulary: vocabulary, unchecked: stop)
    try stop.check()
  }

  /// Once `stop` is asked, the rest is left undrawn.
  private init(seed: UInt64, shift: Double, vocabulary V: Int, unchecked stop: StopSignal) {
    precondition(V > MarkovLanguage.branches, "a language needs more than \(MarkovLanguage.branches) tokens")
    self.seed = seed
    self.shift = shift
    vocabularySize = V
    let changed = MarkovLanguage.changedTokens(seed: seed, shift: shift, vocabulary: V)
    var successors: [Int32] = []
    var probabilities: [Double] = []
    for token in 0..<V {
      if stop.isAsked { break }
      let rule = MarkovLanguage.rule(
        seed: seed, token: token, vocabulary: V, version: changed.contains(token) ? 1 : 0)
      successors += rule.successors
      probabilities += rule.probabilities
    }
    self.successors = successors
    var entropy = 0.0
    guard probabilities.count == V * MarkovLanguage.branches else {
      (self.entropy, cumulative, start) = (0, [], [])
      return
    }
    let stationary = MarkovLanguage.stationary(successors, probabilities, vocabulary: V, stop)
    for token in 0..<V {
      for i in 0..<MarkovLanguage.branches {
        let p = probabilities[token * MarkovLanguage.branches + i]
        if p > 0 { entropy -= stationary[token] * p * naturalLogarithm(p) }
      }
    }
    self.entropy = entropy
    var cumulative: [Double] = []
    for token in 0..<V {
      cumulative += running(
        Array(probabilities[token * MarkovLanguage.branches..<(token + 1) * MarkovLanguage.branches]))
    }
    self.cumulative = cumulative
    start = running(stationary)
  }

  /// The tokens whose rules a shift replaces: the first of a fixed random order, so that a larger shift includes a smaller.
  private static func changedTokens(seed: UInt64, shift: Double, vocabulary V: Int) -> Set<Int> {
    let keys = uniforms(RandomStream(seed: seed, purpose: .order), count: V, position: 0)
    let order = (0..<V).sorted { (keys[$0], $0) < (keys[$1], $1) }
    return Set(order.prefix(Int((shift * Double(V)).rounded())))
  }

  /// Four different successors of a token and their probabilities, which add up to 1. A version draws rules of its own.
  private static func rule(seed: UInt64, token: Int, vocabulary V: Int, version: UInt32) -> (
    successors: [Int32], probabilities: [Double]
  ) {
    let stream = RandomStream(seed: seed, purpose: .language, index: version)
    // Few of a block's draws name a token twice, and each block has draws enough for the rest.
    var successors: [Int32] = []
    for draw in uniforms(stream, count: 64 * branches, position: UInt64(2 * token)) {
      let successor = Int32(min(Double(V) - 1, (Double(draw) * Double(V)).rounded(.down)))
      if !successors.contains(successor) { successors.append(successor) }
      if successors.count == branches { break }
    }
    for other in 0..<Int32(V) where successors.count < branches && !successors.contains(other) {
      successors.append(other)
    }
    let weights = Buffer(count: branches)
    stream.fillNormal(weights.pointer, count: branches, position: UInt64(2 * token + 1))
    exponential(branches, weights.pointer, into: weights.pointer)
    let total = weights.array().reduce(0) { $0 + Double($1) }
    return (successors, weights.array().map { Double($0) / total })
  }

  /// The mean of the distributions over a long walk from the uniform one. Once `stop` is asked, the rest is left out.
  private static func stationary(
    _ successors: [Int32], _ probabilities: [Double], vocabulary V: Int, _ stop: StopSignal
  ) -> [Double] {
    var current = [Double](repeating: 1 / Double(V), count: V)
    var next = [Double](repeating: 0, count: V)
    var mean = [Double](repeating: 0, count: V)
    let (burnIn, counted) = (200, 800)
    for iteration in 0..<burnIn + counted {
      if stop.isAsked { return mean }
      step(current, successors, probabilities, into: &next)
      swap(&current, &next)
      if iteration >= burnIn { for token in 0..<V { mean[token] += current[token] / Double(counted) } }
    }
    return mean
  }

  /// The distribution after one more token: what each token passes on is added in the order of the tokens.
  private static func step(
    _ current: [Double], _ successors: [Int32], _ probabilities: [Double], into next: inout [Double]
  ) {
    next.withUnsafeMutableBufferPointer { next in
      next.update(repeating: 0)
      current.withUnsafeBufferPointer { current in
        successors.withUnsafeBufferPointer { successors in
          probabilities.withUnsafeBufferPointer { probabilities in
            for token in 0..<current.count {
              for i in token * branches..<(token + 1) * branches {
                next[Int(successors[i])] += current[token] * probabilities[i]
              }
            }
          }
        }
      }
    }
  }

  package var description: String {
    "language(seed=\(seed), shift=\(shortest(shift)), vocab=\(vocabularySize))"
  }

  package var details: [(name: String, value: String)] {
    let changed = Int((shift * Double(vocabularySize)).rounded())
    return [
      ("tokens", "\(vocabularySize), \(MarkovLanguage.branches) successors each"),
      ("shifted", "\(changed) of \(vocabularySize) tokens have new successors"),
      ("floor", "entropy \(NumberFormat.fixed(entropy, places: 4)) nats a token"),
      ("evaluation", "\(MarkovLanguage.evaluationSequences) fixed sequences"),
    ]
  }

  package var floor: Double? { entropy }
  package var vocabulary: Int? { vocabularySize }
  package var bytes: Int { successors.count * 4 + cumulative.count * 8 + start.count * 8 }

  package func check(_ architecture: Architecture) throws {
    try checkTokens(architecture, vocabulary: vocabularySize, data: "a language")
  }

  package func positions(_ architecture: Architecture) -> Int { contextLength(architecture) }

  package func batches(
    seed: UInt64, shape: BatchShape, stop: StopSignal
  ) -> any BatchSource {
    MarkovBatches(self, stream: RandomStream(seed: seed, purpose: .tokens), shape: shape)
  }

  package func evaluation(shape: BatchShape, stop: StopSignal) throws(Interruption) -> EvaluationSet {
    let stream = RandomStream(seed: seed, purpose: .evaluation)
    let draws = Buffer(count: shape.positions + 1)
    let sequences = (0..<MarkovLanguage.evaluationSequences).map { i in
      stream.fillUniform(draws.pointer, count: draws.count, position: UInt64(i))
      return sequence(draws)[...]
    }
    return evaluationSet(sequences: sequences, shape: shape)
  }

  /// As many tokens as there are draws.
  func sequence(_ draws: Buffer) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: draws.count) { tokens, count in
      forEachToken(draws) { tokens[$0] = $1 }
      count = draws.count
    }
  }

  /// One token for each draw in [0, 1): the first from the stationary distribution, each other by the rule of the one
  /// before.
  fileprivate func forEachToken(_ draws: Buffer, _ body: (_ position: Int, _ token: Int32) -> Void) {
    var token = firstToken(draw: Double(draws.pointer[0]))
    body(0, Int32(token))
    for t in 1..<draws.count {
      token = successor(of: token, draw: Double(draws.pointer[t]))
      body(t, Int32(token))
    }
  }

  /// The first token whose cumulative share is above a draw; the last one where rounding leaves none.
  private func firstToken(draw: Double) -> Int {
    var (low, high) = (0, vocabularySize - 1)
    while low < high {
      let middle = (low + high) / 2
      if draw < start[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The successor whose part of [0, 1) the draw falls into.
  private func successor(of token: Int, draw: Double) -> Int {
    let first = token * MarkovLanguage.branches
    for i in first..<first + MarkovLanguage.branches - 1 where draw < cumulative[i] {
      return Int(successors[i])
    }
    return Int(successors[first + MarkovLanguage.branches - 1])
  }
}

/// The sequences of a run: those of a step are drawn at the step's number, so that any step can be made by itself.
private final class MarkovBatches: BatchSource {
  private let language: MarkovLanguage
  private let stream: RandomStream
  private let shape: BatchShape
  private let buffer: TokenBuffer
  private let draws: Buffer

  init(_ language: MarkovLanguage, stream: RandomStream, shape: BatchShape) {
    self.language = language
    self.stream = stream
    self.shape = shape
    buffer = TokenBuffer(rows: shape.rows)
    draws = Buffer(count: shape.positions + 1)
  }

  func batch(step: Int) -> Batch {
    for i in 0..<shape.sequences {
      stream.fillUniform(
        draws.pointer, count: draws.count, position: UInt64(step) &<< 32 | UInt64(i))
      let start = i * shape.positions
      language.forEachToken(draws) { t, token in
        if t < shape.positions { buffer.tokens[start + t] = token }
        if t > 0 { buffer.targets[start + t - 1] = token }
      }
    }
    return Batch(tokens: buffer, countedRows: shape.rows)
  }
}

private func uniforms(_ stream: RandomStream, count: Int, position: UInt64) -> [Float] {
  let buffer = Buffer(count: count)
  stream.fillUniform(buffer.pointer, count: count, position: position)
  return buffer.array()
}

/// The sum of the values up to each of them.
private func running(_ values: [Double]) -> [Double] {
  var total = 0.0
  return values.map { value in
    total += value
    return total
  }
}
