// Rows of values for other programs, as RFC 4180 has them, with line feeds.
import Interpreter
import Signals
import Text

package struct CommaSeparatedText {
  var header: [String]
  package var rows: [[String]] = []

  package init(_ header: [String]) {
    self.header = header
  }

  /// Numbers with all their digits; `nan`, `inf` and `-inf` as such; nothing where there is none.
  package static func number(_ value: Double?) -> String { value.map(NumberFormat.exact) ?? "" }

  /// The first line with its line feed.
  var headerLine: String { Self.line(header) }

  /// - Throws: `Interruption` where `stop` is asked first.
  func text(_ stop: StopSignal) throws -> String {
    var text = headerLine
    for row in rows {
      try stop.check()
      text += Self.line(row)
    }
    return text
  }

  private static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\n"
  }

  /// In quotes where commas, quotes or line breaks need them, and behind an apostrophe where a spreadsheet would run it.
  private static func quoted(_ field: String) -> String {
    let field = isFormula(field) ? "'" + field : field
    guard field.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else {
      return field
    }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }

  /// Whether a spreadsheet would take a field for a formula: a text that begins with one of the signs that begin one. A
  /// number is none.
  private static func isFormula(_ field: String) -> Bool {
    guard let first = field.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else {
      return false
    }
    return Double(field) == nil
  }
}
