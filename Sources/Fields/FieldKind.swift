// What an option or a field takes: kinds with their ranges, and the words to choose from.

/// One choice: the word and what it means.
package struct Choice: Equatable, Sendable {
  package var word: String
  package var meaning: String

  package init(_ word: String, _ meaning: String) {
    self.word = word
    self.meaning = meaning
  }
}

/// Bounds of a number. NaN is never in range but where `allowsNaN` is set; infinity only where a bound is
/// infinite.
package struct NumberRange: Equatable, Sendable {
  package var lower: Double
  package var upper: Double
  /// Whether the bounds themselves are refused.
  package var excludesLower: Bool
  package var excludesUpper: Bool
  package var allowsNaN: Bool

  package init(
    _ lower: Double = -.greatestFiniteMagnitude, _ upper: Double = .greatestFiniteMagnitude,
    excludesLower: Bool = false, excludesUpper: Bool = false, allowsNaN: Bool = false
  ) {
    self.lower = lower
    self.upper = upper
    self.excludesLower = excludesLower
    self.excludesUpper = excludesUpper
    self.allowsNaN = allowsNaN
  }

  /// Every finite number.
  package static let any = NumberRange()
  /// Every number, infinities and NaN too: what mathematical functions take.
  package static let unbounded = NumberRange(-.infinity, .infinity, allowsNaN: true)
  /// Above 0.
  package static let positive = NumberRange(0, excludesLower: true)
  /// From 0 on.
  package static let notNegative = NumberRange(0)
  /// At least 0 and below 1.
  package static let share = NumberRange(0, 1, excludesUpper: true)

  /// Whether a number is in range; NaN only where it is allowed.
  package func contains(_ value: Double) -> Bool {
    if value.isNaN { return allowsNaN }
    return (excludesLower ? value > lower : value >= lower)
      && (excludesUpper ? value < upper : value <= upper)
  }

  /// The same without an upper bound but that of finite numbers.
  package var unboundedAbove: NumberRange {
    NumberRange(lower, excludesLower: excludesLower)
  }
}

/// What an option or a field takes. Whether it may be absent, its default says.
package indirect enum FieldKind: Sendable {
  case number(NumberRange)
  /// A whole number.
  case whole(NumberRange)
  case bool
  case text
  /// A word out of these.
  case choice([Choice])
  /// A list of so many numbers, each in the range.
  case numbers(NumberRange, count: Int)
  /// One whole number in the range, or a list of them.
  case wholes(NumberRange)
  /// Modules of a model: a list of names, or a regular expression.
  case modules
  /// Names of modules.
  case moduleNames
  /// A dictionary from patterns of modules to values of a kind.
  case byModule(FieldKind)
  /// The first that fits.
  case either([FieldKind])
  /// Anything: a field that nothing is done with.
  case any

  /// Whether a value that was kept can have been made by a run: its upper bound is for what a person types, as a search
  /// goes beyond it.
  package func holds(_ literal: Literal) -> Bool {
    switch (self, literal) {
    case (.number(let range), .number(let value)): range.unboundedAbove.contains(value)
    case (.whole(let range), .number(let value)):
      range.unboundedAbove.contains(value) && value == value.rounded()
    case (.choice(let choices), .text(let word)): choices.contains { $0.word == word }
    case (.numbers(let range, let count), .list):
      literal.numbers.map { $0.count == count && $0.allSatisfy(range.unboundedAbove.contains) } ?? false
    case (.wholes(let range), .list(let items)): items.allSatisfy(FieldKind.whole(range).holds)
    case (.wholes(let range), .number): FieldKind.whole(range).holds(literal)
    case (.byModule(let kind), .dictionary(let members)): members.allSatisfy { kind.holds($0.value) }
    case (.either(let kinds), _): kinds.contains { $0.holds(literal) }
    case (.bool, _), (.text, _), (.modules, _), (.moduleNames, _), (.any, _): fits(literal)
    case (.number, _), (.whole, _), (.choice, _), (.numbers, _), (.wholes, _), (.byModule, _): false
    }
  }

  /// Whether a literal is of the type that the kind needs, whatever its value.
  package func fits(_ literal: Literal) -> Bool {
    switch (self, literal) {
    case (.number, .number), (.whole, .number), (.bool, .bool), (.text, .text), (.choice, .text): true
    case (.numbers, .list), (.wholes, .list): literal.numbers != nil
    case (.wholes, .number), (.modules, .text): true
    case (.modules, .list), (.moduleNames, .list): literal.texts != nil
    case (.byModule(let kind), .dictionary(let members)): members.allSatisfy { kind.fits($0.value) }
    case (.either(let kinds), _): kinds.contains { $0.fits(literal) }
    case (.any, _): true
    case (.number, _), (.whole, _), (.bool, _), (.text, _), (.choice, _), (.numbers, _), (.wholes, _),
      (.modules, _), (.moduleNames, _), (.byModule, _):
      false
    }
  }

  /// All choices that are taken, those of alternatives too.
  package var choices: [Choice] {
    switch self {
    case .choice(let choices): choices
    case .either(let kinds): kinds.flatMap(\.choices)
    case .number, .whole, .bool, .text, .numbers, .wholes, .modules, .moduleNames, .byModule, .any: []
    }
  }
}
