// Real text as training data: bytes, characters or a tokenizer's tokens, the last part held out for evaluation.
import Adapters
package import Kernels
package import Models
package import Signals
import Storage
import Text

/// How a text becomes tokens.
package enum TextLevel: String, Sendable, CaseIterable {
  /// One token a byte of UTF-8: a vocabulary of 256.
  case byte
  /// One token a Unicode scalar; the vocabulary is what occurs, in increasing order.
  case character
}

package enum TextError: Error, Equatable, Sendable {
  case tooShort(path: String, tokens: Int, needed: Int, context: Int)
}

package struct TextCorpus: TrainingData {
  /// Windows of the evaluation set, evenly spaced over the held-out part.
  static let evaluationWindows = 64

  package let path: String
  /// nil where a tokenizer made the tokens.
  package let level: TextLevel?
  /// The call that makes the tokenizer; nil without one.
  package let tokenizer: String?
  package let heldOut: Double
  /// The scalar of each token; empty for bytes.
  package let alphabet: [Unicode.Scalar]
  let tokens: [Int32]
  private let vocabularySize: Int
  private let largestToken: Int
  /// Tokens before this one are trained on.
  let split: Int

  /// - Parameters:
  ///   - path: for messages and captions.
  ///   - heldOut: share of the text at its end that is evaluated on, in (0, 1).
  /// - Throws: `Interruption` where `stop` is asked first.
  package init(
    _ text: String, path: String, level: TextLevel, heldOut: Double, stop: StopSignal = .never
  ) throws(Interruption) {
    self.path = path
    self.level = level
    tokenizer = nil
    self.heldOut = heldOut
    switch level {
    case .byte:
      alphabet = []
      var tokens: [Int32] = []
      tokens.reserveCapacity(text.utf8.count)
      for byte in text.utf8 {
        if tokens.count.isMultiple(of: Buffer.piece) { try stop.check() }
        tokens.append(Int32(byte))
      }
      self.tokens = tokens
    case .character:
      var occurring: Set<Unicode.Scalar> = []
      for (i, scalar) in text.unicodeScalars.enumerated() {
        if i.isMultiple(of: Buffer.piece) { try stop.check() }
        occurring.insert(scalar)
      }
      let alphabet = occurring.sorted()
      self.alphabet = alphabet
      let numbers = Dictionary(uniqueKeysWithValues: alphabet.enumerated().map { ($1, Int32($0)) })
      var tokens: [Int32] = []
      for scalar in text.unicodeScalars {
        if tokens.count.isMultiple(of: Buffer.piece) { try stop.check() }
        tokens.append(numbers[scalar] ?? 0)
      }
      self.tokens = tokens
    }
    vocabularySize = level == .byte ? 256 : alphabet.count
    largestToken = vocabularySize - 1
    split = Int(Double(tokens.count) * (1 - heldOut))
  }

  /// A text that a tokenizer has encoded.
  ///
  /// - Parameters:
  ///   - vocabulary: number of ids that the tokenizer has.
  ///   - tokenizer: the call of the language that makes it.
  package init(tokens: [Int32], vocabulary: Int, tokenizer: String, path: String, heldOut: Double) {
    self.path = path
    level = nil
    self.tokenizer = tokenizer
    self.heldOut = heldOut
    alphabet = []
    self.tokens = tokens
    vocabularySize = vocabulary
    largestToken = Int(tokens.max() ?? 0)
    split = Int(Double(tokens.count) * (1 - heldOut))
  }

  package var description: String {
    let tokens = tokenizer.map { "tokenizer=\($0)" } ?? "level=\(level?.rawValue ?? "")"
    return "text(\(quoted(path)), \(tokens), held_out=\(shortest(heldOut)))"
  }

  package var details: [(name: String, value: String)] {
    [
      ("file", path),
      ("tokens", "\(tokens.count) of \(vocabularySize) kinds, by \(tokenizer ?? level?.rawValue ?? "")"),
      ("evaluation", "the last \(tokens.count - split) tokens, held out"),
    ]
  }

  /// Of the tokens.
  package func fingerprint(_ stop: StopSignal) throws(Interruption) -> UInt64 {
    var fingerprint = NumberFingerprint(stop: stop)
    for token in tokens { try fingerprint.add(token) }
    return fingerprint.value
  }

  package var floor: Double? { nil }
  package var vocabulary: Int? { vocabularySize }
  package var bytes: Int { tokens.count * 4 }

  package func check(_ architecture: Architecture) throws {
    try checkTokens(architecture, vocabulary: vocabularySize, largest: largestToken, data: "a text")
    let context = contextLength(architecture)
    let shorter = min(split, tokens.count - split)
    guard shorter > context + 1 else {
      let share = Swift.min(heldOut, 1 - heldOut)
      throw TextError.tooShort(
        path: path, tokens: tokens.count, needed: Int((Double(context + 2) / share).rounded(.up)),
        context: context)
    }
  }

  package func positions(_ architecture: Architecture) -> Int { contextLength(architecture) }

  package func batches(
    seed: UInt64, shape: BatchShape, stop: StopSignal
  ) -> any BatchSource {
    TextBatches(self, stream: RandomStream(seed: seed, purpose: .tokens), shape: shape)
  }

  package func evaluation(shape: BatchShape, stop: StopSignal) throws(Interruption) -> EvaluationSet {
    let room = tokens.count - split - shape.positions - 1
    let windows = min(TextCorpus.evaluationWindows, room / shape.positions + 1)
    let sequences = (0..<windows).map { i in
      window(at: split + (windows == 1 ? 0 : room * i / (windows - 1)), positions: shape.positions)
    }
    return evaluationSet(sequences: sequences, shape: shape)
  }

  func window(at start: Int, positions: Int) -> ArraySlice<Int32> {
    tokens[start...start + positions]
  }
}

private final class TextBatches: BatchSource {
  private let corpus: TextCorpus
  private let stream: RandomStream
  private let shape: BatchShape
  private let buffer: TokenBuffer
  private let draws: Buffer

  init(_ corpus: TextCorpus, stream: RandomStream, shape: BatchShape) {
    self.corpus = corpus
    self.stream = stream
    self.shape = shape
    buffer = TokenBuffer(rows: shape.rows)
    draws = Buffer(count: 2 * shape.sequences)
  }

  func batch(step: Int) -> Batch {
    stream.fillUniform(draws.pointer, count: draws.count, position: UInt64(step))
    let starts = Double(corpus.split - shape.positions)
    for i in 0..<shape.sequences {
      // Two draws of 24 bits reach every place of a large file.
      let draw = Double(draws.pointer[2 * i]) + Double(draws.pointer[2 * i + 1]) * 0x1p-24
      fill(
        buffer, sequence: i, with: corpus.window(at: Int(draw * starts), positions: shape.positions),
        positions: shape.positions)
    }
    return Batch(tokens: buffer, countedRows: shape.rows)
  }
}
