// The cells of one column, aligned among themselves.
import Signals
import Text

/// Safe texts of one column, with what alignment needs to know of all of them.
struct TableColumnCells {
  let header: String
  let alignment: Table.Alignment
  /// Aligned among themselves: decimal points in one line, and equal in width for `right` and `decimal`.
  let texts: [String]
  let cellWidth: Int

  /// - Parameter stop: where it is asked, the texts are not aligned, and some are missing.
  init(header: String, alignment: Table.Alignment, cells: [String], stop: StopSignal) {
    self.header = header
    self.alignment = alignment
    texts = alignment == .decimal ? Self.alignedOnPoint(cells, stop) : cells
    cellWidth = texts.map(\.displayWidth).max() ?? 0
  }

  var naturalWidth: Int { max(header.displayWidth, cellWidth) }

  var longestHeaderWord: Int { Self.longestWord(header) }

  var longestWord: Int { texts.map(Self.longestWord).max() ?? 0 }

  private static func longestWord(_ text: String) -> Int {
    text.split(separator: " ").map(\.displayWidth).max() ?? 0
  }

  /// A cell or a line of the header in `width` columns, cut if it must be: a single word, such as the
  /// path of a module, in the middle, since the ends of such words differ.
  func fitted(_ text: String, _ style: Style, to width: Int, unicode: Bool) -> StyledText {
    let cut =
      text.contains(" ")
      ? text.cut(to: width, unicode: unicode) : text.cutInMiddle(to: width, unicode: unicode)
    var result = StyledText()
    if alignment != .left { result.append(spaces: width - cut.displayWidth) }
    result.append(cut, style)
    if alignment == .left { result.append(spaces: width - cut.displayWidth) }
    return result
  }

  /// Whole parts end in one line, and so do texts without digits (`nan`, `—`) where they are no longer
  /// than these.
  private static func alignedOnPoint(_ cells: [String], _ stop: StopSignal) -> [String] {
    var parts: [(whole: String?, rest: String)] = []
    for cell in cells {
      if parts.count & 0x3FF == 0x3FF, stop.isAsked { return cells }
      parts.append(partsAroundPoint(cell))
    }
    let whole = parts.map { $0.whole?.displayWidth ?? 0 }.max() ?? 0
    let rest = parts.map(\.rest.displayWidth).max() ?? 0
    var texts: [String] = []
    for part in parts {
      if texts.count & 0x3FF == 0x3FF, stop.isAsked { return cells }
      texts.append(aligned(part, whole: whole, rest: rest))
    }
    let width = texts.map(\.displayWidth).max() ?? 0
    return texts.map { $0.padded(to: width, onLeft: true) }
  }

  private static func aligned(_ part: (whole: String?, rest: String), whole: Int, rest: Int) -> String {
    if let text = part.whole {
      return text.padded(to: whole, onLeft: true) + part.rest.padded(to: rest)
    }
    let end = part.rest.displayWidth <= whole ? String(repeating: " ", count: rest) : ""
    return part.rest.isEmpty ? "" : part.rest.padded(to: whole, onLeft: true) + end
  }

  /// `12.5 %` in `12` and `.5 %`; nil and the text itself where there is no digit.
  private static func partsAroundPoint(_ cell: String) -> (whole: String?, rest: String) {
    guard let digit = cell.firstIndex(where: \.isASCIIDigit) else { return (nil, cell) }
    if digit > cell.startIndex, cell[cell.index(before: digit)] == "." {
      let point = cell.index(before: digit)
      return (String(cell[..<point]), String(cell[point...]))
    }
    var end = digit
    while end < cell.endIndex {
      let next = cell.index(after: end)
      let isSeparator = cell[end] == "," && next < cell.endIndex && cell[next].isASCIIDigit
      guard cell[end].isASCIIDigit || isSeparator else { break }
      end = next
    }
    return (String(cell[..<end]), String(cell[end...]))
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
}
