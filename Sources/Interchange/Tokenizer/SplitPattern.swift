// The regular expressions that cut text into words, each as a scanner of its own.

/// The patterns that are known. Each matches at every place of every text, so that its matches cover it.
enum SplitPattern: CaseIterable, Sendable {
  case gpt2, llama3, qwen2

  /// As it stands in files.
  var expression: String {
    switch self {
    case .gpt2: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .llama3:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"#
        + #"\s+(?!\S)|\s+"#
    case .qwen2:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"#
        + #"\s+(?!\S)|\s+"#
    }
  }

  /// Where the match that begins at the start of `text` ends.
  ///
  /// - Precondition: `text` is valid UTF-8 and not empty.
  func firstMatchEnd(_ text: ArraySlice<UInt8>) -> Int {
    let words = WordScanner(text: text)
    switch self {
    case .gpt2: return words.gpt2End()
    case .llama3: return words.llama3End(digits: 3)
    case .qwen2: return words.llama3End(digits: 1)
    }
  }
}

/// Finds the end of the word at the start of a text.
private struct WordScanner {
  let text: ArraySlice<UInt8>

  private var start: Int { text.startIndex }
  private var end: Int { text.endIndex }

  func gpt2End() -> Int {
    if let contraction = contractionEnd(ignoringCase: false) { return contraction }
    // ` ?` of three alternatives: a space goes with what follows, unless that is white space too.
    let (first, length) = classAt(start)
    let skipped = text[start] == 0x20 && start + 1 < end ? start + 1 : start
    let (kind, kindLength) = skipped == start ? (first, length) : classAt(skipped)
    if kind.contains(.space) { return spaceEnd() }
    return runEnd(from: skipped + kindLength) { $0 == kind }
  }

  /// - Parameter digits: how many numerals a word has at most.
  func llama3End(digits: Int) -> Int {
    if let contraction = contractionEnd(ignoringCase: true) { return contraction }
    let (kind, length) = classAt(start)
    let second = start + length
    if kind == .letter { return runEnd(from: second) { $0 == .letter } }
    if kind == .number {
      var place = second
      var count = 1
      while count < digits, place < end, case (.number, let length) = classAt(place) {
        place += length
        count += 1
      }
      return place
    }
    let (next, nextLength) = second < end ? classAt(second) : (.newline, 0)
    // `[^\r\n\p{L}\p{N}]?\p{L}+`
    if !kind.contains(.newline), next == .letter {
      return runEnd(from: second + nextLength) { $0 == .letter }
    }
    // ` ?[^\s\p{L}\p{N}]+[\r\n]*`
    if kind == [] || text[start] == 0x20 && next == [] {
      return runEnd(from: runEnd(from: second) { $0 == [] }) { $0.contains(.newline) }
    }
    // `\s*[\r\n]+` goes to the last line end of the white space.
    let space = runEnd(from: second) { $0.contains(.space) }
    if let newline = text[start..<space].lastIndex(where: { $0 == 0x0A || $0 == 0x0D }) { return newline + 1 }
    return spaceEnd()
  }

  /// `\s+(?!\S)|\s+`: white space before a word leaves its last character to it, unless it is the only one.
  private func spaceEnd() -> Int {
    let space = runEnd(from: start) { $0.contains(.space) }
    if space == end { return space }
    let last = space - scalar(in: text, before: space).length
    return last > start ? last : space
  }

  /// The end of one of 's 't 're 've 'm 'll 'd.
  private func contractionEnd(ignoringCase: Bool) -> Int? {
    guard text[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
    func letter(_ i: Int) -> UInt8? {
      guard start + i < end else { return nil }
      let byte = text[start + i]
      return ignoringCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
    switch (letter(1), letter(2)) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    // U+017F, the long s, is an s where case does not count.
    case (0xC5, 0xBF) where ignoringCase: return start + 3
    default: return nil
    }
  }

  private func runEnd(from place: Int, while belongs: (ScalarClass) -> Bool) -> Int {
    var place = place
    while place < end {
      let (kind, length) = classAt(place)
      guard belongs(kind) else { break }
      place += length
    }
    return place
  }

  private func classAt(_ place: Int) -> (ScalarClass, Int) {
    let (value, length) = scalar(in: text, at: place)
    return (ScalarClass.of(value), length)
  }
}
