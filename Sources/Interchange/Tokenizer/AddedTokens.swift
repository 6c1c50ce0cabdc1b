// Tokens that are found in the text before it is cut into words.

struct AddedToken: Equatable, Sendable {
  var id: Int32
  var content: [UInt8]
  /// Does not count inside a word.
  var isSingleWord = false
  /// Takes the white space before it.
  var stripsLeft = false
  /// Takes the white space behind it.
  var stripsRight = false
  /// Is looked for in normalized text.
  var isNormalized = false
  /// Is left out of a decoded text that skips special tokens.
  var isSpecial = false
}

/// Finds tokens in a text: the leftmost first, of those that begin at one place the longest.
struct TokenFinder: Sendable {
  private let tokens: [AddedToken]
  /// Edges of a trie: 256·node + byte gives the next node. Node 0 is the root.
  private var edges: [Int: Int] = [:]
  /// The token that ends at each node, −1 where none does.
  private var ends: [Int] = [-1]
  private var firstBytes = [Bool](repeating: false, count: 256)

  /// - Precondition: no content is empty.
  init(_ tokens: [AddedToken]) {
    self.tokens = tokens
    for (number, token) in tokens.enumerated() {
      firstBytes[Int(token.content[0])] = true
      var node = 0
      for byte in token.content {
        if let known = edges[node << 8 | Int(byte)] {
          node = known
        } else {
          ends.append(-1)
          edges[node << 8 | Int(byte)] = ends.count - 1
          node = ends.count - 1
        }
      }
      ends[node] = number
    }
  }

  /// Calls `body` with the parts of a text in order: the id of a token that was found, nil for what lies between.
  func split(_ text: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>, Int32?) -> Void) {
    var done = text.startIndex
    var place = text.startIndex
    while !tokens.isEmpty, place < text.endIndex {
      guard firstBytes[Int(text[place])], let found = longest(text[place...]) else {
        place += 1
        continue
      }
      let token = tokens[found]
      var (start, stop) = (place, place + token.content.count)
      place = stop
      if token.isSingleWord, isInWord(text, start, stop) { continue }
      if token.stripsLeft {
        while start > done, case let last = scalar(in: text, before: start), isSpace(last.value) {
          start -= last.length
        }
      }
      if token.stripsRight {
        while stop < text.endIndex, case let next = scalar(in: text, at: stop), isSpace(next.value) {
          stop += next.length
        }
      }
      if done < start { body(text[done..<start], nil) }
      body(text[min(start, stop)..<stop], token.id)
      done = stop
    }
    if done < text.endIndex { body(text[done...], nil) }
  }

  private func longest(_ text: ArraySlice<UInt8>) -> Int? {
    var node = 0
    var found = -1
    for byte in text {
      guard let next = edges[node << 8 | Int(byte)] else { break }
      node = next
      if ends[node] >= 0 { found = ends[node] }
    }
    return found < 0 ? nil : found
  }

  private func isInWord(_ text: ArraySlice<UInt8>, _ start: Int, _ stop: Int) -> Bool {
    let before = start > text.startIndex ? Unicode.Scalar(scalar(in: text, before: start).value) : nil
    let after = stop < text.endIndex ? Unicode.Scalar(scalar(in: text, at: stop).value) : nil
    return [before, after].contains { $0.map(ScalarClass.isWord) ?? false }
  }

  private func isSpace(_ value: UInt32) -> Bool { ScalarClass.of(value).contains(.space) }
}
