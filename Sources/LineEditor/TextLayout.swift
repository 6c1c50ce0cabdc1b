// Where libedit puts a text on the screen.
import CEditLine

/// The rows that a prompt and a buffer take, by the rules with which libedit draws them.
package struct TextLayout: Equatable {
  /// At least 1.
  package private(set) var rows = 1
  /// The row of the cursor, from 0.
  package private(set) var cursorRow = 0
  private var column = 0
  private let columns: Int

  package init(prompt: [Unicode.Scalar], shown: Draft, columns: Int) {
    self.columns = max(columns, 1)
    for scalar in prompt { add(scalar) }
    for (index, scalar) in shown.text.enumerated() {
      if index == shown.cursor { cursorRow = rows - 1 }
      add(scalar)
    }
    if shown.cursor == shown.text.count { cursorRow = rows - 1 }
  }

  private mutating func add(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\n":
      nextRow()
    case "\t":
      repeat { advance(1) } while column % 8 != 0
    default:
      let width = Self.width(scalar)
      if column + width > columns { nextRow() }
      advance(width)
    }
  }

  private mutating func advance(_ width: Int) {
    column += width
    if column >= columns { nextRow() }
  }

  private mutating func nextRow() {
    rows += 1
    column = 0
  }

  /// Columns of one scalar on the screen. libedit writes a control character as `^X` and any other
  /// character without a picture as `\U+1234`.
  package static func width(_ scalar: Unicode.Scalar) -> Int {
    if let picture = scalar.picture { return picture.utf8.count }
    let width = Int(cel_width(scalar.value))
    guard width < 0 else { return width }
    return scalar.value > 0xFFFF ? 8 : 7
  }
}
