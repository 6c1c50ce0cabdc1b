// Reading the model of a tokenizer.json: vocabularies of 100,000 tokens and more go straight into their tables.
import Fields

struct ModelReader {
  private static let fields = [
    "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
    "byte_fallback", "ignore_merges", "vocab", "merges",
  ]

  /// Far above the vocabularies there are: tables by id have this many places at most.
  private static let largestID: Int32 = 1 << 21 - 1

  private var parts: [String: TokenizerPart] = [:]
  private var texts = ByteTable()
  private var ids: [Int32] = []
  private var hasVocabulary = false
  /// Both tokens of every merge, one behind the other, and where each ends.
  private var mergeBytes: [UInt8] = []
  private var mergeEnds: [Int] = []
  private var hasMerges = false

  /// - Throws: `JSONFlaw`, `TokenizerError`.
  mutating func read(_ scanner: inout JSONScanner) throws {
    guard scanner.peek() == UInt8(ascii: "{") else { throw scanner.unexpected(.object) }
    try scanner.openUncheckedObject()
    var isFirst = true
    while true {
      var key: [UInt8] = []
      guard try scanner.nextKey(&isFirst, into: &key) else { return }
      let name = String(decoding: key, as: UTF8.self)
      let place = "model.\(name)"
      guard ModelReader.fields.contains(name) else {
        throw TokenizerError.unknownField(place: place, known: ModelReader.fields)
      }
      guard parts[name] == nil, name != "vocab" || !hasVocabulary, name != "merges" || !hasMerges else {
        throw scanner.flaw(.duplicateKey(name), at: scanner.position)
      }
      switch name {
      case "vocab": try readVocabulary(&scanner)
      case "merges": try readMerges(&scanner)
      default: parts[name] = TokenizerPart(value: try scanner.value(), place: place)
      }
    }
  }

  private mutating func readVocabulary(_ scanner: inout JSONScanner) throws {
    // A model of another type, Unigram say, has a list here; its type says more than its shape.
    guard scanner.peek() == UInt8(ascii: "{") else {
      if let type = parts["type"] { try ModelReader.checkType(type) }
      throw scanner.unexpected(.object)
    }
    hasVocabulary = true
    try scanner.openUncheckedObject()
    var isFirst = true
    var key: [UInt8] = []
    while try scanner.nextKey(&isFirst, into: &key) {
      let isNew = texts.insert(key[...]).isNew
      guard isNew else { throw TokenizerError.sameToken(text: String(decoding: key, as: UTF8.self)) }
      let id = try scanner.wholeNumber()
      guard id <= ModelReader.largestID else {
        throw TokenizerError.idTooLarge(
          token: String(decoding: key, as: UTF8.self), id: id, limit: ModelReader.largestID)
      }
      ids.append(id)
      key.removeAll(keepingCapacity: true)
    }
  }

  private mutating func readMerges(_ scanner: inout JSONScanner) throws {
    hasMerges = true
    try scanner.openList()
    var isFirst = true
    while try scanner.nextElement(&isFirst) {
      let number = mergeEnds.count / 2 + 1
      let start = mergeBytes.count
      if scanner.peek() == UInt8(ascii: "[") {
        try scanner.openList()
        var isFirstToken = true
        while try scanner.nextElement(&isFirstToken) {
          try scanner.text(into: &mergeBytes)
          mergeEnds.append(mergeBytes.count)
        }
        guard mergeEnds.count == 2 * number else { throw TokenizerError.malformedMerge(number: number) }
      } else {
        try scanner.text(into: &mergeBytes)
        // The version line of a merges.txt.
        if mergeBytes[start...].starts(with: "#version".utf8) {
          mergeBytes.removeSubrange(start...)
          continue
        }
        let spaces = mergeBytes.indices[start...].filter { mergeBytes[$0] == 0x20 }
        guard spaces.count == 1 else { throw TokenizerError.malformedMerge(number: number) }
        mergeBytes.remove(at: spaces[0])
        mergeEnds += [spaces[0], mergeBytes.count]
      }
    }
  }

  private static func checkType(_ type: TokenizerPart) throws(TokenizerError) {
    guard try type.text() == "BPE" else { throw type.unsupported(try type.text(), known: ["BPE"]) }
  }

  func model() throws(TokenizerError) -> BytePairModel {
    // Old files of GPT-2 do not state the type.
    if let type = parts["type"] { try ModelReader.checkType(type) }
    if let dropout = part("dropout"), dropout.value != .number(0) {
      throw .unsupported(place: dropout.place, found: "a dropout", known: ["null", "0"])
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let affix = part(name), try !affix.text().isEmpty {
        throw affix.unsupported(try affix.text(), known: ["null", "an empty text"])
      }
    }
    if try flag("byte_fallback") {
      throw .unsupported(place: "model.byte_fallback", found: "true", known: ["false"])
    }
    guard hasVocabulary else { throw .missing(place: "model.vocab") }
    guard hasMerges else { throw .missing(place: "model.merges") }
    var unknown: Int32?
    if let token = try part("unk_token")?.text() {
      guard let place = texts.number(of: Array(token.utf8)[...]) else { throw .unknownTokenMissing(token) }
      unknown = ids[place]
    }
    return BytePairModel(
      texts: texts, ids: ids, places: try places(), merges: try merges(), unknown: unknown,
      fusesUnknown: try flag("fuse_unk"), ignoresMerges: try flag("ignore_merges"))
  }

  private func part(_ name: String) -> TokenizerPart? {
    parts[name].flatMap { $0.isNull ? nil : $0 }
  }

  private func flag(_ name: String) throws(TokenizerError) -> Bool { try part(name)?.bool() ?? false }

  private func places() throws(TokenizerError) -> [Int32: Int32] {
    var places: [Int32: Int32] = [:]
    places.reserveCapacity(ids.count)
    for (place, id) in ids.enumerated() {
      if let other = places.updateValue(Int32(place), forKey: id) {
        throw .sameID(id, text: text(texts[place]), other: text(texts[Int(other)]))
      }
    }
    return places
  }

  private func merges() throws(TokenizerError) -> MergeTable {
    var table = MergeTable(capacity: mergeEnds.count / 2)
    var start = 0
    for merge in 0..<mergeEnds.count / 2 {
      let (middle, end) = (mergeEnds[2 * merge], mergeEnds[2 * merge + 1])
      func id(_ range: Range<Int>) throws(TokenizerError) -> Int32 {
        guard let place = texts.number(of: mergeBytes[range]) else {
          throw .mergeOutOfVocabulary(number: merge + 1, token: text(mergeBytes[range]))
        }
        return ids[place]
      }
      table.append(try id(start..<middle), try id(middle..<end), gives: try id(start..<end))
      start = end
    }
    return table
  }

  private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONScanner {
  /// Reads a whole number from 0 to `Int32.max`, written without fraction and exponent.
  fileprivate mutating func wholeNumber() throws(JSONFlaw) -> Int32 {
    guard isAtNumber(), peek() != UInt8(ascii: "-") else { throw unexpected(.wholeNumber) }
    let (start, first) = (position, peek())
    guard let number = Int32(String(decoding: try numberLiteral(), as: UTF8.self)) else {
      throw flaw(.unexpected(wanted: .wholeNumber, found: first), at: start)
    }
    return number
  }
}
