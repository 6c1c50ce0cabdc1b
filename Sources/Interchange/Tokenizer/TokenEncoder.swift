// Encoding many texts with one tokenizer: what was found out about words is kept.
package import Signals

package struct TokenEncoder {
  /// Words that are kept, and the longest of them in bytes.
  private static let (mostWords, longestWord) = (1 << 16, 256)

  private let tokenizer: Tokenizer
  private var merger = WordMerger()
  private var words = ByteTable()
  /// Where the tokens of each word are in `wordTokens`.
  private var wordRanges: [Range<Int>] = []
  private var wordTokens: [Int32] = []
  private var ids: [Int32] = []

  package init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
  }

  /// The ids of a text, as `Tokenizer.encode` gives them.
  ///
  /// - Throws: `Interruption` where `stop` is asked first.
  package mutating func encode(
    _ text: String, addSpecialTokens: Bool = true, stop: StopSignal = .never
  ) throws(Interruption) -> [Int32] {
    ids.removeAll(keepingCapacity: true)
    var parts: [(text: ArraySlice<UInt8>, id: Int32?)] = []
    tokenizer.extract(Array(text.utf8), token: { parts.append(([], $0)) }, piece: { parts.append(($0, nil)) })
    for part in parts {
      if let id = part.id { ids.append(id) } else { try cut(part.text, tokenizer.cuts[...], stop) }
    }
    guard addSpecialTokens else { return ids }
    return tokenizer.templates.reduce(ids) { ids, template in
      template.flatMap { piece in
        switch piece {
        case .text: ids
        case .tokens(let tokens, _): tokens
        }
      }
    }
  }

  private mutating func cut(
    _ piece: ArraySlice<UInt8>, _ cuts: ArraySlice<Tokenizer.Cut>, _ stop: StopSignal
  ) throws(Interruption) {
    if piece.isEmpty { return }
    guard let first = cuts.first else { return add(piece) }
    let others = cuts.dropFirst()
    switch first {
    case .prefixSpace:
      try cut(piece.first == 0x20 ? piece : ([0x20] + piece)[...], others, stop)
    case .pattern(let pattern):
      var rest = piece
      while !rest.isEmpty {
        try stop.check()
        let end = pattern.firstMatchEnd(rest)
        try cut(rest[..<end], others, stop)
        rest = rest[end...]
      }
    case .digits(let each):
      var start = piece.startIndex
      var place = start
      var wasNumber = false
      while place < piece.endIndex {
        let (value, length) = scalar(in: piece, at: place)
        let isNumber = ScalarClass.isNumeral(value)
        if isNumber != wasNumber || isNumber && each {
          try cut(piece[start..<place], others, stop)
          start = place
        }
        wasNumber = isNumber
        place += length
      }
      try cut(piece[start...], others, stop)
    }
  }

  /// Appends the tokens of a word.
  private mutating func add(_ word: ArraySlice<UInt8>) {
    let model = tokenizer.model
    if let number = model.words?.number(of: word) {
      ids.append(model.wordTokens[number])
      return
    }
    if let number = words.number(of: word) {
      ids += wordTokens[wordRanges[number]]
      return
    }
    let start = ids.count
    merger.merge(word, model, into: &ids)
    if word.count <= TokenEncoder.longestWord, words.count < TokenEncoder.mostWords {
      words.insert(word)
      wordRanges.append(wordTokens.count..<wordTokens.count + ids.count - start)
      wordTokens += ids[start...]
    }
  }
}
