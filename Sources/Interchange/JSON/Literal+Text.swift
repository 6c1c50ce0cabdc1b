// JSON values as text: short in messages, and as Python writes them to files.
import Adapters
import Fields
import Text

extension Literal {
  /// As JSON spells it, cut to 60 characters.
  var spelling: String {
    let text: String
    switch self {
    case .absent: text = "null"
    case .bool(let value): text = "\(value)"
    case .number(let value): text = shortest(value)
    case .text(let value): text = "\"\(value)\""
    case .list(let items): text = items.isEmpty ? "[]" : "a list"
    case .dictionary(let members): text = members.isEmpty ? "{}" : "an object"
    }
    return text.count > 60 ? text.prefix(60) + "…" : text
  }

  /// As Python's `json.dumps(value, indent=2)`.
  func indented(_ depth: Int = 0) -> String {
    let inner = String(repeating: "  ", count: depth + 1)
    let outer = String(repeating: "  ", count: depth)
    switch self {
    case .absent: return "null"
    case .bool(let value): return "\(value)"
    case .number(let value):
      // What JSON has no word for, Python writes and reads so.
      if value.isNaN { return "NaN" }
      if value.isInfinite { return value > 0 ? "Infinity" : "-Infinity" }
      return pythonNumber(value)
    case .text(let value): return jsonText(value)
    case .list(let items):
      if items.isEmpty { return "[]" }
      return "[\n" + items.map { inner + $0.indented(depth + 1) }.joined(separator: ",\n") + "\n\(outer)]"
    case .dictionary(let members):
      if members.isEmpty { return "{}" }
      let lines = members.map { inner + jsonText($0.key) + ": " + $0.value.indented(depth + 1) }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
    }
  }
}

/// As Python spells a number: an exponent has two digits at least.
private func pythonNumber(_ value: Double) -> String {
  let text = shortest(value)
  guard let e = text.lastIndex(of: "e") else { return text }
  let exponent = text[text.index(after: e)...]
  let digits = exponent.drop { $0 == "-" || $0 == "+" }
  let sign = exponent.first == "-" ? "-" : "+"
  return "\(text[...e])\(sign)\(digits.count > 1 ? "" : "0")\(digits)"
}

/// In quotes, in ASCII, as Python's `json.dumps` escapes.
private func jsonText(_ text: String) -> String {
  var result = "\""
  for unit in text.utf16 {
    switch unit {
    case 0x22: result += "\\\""
    case 0x5C: result += "\\\\"
    case 0x08: result += "\\b"
    case 0x09: result += "\\t"
    case 0x0A: result += "\\n"
    case 0x0C: result += "\\f"
    case 0x0D: result += "\\r"
    case 0x20..<0x7F: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
    default:
      let digits = String(unit, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
  return result + "\""
}
