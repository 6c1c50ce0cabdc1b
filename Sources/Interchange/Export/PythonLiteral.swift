// Values as Python writes them.
import Adapters
import Fields
import Text

extension Literal {
  /// As a Python expression on one line.
  package var python: String {
    switch self {
    case .absent: "None"
    case .bool(let value): value ? "True" : "False"
    case .number(let value): shortest(value)
    case .text(let text): pythonText(text)
    case .list(let items): "[" + items.map(\.python).joined(separator: ", ") + "]"
    case .dictionary(let members):
      "{" + members.map { "\(pythonText($0.key)): \($0.value.python)" }.joined(separator: ", ") + "}"
    }
  }
}

/// A Python float: `1.0`, `0.002`, `1e-8`.
func pythonFloat(_ x: Double) -> String {
  let text = shortest(x)
  return text.contains(where: { $0 == "." || $0 == "e" }) ? text : text + ".0"
}

/// A Python string in double quotes, for a source in UTF-8.
func pythonText(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\\", "\"": result += "\\\(scalar)"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case _ where scalar.properties.generalCategory == .control:
      let digits = String(scalar.value, radix: 16)
      result += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

/// A text that stands in a Python comment or docstring: no line ends, quotes or backslashes that would end it.
func pythonComment(_ text: String) -> String {
  String(
    String.UnicodeScalarView(
      text.unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: " "
        default: scalar == "\\" ? "/" : scalar
        }
      })
  ).replacing("\"\"\"", with: "'''")
}
