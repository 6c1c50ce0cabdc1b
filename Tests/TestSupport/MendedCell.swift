// A cell with what an error offers in its place: the smallest part around the carets that makes a program of it.

package enum MendedCell {
  /// The cell with `fix` in place of each run of words and marks that holds the carets, the shortest run first; for
  /// `name=value`, also added behind an argument.
  ///
  /// - Parameter span: the place of the carets, as UTF-8 offsets.
  package static func candidates(_ cell: String, _ span: Range<Int>, _ fix: String) -> [String] {
    let bytes = Array(cell.utf8)
    let edges = Array(Set(tokens(bytes).flatMap { [$0.lowerBound, $0.upperBound] } + [0, bytes.count]))
      .sorted()
    let upper = min(span.upperBound, bytes.count)
    let lower = min(span.lowerBound, upper)
    var runs: [Range<Int>] = []
    for start in edges where start <= lower {
      for end in edges where end >= upper && end > start { runs.append(start..<end) }
    }
    runs.sort { ($0.count, $0.lowerBound) < ($1.count, $1.lowerBound) }
    func replacing(_ run: Range<Int>, _ text: String) -> String {
      String(decoding: bytes[..<run.lowerBound], as: UTF8.self) + text
        + String(decoding: bytes[run.upperBound...], as: UTF8.self)
    }
    var cells = runs.map { replacing($0, fix) }
    let label = fix.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    if !label.isEmpty, fix.dropFirst(label.count).hasPrefix("="), !fix.dropFirst(label.count).hasPrefix("==")
    {
      let argument = cells.prefix { _ in true }
      cells = Array(argument) + edges.filter { $0 >= upper }.map { replacing($0..<$0, ", " + fix) }
    }
    return cells
  }

  /// Words, numbers, texts and single marks; spaces are none.
  static func tokens(_ bytes: [UInt8]) -> [Range<Int>] {
    func isWord(_ byte: UInt8) -> Bool {
      byte >= 0x80 || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
        || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte)
    }
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
