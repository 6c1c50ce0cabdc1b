// A byte-pair model: its tokens and its merges.

struct BytePairModel: Sendable {
  /// The tokens as the file writes them, in the alphabet of `ByteAlphabet`.
  let texts: ByteTable
  /// The id of each of `texts`.
  let ids: [Int32]
  /// The place in `texts` of each id.
  let places: [Int32: Int32]
  let merges: MergeTable
  /// The token of each byte, −1 where there is none.
  let byteTokens: [Int32]
  /// The token in place of a byte that has none; without it the byte is dropped.
  let unknown: Int32?
  /// Whether several unknown bytes in a row are one token.
  let fusesUnknown: Bool
  /// What stands for a whole word before any merge, by the word's bytes; nil where merges decide.
  let words: ByteTable?
  let wordTokens: [Int32]

  /// - Parameter ignoresMerges: a word that is a token is that token.
  init(
    texts: ByteTable, ids: [Int32], places: [Int32: Int32], merges: MergeTable, unknown: Int32?,
    fusesUnknown: Bool, ignoresMerges: Bool
  ) {
    self.texts = texts
    self.ids = ids
    self.places = places
    self.merges = merges
    self.unknown = unknown
    self.fusesUnknown = fusesUnknown
    byteTokens = ByteAlphabet.scalars.map { scalar in
      texts.number(of: Array(String(scalar).utf8)[...]).map { ids[$0] } ?? -1
    }
    guard ignoresMerges else {
      words = nil
      wordTokens = []
      return
    }
    var words = ByteTable(capacity: texts.count)
    var wordTokens: [Int32] = []
    for place in 0..<texts.count {
      guard let bytes = ByteAlphabet.bytes(of: texts[place]), words.insert(bytes[...]).isNew else { continue }
      wordTokens.append(ids[place])
    }
    self.words = words
    self.wordTokens = wordTokens
  }

  func id(of text: ArraySlice<UInt8>) -> Int32? { texts.number(of: text).map { ids[$0] } }

  /// The token as the file writes it; nil where there is none of that id.
  func text(of id: Int32) -> ArraySlice<UInt8>? { places[id].map { texts[Int($0)] } }
}
