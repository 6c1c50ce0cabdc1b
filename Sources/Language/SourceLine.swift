// The part of a source line that fits the screen, and where spans lie in it.
import Text

/// A line of a text as it is shown: tabs widened, control characters written out, and a long line cut to a
/// window around a place, with `…` where something is left out.
struct SourceLine {
  private struct Cell {
    var offset: Int
    var column: Int
    var text: String
  }

  /// The offsets of the line in the text, without its line break.
  let range: Range<Int>
  private(set) var text = ""
  /// The cells that are shown, and one behind them for the end.
  private var cells: [Cell] = []

  /// - Parameters:
  ///   - focus: the offset that must be seen; out of range it is taken as the nearest end.
  ///   - width: the columns at hand, at least 10.
  init(in bytes: [UInt8], around focus: Int, width: Int, glyphs: Glyphs) {
    let focus = min(max(focus, 0), bytes.count)
    let newline = UInt8(ascii: "\n")
    let start = bytes[..<focus].lastIndex(of: newline).map { $0 + 1 } ?? 0
    var end = bytes[focus...].firstIndex(of: newline) ?? bytes.count
    if end > max(start, focus), bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    range = start..<end
    // A line of a megabyte is not looked at as a whole.
    let reach = 8 * width
    let from = SourceLine.boundary(max(start, focus - reach), in: bytes)
    let to = SourceLine.boundary(min(end, focus + reach), in: bytes)
    layOut(bytes[from..<max(from, to)], glyphs: glyphs)
    cut(around: focus, width: width, isCutBefore: from > start, isCutAfter: to < end, glyphs: glyphs)
  }

  /// The columns that a span takes, at least one; nil where it begins outside of what is shown.
  func columns(_ span: Span) -> Range<Int>? {
    guard let first = cells.first, let last = cells.last, span.start >= first.offset,
      span.start <= last.offset
    else { return nil }
    let start = column(span.start)
    return start..<max(start + 1, column(min(span.end, last.offset)))
  }

  private func column(_ offset: Int) -> Int {
    cells.last { $0.offset <= offset }?.column ?? 0
  }

  /// The next place at which a character begins.
  private static func boundary(_ offset: Int, in bytes: [UInt8]) -> Int {
    var offset = offset
    while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
    return offset
  }

  private mutating func layOut(_ slice: ArraySlice<UInt8>, glyphs: Glyphs) {
    var offset = slice.startIndex
    var column = 0
    for character in String(decoding: slice, as: UTF8.self) {
      let shown = character == "\t" ? String(repeating: " ", count: 4 - column % 4) : glyphs.shown(character)
      cells.append(Cell(offset: offset, column: column, text: shown))
      column += shown.displayWidth
      offset += character.utf8.count
    }
    cells.append(Cell(offset: slice.endIndex, column: column, text: ""))
  }

  private mutating func cut(
    around focus: Int, width: Int, isCutBefore: Bool, isCutAfter: Bool, glyphs: Glyphs
  ) {
    let total = cells[cells.count - 1].column
    var first = 0
    var last = cells.count - 1
    let dots = glyphs.dots
    let isWhole = total <= width && !isCutBefore && !isCutAfter
    if !isWhole {
      let room = width - 2 * dots.count
      let wanted = column(focus) - (column(focus) > room * 2 / 3 ? room / 2 : 0)
      // Near the end, the window reaches to the end.
      let left = isCutAfter ? wanted : min(wanted, max(0, total - room))
      if left > 0 || isCutBefore { first = cells.firstIndex { $0.column >= left } ?? 0 }
      last = cells.lastIndex { $0.column <= cells[first].column + room } ?? last
    }
    let before = first > 0 || isCutBefore ? dots : ""
    let after = last < cells.count - 1 || isCutAfter ? dots : ""
    text = before + cells[first..<last].map(\.text).joined() + after
    let origin = cells[first].column
    cells = cells[first...last].map {
      Cell(offset: $0.offset, column: $0.column - origin + before.count, text: $0.text)
    }
  }
}
