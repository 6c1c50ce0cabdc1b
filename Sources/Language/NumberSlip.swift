// What a mistyped number most likely means.

enum NumberSlip {
  /// The number, or the product, to write in place of a text that is no number; empty where nothing is likely.
  static func fix(_ text: String) -> String {
    let plain = text.replacing("_", with: "").lowercased()
    if let whole = integer(plain) { return whole }
    if plain.hasPrefix("0x") || plain.hasPrefix("0b") || plain.hasPrefix("0o") { return "" }
    let digits = plain.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let rest = plain.dropFirst(digits.count)
    guard digits.filter({ $0 == "." }).count <= 1 else {
      // `1.2.3` may be anything; `1..2` is one point too many.
      let joined = plain.replacing("..", with: ".")
      return joined != plain && Double(joined) != nil ? joined : ""
    }
    guard Double(digits) != nil, digits.last != "." else { return "" }
    if rest.isEmpty { return String(digits) }
    if let exponent = exponent(rest) { return digits + "e" + exponent }
    switch rest {
    case "k": return "\(digits)e3"
    case "m": return "\(digits)e6"
    case "g", "b", "bn": return "\(digits)e9"
    case "l", "f", "d": return String(digits)
    default:
      // `1e5x` and a bare `1e` may be anything.
      guard rest.first != "e" else { return "" }
      let word = text.drop { $0.isNumber || $0 == "." || $0 == "_" }
      return word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } ? "\(digits) * \(word)" : ""
    }
  }

  /// `1,000` as 1000, `0,5` as 0.5, `2e-4,5` as 2.5e-4: two numbers with a comma, or a space, between them.
  static func joined(_ left: String, _ right: String) -> String {
    guard right.allSatisfy({ $0.isASCII && $0.isNumber }) else { return "" }
    if let mark = left.lowercased().firstIndex(of: "e") {
      let mantissa = left[..<mark]
      return mantissa.contains(".") ? "" : "\(mantissa).\(right)\(left[mark...])"
    }
    guard left.allSatisfy({ $0.isASCII && $0.isNumber }) else { return "" }
    return right.count == 3 && left.count <= 3 && left != "0" ? left + right : "\(left).\(right)"
  }

  /// `0x10`, `0b101` and `0o17` in decimal.
  private static func integer(_ text: String) -> String? {
    for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where text.hasPrefix(prefix) {
      return Int(text.dropFirst(2), radix: radix).map(String.init)
    }
    return nil
  }

  /// The exponent of `2e4.5` without its fraction, and of `2e4x` none.
  private static func exponent(_ rest: Substring) -> String? {
    guard rest.first == "e" else { return nil }
    let sign = rest.dropFirst().prefix { $0 == "-" || $0 == "+" }
    let digits = rest.dropFirst(1 + sign.count)
    guard sign.count <= 1, !digits.isEmpty, digits.allSatisfy({ $0.isNumber || $0 == "." }) else {
      return nil
    }
    return String(sign) + String(digits.prefix { $0 != "." })
  }
}
