// Parameters of Python's libraries whose argument changes nothing here, and what takes an undefined name's place.

extension Parameter {
  /// Whether an argument changes anything here. Each text is the end of a sentence, without a full stop.
  package enum Effect: Equatable, Sendable {
    case full
    /// Taken, and nothing follows: a note says why.
    case none(String)
    /// Taken until its machinery exists: a note says what happens instead.
    case notYet(String)
    /// An error unless it says "off": what was computed would not be what was asked for.
    case refused(String)
  }

  /// Fields of one reason that are taken and change nothing.
  package static func withoutEffect(_ names: String..., because why: String) -> [Parameter] {
    names.map { Parameter(idle: $0, .none(why)) }
  }

  /// Fields whose machinery does not exist, and which change no result but its cost or its rounding.
  package static func notYet(_ names: String..., until instead: String) -> [Parameter] {
    names.map { Parameter(idle: $0, .notYet(instead)) }
  }

  /// Fields whose machinery does not exist, and without which the result would be another one.
  package static func refused(_ names: String..., because why: String) -> [Parameter] {
    names.map { Parameter(idle: $0, .refused(why)) }
  }

  /// One whose argument changes nothing here.
  package init(idle name: String, _ effect: Effect) {
    let meaning =
      switch effect {
      case .full: ""
      case .none(let why): "no effect here: \(why)"
      case .notYet(let instead): "not yet: \(instead)"
      case .refused(let why): "not yet, and refused: \(why)"
      }
    self.init(name, .any, .absent("off"), meaning, isPositional: false)
    self.effect = effect
  }

  /// The same, which must be named.
  package var named: Parameter {
    var parameter = self
    parameter.isPositional = false
    return parameter
  }

  /// The same, of a list that has so many items at least.
  package func of(atLeast count: Int) -> Parameter {
    var parameter = self
    parameter.fewest = count
    return parameter
  }

  /// The same, where an undefined name is taken and replaced.
  package func replacing(_ standIn: StandIn) -> Parameter {
    var parameter = self
    parameter.standIn = standIn
    return parameter
  }
}

extension Value {
  /// Whether the value asks a field for nothing: None, False, 0, or empty.
  var isOff: Bool {
    switch self {
    case .none, .bool(false), .number(0): true
    case .text(let text): text.isEmpty
    case .list(let items): items.isEmpty
    case .dictionary(let items): items.isEmpty
    default: false
    }
  }
}
