// Numbers of findings, as text.
import Adapters

enum Figures {
  /// Three significant digits: `2.83`, `2.5e-5`, `64`. What is not finite is written by Swift.
  static func text(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return exact(value) }
    var scaled = value.magnitude
    var power = 1.0
    var isLarge = false
    while scaled >= 1000 {
      scaled /= 10
      power *= 10
      isLarge = true
    }
    while scaled < 100 {
      scaled *= 10
      power *= 10
    }
    let digits = scaled.rounded()
    return exact((value < 0 ? -1 : 1) * (isLarge ? digits * power : digits / power))
  }

  /// A number to be typed: six significant digits, and whole numbers as they are.
  static func typed(_ value: Double) -> String {
    guard value.isFinite, value != 0, value != value.rounded() else { return exact(value) }
    var unit = 1.0
    while value.magnitude * unit < 100_000 { unit *= 10 }
    return exact((value * unit).rounded() / unit)
  }

  /// The number itself; below 0.001 with an exponent, as rates are written: `2e-4`.
  static func exact(_ value: Double) -> String {
    let text = shortest(value)
    guard text.hasPrefix("0.000"), let first = text.dropFirst(2).firstIndex(where: { $0 != "0" }) else {
      return text
    }
    let digits = text[first...]
    let fraction = digits.dropFirst()
    return
      "\(digits.prefix(1))\(fraction.isEmpty ? "" : ".")\(fraction)e\(1 - text.distance(from: text.startIndex, to: first))"
  }

  /// "`a`, `b` and `c`".
  static func listed(_ words: [String]) -> String {
    let quoted = words.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " and " + last
  }
}
