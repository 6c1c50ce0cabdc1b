// What files hold of settings: the options of training under their names.
import Fields
import Training

/// A value of an option, as JSON has it.
enum StoredLiteral: Codable {
  case plain(Literal)
  /// Several under their names: an optimiser with what is its own.
  case group([String: StoredLiteral])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .plain(.absent)
    } else if let bool = try? value.decode(Bool.self) {
      self = .plain(.bool(bool))
    } else if let number = try? value.decode(Double.self) {
      self = .plain(.number(number))
    } else if let text = try? value.decode(String.self) {
      self = .plain(.text(text))
    } else if let numbers = try? value.decode([Double].self) {
      self = .plain(.numbers(numbers))
    } else {
      self = .group(try value.decode([String: StoredLiteral].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .plain(.absent): try container.encodeNil()
    case .plain(.bool(let bool)): try container.encode(bool)
    case .plain(.number(let number)): try container.encode(number)
    case .plain(.text(let text)): try container.encode(text)
    case .plain(.numbers(let numbers)): try container.encode(numbers)
    case .group(let members): try container.encode(members)
    }
  }
}

/// Settings in a file. Files of format 1 have the optimiser's options in a group of their own.
struct StoredSettings: Codable {
  let settings: TrainingSettings

  init(_ settings: TrainingSettings) {
    self.settings = settings
  }

  init(from decoder: any Decoder) throws {
    var values = try decoder.singleValueContainer().decode([String: StoredLiteral].self)
    if case .group(let optimizer)? = values["optimizer"] {
      values["optimizer"] = optimizer["name"]
      for (name, value) in optimizer where name != "name" { values[name] = value }
    }
    settings = try TrainingSettings(values, at: decoder.codingPath) { _ in true }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(settings.stored { _ in true })
  }
}

/// An optimiser in a file: its `name`, and the options that it has.
struct StoredOptimizer: Codable {
  let settings: OptimizerSettings

  init(_ settings: OptimizerSettings) {
    self.settings = settings
  }

  init(from decoder: any Decoder) throws {
    var values = try decoder.singleValueContainer().decode([String: StoredLiteral].self)
    values["optimizer"] = values.removeValue(forKey: "name")
    settings = try TrainingSettings(values, at: decoder.codingPath) { $0.topic == .optimizer }.optimizer
  }

  func encode(to encoder: any Encoder) throws {
    var all = TrainingSettings.standard
    all.optimizer = settings
    var values = all.stored { $0.topic == .optimizer }
    values["name"] = values.removeValue(forKey: "optimizer")
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}

extension TrainingSettings {
  /// The options that these settings have, under their names; what may be absent and is, is left out.
  fileprivate func stored(where isMeant: (TrainingOption) -> Bool) -> [String: StoredLiteral] {
    var values: [String: StoredLiteral] = [:]
    for option in TrainingSettings.options where isMeant(option) {
      guard let value = option.value(in: self), value != .absent || option.standard != .absent else {
        continue
      }
      values[option.name] = .plain(value)
    }
    return values
  }

  /// Settings out of a file. What is not among the options meant is as usual.
  ///
  /// - Parameter path: where the values stand.
  /// - Throws: `DecodingError` for a value that is missing or of another type; `StoredFlaw` for one that no run has, and for
  ///   an option that is not known, as without it a run would be another one.
  init(
    _ values: [String: StoredLiteral], at path: [any CodingKey], where isMeant: (TrainingOption) -> Bool
  ) throws {
    self = .standard
    var unknown = Set(values.keys)
    // In the order of the table: the optimiser stands before what it has.
    for option in TrainingSettings.options where isMeant(option) && option.value(in: self) != nil {
      unknown.remove(option.name)
      let place = OptionKey(stringValue: option.name)
      guard let value = values[option.name] else {
        if option.isInEveryFile {
          throw DecodingError.keyNotFound(place, .init(codingPath: path, debugDescription: "missing"))
        }
        option.set(option.standard, in: &self)
        continue
      }
      func mistyped() -> DecodingError {
        .typeMismatch(Literal.self, .init(codingPath: path + [place], debugDescription: "another type"))
      }
      guard case .plain(let literal) = value else { throw mistyped() }
      if case .choice(let choices) = option.kind, case .text(let word) = literal,
        !choices.contains(where: { $0.word == word })
      {
        throw StoredFlaw.unknownWord(field: option.name, word: word)
      }
      guard option.kind.fits(literal) || (literal == .absent && option.standard == .absent) else {
        throw mistyped()
      }
      guard literal == .absent || option.kind.holds(literal), option.set(literal, in: &self) else {
        throw StoredFlaw.outOfRange(option.name)
      }
    }
    if let name = unknown.min() { throw StoredFlaw.unknownOption(name) }
  }
}

/// An option's name as a place in a file.
struct OptionKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
