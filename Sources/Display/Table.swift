// A table as a value: columns, cells and a caption. `Table+Rendering.swift` fits it to a terminal.

package struct Table: Equatable, Sendable {
  package enum Alignment: Equatable, Sendable {
    case left, right
    /// Numbers stand with their decimal points in one line.
    case decimal
  }

  package struct Column: Equatable, Sendable {
    package var header: String
    package var alignment: Alignment
    /// Narrow terminals drop the columns of the highest number first; 0 is never dropped.
    package var priority: Int
    /// Texts wider than the column go on in further lines, where others are cut.
    package var wraps: Bool

    package init(_ header: String, _ alignment: Alignment = .left, priority: Int = 0, wraps: Bool = false) {
      self.header = header
      self.alignment = alignment
      self.priority = priority
      self.wraps = wraps
    }
  }

  package var title: String
  package var columns: [Column]
  package var rows: [[String]]
  /// What was measured and how: below the table, wrapped to the width.
  package var caption: String

  package init(_ title: String = "", columns: [Column], rows: [[String]] = [], caption: String = "") {
    self.title = title
    self.columns = columns
    self.rows = rows
    self.caption = caption
  }
}
