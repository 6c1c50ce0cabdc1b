// The effect of a program's output on the screen.

extension Screen {
  /// Applies bytes; a character or an escape may be spread over several calls.
  package mutating func receive(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      received.append(byte)
      decoder.append(byte)
      let first = decoder[0]
      let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
      guard decoder.count == length else { continue }
      for scalar in String(decoding: decoder, as: UTF8.self).unicodeScalars { receive(scalar) }
      decoder = []
    }
  }

  private mutating func receive(_ scalar: Unicode.Scalar) {
    if !escape.isEmpty {
      escape.append(scalar)
      continueEscape()
      return
    }
    switch scalar {
    case "\u{1B}": escape = [scalar]
    case "\u{7}": break
    case "\u{8}": moveTo(column: column - 1)
    case "\r": moveTo(column: 0)
    case "\n": lineFeed()
    case "\t": moveTo(column: (column / 8 + 1) * 8)
    default: put(scalar)
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = Self.width(scalar)
    if width == 0 {
      let target = wrapIsDue ? column : max(column - 1, 0)
      cells[row][cells[row][target].isEmpty ? max(target - 1, 0) : target].unicodeScalars.append(scalar)
      return
    }
    if wrapIsDue || column + width > columns {
      wrapIsDue = false
      column = 0
      lineFeed()
    }
    if inserts { insertBlanks(width) }
    splitWide(at: column)
    splitWide(at: column + width)
    cells[row][column] = String(Character(scalar))
    if width == 2 { cells[row][column + 1] = "" }
    wrapIsDue = column + width == columns
    column = min(column + width, columns - 1)
  }

  /// Writing over one half of a wide character takes the other half away.
  private mutating func splitWide(at column: Int) {
    guard column < columns, column > 0, cells[row][column].isEmpty else { return }
    cells[row][column - 1] = " "
    cells[row][column] = " "
  }

  private mutating func moveTo(column: Int) {
    self.column = min(max(column, 0), columns - 1)
    wrapIsDue = false
  }

  private mutating func moveTo(row: Int) {
    self.row = min(max(row, 0), height - 1)
    wrapIsDue = false
  }

  private mutating func insertBlanks(_ count: Int) {
    let blanks = Array(repeating: " ", count: min(count, columns - column))
    cells[row] = Array((cells[row][..<column] + blanks + cells[row][column...]).prefix(columns))
  }

  private mutating func continueEscape() {
    guard escape[1] == "[" else {
      finishEscape(isKnown: [">", "=", "7", "8"].contains(escape[1]))
      return
    }
    guard escape.count > 2, let final = escape.last, (0x40...0x7E).contains(final.value) else { return }
    let body = String(String.UnicodeScalarView(escape[2...].dropLast()))
    finishEscape(isKnown: control(final, body))
  }

  private mutating func finishEscape(isKnown: Bool) {
    if !isKnown { unknown.append(String(String.UnicodeScalarView(escape.dropFirst()))) }
    escape = []
  }

  /// Carries out a control sequence; false when it is not known.
  private mutating func control(_ final: Unicode.Scalar, _ body: String) -> Bool {
    let numbers = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
    let given = numbers.first ?? nil
    let count = max(given ?? 1, 1)
    switch final {
    case "A": moveTo(row: row - count)
    case "B": moveTo(row: row + count)
    case "C": moveTo(column: column + count)
    case "D": moveTo(column: column - count)
    case "G": moveTo(column: count - 1)
    case "d": moveTo(row: count - 1)
    case "H":
      moveTo(row: count - 1)
      moveTo(column: (numbers.count > 1 ? numbers[1] ?? 1 : 1) - 1)
    case "J": return eraseScreen(given ?? 0)
    case "K": return eraseRow(given ?? 0)
    case "@": insertBlanks(count)
    case "P":
      cells[row].removeSubrange(column..<min(column + count, columns))
      cells[row] = Array((cells[row] + Self.blankRow(columns)).prefix(columns))
    case "X":
      for index in column..<min(column + count, columns) { cells[row][index] = " " }
    case "L":
      let blank = Array(repeating: Self.blankRow(columns), count: min(count, height - row))
      cells = Array((cells[..<row] + blank + cells[row...]).prefix(height))
    case "M":
      cells.removeSubrange(row..<min(row + count, height))
      while cells.count < height { cells.append(Self.blankRow(columns)) }
    case "m": break
    case "h", "l": return setMode(body, final == "h")
    default: return false
    }
    return true
  }

  private mutating func setMode(_ mode: String, _ isOn: Bool) -> Bool {
    switch mode {
    case "?2004": pastesInBrackets = isOn
    case "4": inserts = isOn
    case "?1", "?25", "?12", "?12;25": break
    default: return false
    }
    return true
  }

  private mutating func eraseRow(_ part: Int) -> Bool {
    guard (0...2).contains(part) else { return false }
    for index in part == 0 ? column..<columns : part == 1 ? 0..<(column + 1) : 0..<columns {
      cells[row][index] = " "
    }
    return true
  }

  private mutating func eraseScreen(_ part: Int) -> Bool {
    if part == 3 {
      scrolledOut = []
      return true
    }
    guard eraseRow(part) else { return false }
    for index in part == 0 ? (row + 1)..<height : part == 1 ? 0..<row : 0..<height {
      cells[index] = Self.blankRow(columns)
    }
    return true
  }

  /// Columns of a scalar: 0 for what combines, 2 for East Asian wide characters and pictures, else 1.
  static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
