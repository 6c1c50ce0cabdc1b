// What the parts of a tokenizer.json around its model mean.

extension TokenizerPart {
  func normalizer() throws(TokenizerError) -> Tokenizer.Normalizer {
    switch try type() {
    case "NFC": return .nfc
    case "Sequence":
      try allow(["type", "normalizers"])
      let parts = try self["normalizers"].list()
      guard let first = parts.first else { return .none }
      let normalizer = try first.normalizer()
      guard parts.count == 1 else { throw unsupported("a sequence of several", known: ["null", "NFC"]) }
      return normalizer
    case let other: throw unsupported(other, known: ["null", "NFC"])
    }
  }

  /// The cuts of a pre-tokenizer that ends in the byte level.
  func cuts() throws(TokenizerError) -> [Tokenizer.Cut] {
    guard try type() == "Sequence" else {
      guard try type() == "ByteLevel" else {
        throw unsupported(try type(), known: ["ByteLevel", "Sequence"])
      }
      return try byteLevelCuts()
    }
    try allow(["type", "pretokenizers"])
    let parts = try self["pretokenizers"].list()
    guard let last = parts.last, try last.type() == "ByteLevel" else {
      throw unsupported("a sequence without ByteLevel at its end", known: ["ByteLevel", "Split", "Digits"])
    }
    // Each cut works on the pieces of the one before it, on the stack.
    let most = 64
    guard parts.count <= most else {
      throw unsupported("a sequence of \(parts.count)", known: ["sequences of at most \(most)"])
    }
    var cuts: [Tokenizer.Cut] = []
    for part in parts.dropLast() {
      switch try part.type() {
      case "Split": cuts.append(.pattern(try part.split()))
      case "Digits":
        try part.allow(["type", "individual_digits"])
        cuts.append(.digits(each: try part["individual_digits"].bool()))
      case let other: throw part.unsupported(other, known: ["Split", "Digits", "and ByteLevel as the last"])
      }
    }
    return cuts + (try last.byteLevelCuts())
  }

  private func byteLevelCuts() throws(TokenizerError) -> [Tokenizer.Cut] {
    try allow(["type", "add_prefix_space", "trim_offsets", "use_regex"])
    let usesPattern = try optional("use_regex").map { part throws(TokenizerError) in try part.bool() } ?? true
    return (try self["add_prefix_space"].bool() ? [.prefixSpace] : [])
      + (usesPattern ? [.pattern(.gpt2)] : [])
  }

  private func split() throws(TokenizerError) -> SplitPattern {
    try allow(["type", "pattern", "behavior", "invert"])
    let pattern = try self["pattern"]
    guard let regex = try pattern.optional("Regex") else {
      throw pattern.unsupported("a fixed text", known: ["Regex"])
    }
    let text = try regex.text()
    guard let known = SplitPattern.allCases.first(where: { $0.expression == text }) else {
      throw .unsupported(
        place: regex.place, found: "the expression `\(text)`", known: SplitPattern.allCases.map(\.expression))
    }
    // The known expressions match everywhere: keeping their matches and cutting around them is the same.
    let behavior = try self["behavior"]
    let isInverted = try optional("invert").map { part throws(TokenizerError) in try part.bool() } ?? false
    switch (try behavior.text(), isInverted) {
    case ("Isolated", _), ("Removed", true): return known
    case (let other, _):
      throw behavior.unsupported(other, known: ["Isolated", "Removed with \"invert\": true"])
    }
  }

  /// The templates of a post-processor, in order.
  func templates() throws(TokenizerError) -> [[Tokenizer.TemplatePiece]] {
    switch try type() {
    case "ByteLevel": return []
    case "TemplateProcessing": return [try template()]
    case "Sequence":
      try allow(["type", "processors"])
      var templates: [[Tokenizer.TemplatePiece]] = []
      for part in try self["processors"].list() { templates += try part.templates() }
      return templates
    case let other: throw unsupported(other, known: ["ByteLevel", "TemplateProcessing", "Sequence"])
    }
  }

  private func template() throws(TokenizerError) -> [Tokenizer.TemplatePiece] {
    try allow(["type", "single", "pair", "special_tokens"])
    var pieces: [Tokenizer.TemplatePiece] = []
    for part in try self["single"].list() {
      if let sequence = try part.optional("Sequence") {
        let name = try sequence["id"]
        guard try name.text() == "A" else { throw name.unsupported(try name.text(), known: ["A"]) }
        pieces.append(.text)
      } else {
        let name = try part["SpecialToken"]["id"].text()
        guard let token = try self["special_tokens"].optional(name) else {
          throw .specialTokenMissing(name, place: place)
        }
        var ids: [Int32] = []
        for id in try token["ids"].list() { ids.append(try id.id()) }
        pieces.append(.tokens(ids, name: name))
      }
    }
    // Templates that repeat the text, one behind the other, would double it each time.
    let texts = pieces.count { if case .text = $0 { true } else { false } }
    guard texts <= 1 else {
      throw unsupported("a template with the text \(texts) times", known: ["templates with it once"])
    }
    return pieces
  }

  func checkDecoder() throws(TokenizerError) {
    if try type() == "Sequence" {
      let parts = try self["decoders"].list()
      guard parts.count == 1, let only = parts.first else {
        throw unsupported("a sequence of \(parts.count)", known: ["null", "ByteLevel"])
      }
      return try only.checkDecoder()
    }
    guard try type() == "ByteLevel" else { throw unsupported(try type(), known: ["null", "ByteLevel"]) }
  }

  func addedToken() throws(TokenizerError) -> AddedToken {
    try allow(["id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"])
    return AddedToken(
      id: try self["id"].id(), content: Array(try self["content"].text().utf8),
      isSingleWord: try self["single_word"].bool(), stripsLeft: try self["lstrip"].bool(),
      stripsRight: try self["rstrip"].bool(), isNormalized: try self["normalized"].bool(),
      isSpecial: try self["special"].bool())
  }
}
