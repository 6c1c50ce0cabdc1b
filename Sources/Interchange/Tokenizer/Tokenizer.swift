// A tokenizer: text to token ids and back, as Hugging Face's `tokenizers` has it for byte-level BPE.
import Foundation
package import Signals

/// A tokenizer, read of a tokenizer.json: byte-level byte-pair encoding with the file's own cuts, added tokens and
/// template. It gives the ids that Hugging Face's `tokenizers` gives.
package struct Tokenizer: Sendable {
  /// What happens to text before it is cut.
  enum Normalizer: Sendable { case none, nfc }

  /// One of the cuts that make words of a text, in order.
  enum Cut: Sendable {
    case pattern(SplitPattern)
    /// Numerals apart, each on its own or a run at a time.
    case digits(each: Bool)
    /// A piece that does not begin with a space gets one.
    case prefixSpace
  }

  /// What a post-processor puts together.
  enum TemplatePiece: Sendable {
    case text
    case tokens([Int32], name: String)
  }

  let model: BytePairModel
  /// In the order of the file.
  let added: [AddedToken]
  /// What happens to a text before it is cut, and the cuts in order.
  let normalizer: Normalizer
  let cuts: [Cut]
  /// What the post-processors put around the tokens of a text, in order.
  let templates: [[TemplatePiece]]
  /// Whether decoding turns the alphabet back into bytes; without a decoder, tokens are joined by spaces.
  let decodesBytes: Bool
  /// The file's `truncation` and `padding`, which are not applied; transformers clears them too.
  package let hasTruncationOrPadding: Bool
  private let rawFinder: TokenFinder
  private let normalizedFinder: TokenFinder
  private let addedByID: [Int32: AddedToken]

  init(
    model: BytePairModel, added: [AddedToken], normalizer: Normalizer, cuts: [Cut],
    templates: [[TemplatePiece]], decodesBytes: Bool, hasTruncationOrPadding: Bool
  ) {
    self.model = model
    self.added = added
    self.normalizer = normalizer
    self.cuts = cuts
    self.templates = templates
    self.decodesBytes = decodesBytes
    self.hasTruncationOrPadding = hasTruncationOrPadding
    let decoded = added.map { token in
      var token = token
      if token.isNormalized { token.content = normalizer.applied(to: token.content) }
      return token
    }
    rawFinder = TokenFinder(decoded.filter { !$0.isNormalized })
    normalizedFinder = TokenFinder(decoded.filter(\.isNormalized))
    addedByID = Dictionary(decoded.map { ($0.id, $0) }) { _, last in last }
  }

  /// One more than the largest id: what a model's vocabulary must reach.
  package var vocabularySize: Int {
    Int(max(model.ids.max() ?? -1, added.map(\.id).max() ?? -1)) + 1
  }

  package var mergeCount: Int { model.merges.count }

  /// The text of each id as the file writes it; nil for an id that no token has.
  package var vocabulary: [String?] { (0..<Int32(vocabularySize)).map(text) }

  /// The contents of the special tokens, in the order of their ids.
  package var specialTokens: [String] {
    added.filter(\.isSpecial).sorted { $0.id < $1.id }.map { String(decoding: $0.content, as: UTF8.self) }
  }

  /// The id of a token as the file writes it; nil where there is none.
  package func id(of token: String) -> Int32? {
    let bytes = Array(token.utf8)
    return added.last { $0.content == bytes }?.id ?? model.id(of: bytes[...])
  }

  /// The token of an id, as the file writes it; nil where there is none.
  package func text(of id: Int32) -> String? {
    (addedByID[id]?.content[...] ?? model.text(of: id)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The ids of a text; none for an empty text, but for those that the file's template adds.
  ///
  /// - Throws: `Interruption` where `stop` is asked first.
  package func encode(
    _ text: String, addSpecialTokens: Bool = true, stop: StopSignal = .never
  ) throws(Interruption) -> [Int32] {
    var encoder = TokenEncoder(self)
    return try encoder.encode(text, addSpecialTokens: addSpecialTokens, stop: stop)
  }

  /// The text of ids. Bytes that are not UTF-8 become U+FFFD; ids that no token has are left out.
  package func decode(_ ids: some Sequence<Int32>, skipSpecialTokens: Bool = false) -> String {
    var bytes: [UInt8] = []
    var isFirst = true
    for id in ids {
      let added = addedByID[id]
      if skipSpecialTokens, added?.isSpecial == true { continue }
      guard let text = added?.content[...] ?? model.text(of: id) else { continue }
      if decodesBytes {
        bytes += ByteAlphabet.bytes(of: text)?[...] ?? text
      } else {
        if !isFirst { bytes.append(0x20) }
        bytes += text
      }
      isFirst = false
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Calls `token` for each added token in the text and `piece` for what lies between, normalized, in order.
  func extract(_ text: [UInt8], token: (Int32) -> Void, piece: (ArraySlice<UInt8>) -> Void) {
    rawFinder.split(text[...]) { part, id in
      if let id { return token(id) }
      let normalized = normalizer == .none ? part : normalizer.applied(to: Array(part))[...]
      normalizedFinder.split(normalized) { part, id in
        if let id { token(id) } else { piece(part) }
      }
    }
  }
}

extension Tokenizer.Normalizer {
  /// The text as it is cut; for NFC bytes that are not UTF-8 become U+FFFD.
  func applied(to text: [UInt8]) -> [UInt8] {
    switch self {
    case .none: text
    case .nfc:
      Array(String(decoding: text, as: UTF8.self).precomposedStringWithCanonicalMapping.utf8)
    }
  }
}
