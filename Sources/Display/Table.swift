// A table as a value: columns, cells and a caption. `Table+Rendering.swift` fits it to a terminal.

/// Rows of texts under headers. Who makes it writes the numbers; it knows no units.
///
/// How it fits a width: headers break, columns of high `priority` go and are named below, texts wrap or are cut; numbers
/// are never cut, so what is still too wide becomes a list of rows. Characters that could steer a terminal are written
/// out.
package struct Table: Equatable, Sendable {
  /// How the cells of a column stand under one another.
  package enum Alignment: Equatable, Sendable {
    case left, right
    /// Numbers stand with their decimal points in one line.
    case decimal
  }

  /// A column's header, and how its cells are laid out.
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

  /// Above the header; may be empty.
  package var title: String
  package var columns: [Column]
  /// A row's cells in the order of the columns. One that is shorter ends in empty cells; cells beyond the columns get one
  /// without a header. A table without rows says so.
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
