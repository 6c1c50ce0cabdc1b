// Reading a tokenizer.json.
import Fields

/// Makes a tokenizer of the bytes of a tokenizer.json.
///
/// - Throws: `TokenizerError` where the bytes are no such file, or the file asks for what is not supported: nothing
///   is left out silently.
package func readTokenizer(_ bytes: [UInt8]) throws(TokenizerError) -> Tokenizer {
  var reader = TokenizerReader()
  do {
    try reader.read(bytes)
  } catch let flaw as JSONFlaw {
    throw .malformed(flaw)
  } catch let error as TokenizerError {
    throw error
  } catch {
    preconditionFailure("reading throws flaws of JSON and of tokenizers only")
  }
  return try reader.tokenizer()
}

private struct TokenizerReader {
  private static let fields = [
    "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
    "decoder", "model",
  ]

  private var parts: [String: TokenizerPart] = [:]
  private var model: ModelReader?

  mutating func read(_ bytes: [UInt8]) throws {
    var scanner = try JSONScanner(bytes)
    try scanner.openUncheckedObject()
    var isFirst = true
    while true {
      var key: [UInt8] = []
      guard try scanner.nextKey(&isFirst, into: &key) else { break }
      let name = String(decoding: key, as: UTF8.self)
      guard TokenizerReader.fields.contains(name) else {
        throw TokenizerError.unknownField(place: name, known: TokenizerReader.fields)
      }
      guard parts[name] == nil, name != "model" || model == nil else {
        throw scanner.flaw(.duplicateKey(name), at: scanner.position)
      }
      if name == "model" {
        var reader = ModelReader()
        try reader.read(&scanner)
        model = reader
      } else {
        parts[name] = TokenizerPart(value: try scanner.value(), place: name)
      }
    }
    try scanner.end()
  }

  func tokenizer() throws(TokenizerError) -> Tokenizer {
    if let version = parts["version"], try version.text() != "1.0" {
      throw version.unsupported(try version.text(), known: ["1.0"])
    }
    guard let model = try model?.model() else { throw .missing(place: "model") }
    let normalizer = try part("normalizer").map { part throws(TokenizerError) in try part.normalizer() }
    let cuts = try part("pre_tokenizer").map { part throws(TokenizerError) in try part.cuts() }
    guard let cuts else { throw .missing(place: "pre_tokenizer") }
    let templates = try part("post_processor").map { part throws(TokenizerError) in try part.templates() }
    if let decoder = part("decoder") { try decoder.checkDecoder() }
    let added = try addedTokens(model)
    let addedIDs = Set(added.map(\.id))
    for case .tokens(let ids, let name) in (templates ?? []).joined() {
      for id in ids where model.text(of: id) == nil && !addedIDs.contains(id) {
        throw .specialTokenID(id, token: name)
      }
    }
    return Tokenizer(
      model: model, added: added, normalizer: normalizer ?? .none, cuts: cuts,
      templates: templates ?? [], decodesBytes: part("decoder") != nil,
      hasTruncationOrPadding: part("truncation") != nil || part("padding") != nil)
  }

  /// The part of that name; nil where it is missing or null.
  private func part(_ name: String) -> TokenizerPart? {
    parts[name].flatMap { $0.isNull ? nil : $0 }
  }

  private func addedTokens(_ model: BytePairModel) throws(TokenizerError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    var numbers: [[UInt8]: Int] = [:]
    // Tokens that the vocabulary does not have follow on it.
    var next = Int32(model.ids.count)
    for part in try part("added_tokens")?.list() ?? [] {
      let token = try part.addedToken()
      if token.content.isEmpty { continue }
      let name = String(decoding: token.content, as: UTF8.self)
      guard numbers[token.content] == nil else { throw .sameToken(text: name) }
      var expected = next
      if let known = model.id(of: token.content[...]) { expected = known } else { next += 1 }
      guard token.id == expected else { throw .otherID(token: name, id: token.id, expected: expected) }
      if let other = model.text(of: token.id), !other.elementsEqual(token.content) {
        throw .sameID(token.id, text: name, other: String(decoding: other, as: UTF8.self))
      }
      numbers[token.content] = tokens.count
      tokens.append(token)
    }
    return tokens
  }
}
