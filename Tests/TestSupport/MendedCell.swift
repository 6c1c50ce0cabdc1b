// A cell with what an error offers in its place: the smallest part around the carets that makes a program of it.

package enum MendedCell {
  /// The cell with `fix` in place of each run of words and marks that holds the carets, the shortest run first; for
  /// `name=value`, also added behind an argument. What begins as the cell does, or goes on as it does behind its first
  /// word, is first taken as the whole of it.
  ///
  /// - Parameter span: the place of the carets, as UTF-8 offsets.
  package static func candidates(_ cell: String, _ span: Range<Int>, _ fix: String) -> [String] {
    let bytes = Array(cell.utf8)
    let edges = Set(tokens(bytes).flatMap { [$0.lowerBound, $0.upperBound] } + [0, bytes.count]).sorted()
    let upper = min(span.upperBound, bytes.count)
    let lower = min(span.lowerBound, upper)
    // Two words never become one.
    let (begins, ends) = (fix.utf8.first.map(isWord) ?? false, fix.utf8.last.map(isWord) ?? false)
    func isApart(_ run: Range<Int>) -> Bool {
      !(begins && run.lowerBound > 0 && isWord(bytes[run.lowerBound - 1]))
        && !(ends && run.upperBound < bytes.count && isWord(bytes[run.upperBound]))
    }
    var runs: [Range<Int>] = []
    for start in edges where start <= lower {
      for end in edges where end >= upper && end > start && isApart(start..<end) { runs.append(start..<end) }
    }
    runs.sort { ($0.count, $0.lowerBound) < ($1.count, $1.lowerBound) }
    func replacing(_ run: Range<Int>, _ text: String) -> String {
      String(decoding: bytes[..<run.lowerBound], as: UTF8.self) + text
        + String(decoding: bytes[run.upperBound...], as: UTF8.self)
    }
    var cells = runs.map { replacing($0, fix) }
    if isWhole(fix, of: cell) { cells.insert(fix, at: 0) }
    let label = firstWord(fix)
    let behind = fix.dropFirst(label.count)
    if !label.isEmpty, behind.hasPrefix("="), !behind.hasPrefix("==") {
      cells += edges.filter { $0 >= upper }.map { replacing($0..<$0, ", " + fix) }
    }
    return cells
  }

  private static func isWhole(_ fix: String, of cell: String) -> Bool {
    let (first, other) = (firstWord(fix), firstWord(cell))
    if first.isEmpty, other.isEmpty { return fix.first == cell.first }
    return first == other || fix.dropFirst(first.count) == cell.dropFirst(other.count) || cell.hasSuffix(fix)
  }

  private static func firstWord(_ text: String) -> Substring {
    text.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
      || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  /// Words, numbers, texts and single marks; spaces are none.
  private static func tokens(_ bytes: [UInt8]) -> [Range<Int>] {
    var tokens: [Range<Int>] = []
    var place = 0
    while place < bytes.count {
      let start = place
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") { continue }
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        let end = bytes[place...].firstIndex { $0 == byte || $0 == UInt8(ascii: "\n") }
        if let end, bytes[end] == byte { place = end + 1 }
      } else if isWord(byte) {
        while place < bytes.count, isWord(bytes[place]) || bytes[place] == UInt8(ascii: ".") { place += 1 }
      }
      tokens.append(start..<place)
    }
    return tokens
  }
}
