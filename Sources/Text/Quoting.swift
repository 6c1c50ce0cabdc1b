// Texts in the quotes of the language and of sentences, and lists of them.

/// In double quotes, with backslashes and quotes escaped as the language reads them.
package func quoted(_ text: String) -> String {
  var result = "\""
  for character in text {
    switch character {
    case "\n": result.append("\\n")
    case "\r": result.append("\\r")
    case "\t": result.append("\\t")
    case "\\", "\"":
      result.append("\\")
      result.append(character)
    default: result.append(character)
    }
  }
  return result + "\""
}

/// The text as a literal of the language, in the quotes that Python chooses.
package func pythonQuoted(_ text: String) -> String {
  let quote = text.contains("'") && !text.contains("\"") ? "\"" : "'"
  var literal = quote
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": literal += "\\n"
    case "\t": literal += "\\t"
    case "\r": literal += "\\r"
    case "\\": literal += "\\\\"
    case "'" where quote == "'": literal += "\\'"
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + quote
}

/// A text of a file in backquotes, `printable` and cut to 80 characters.
package func inBackquotes(_ text: String) -> String { inBackquotes(text, limit: 80) }

package func inBackquotes(_ text: String, limit: Int) -> String { "`\(printable(text, limit: limit))`" }

/// A text from a file on one line, safe to print: what `safe` writes out, and all else that cannot be seen, written out;
/// cut after `limit` characters with "…".
package func printable(_ text: String, limit: Int) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
      shown += scalar.written
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return text.unicodeScalars.count > limit ? shown + "…" : shown
}

/// "`a`, `b` and `c`".
package func listed(_ words: [String]) -> String {
  let quoted = words.map { "`\($0)`" }
  guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
  return quoted.dropLast().joined(separator: ", ") + " and " + last
}

/// A clause as a sentence: with a capital, unless it begins with code, and a full stop. Nothing stays nothing.
package func asSentence(_ clause: String) -> String {
  guard let first = clause.first else { return "" }
  return (first == "`" ? "`" : first.uppercased()) + clause.dropFirst() + "."
}
