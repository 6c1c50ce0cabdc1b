// What files hold of settings: the options of training under their names.
import Fields
import Training

/// Settings in a file. Files of format 1 have the optimiser's options in a group of their own.
struct StoredSettings: Codable {
  let settings: TrainingSettings

  init(_ settings: TrainingSettings) {
    self.settings = settings
  }

  init(from decoder: any Decoder) throws {
    var values = try decoder.singleValueContainer().decode([String: Literal].self)
    if case .dictionary(let optimizer)? = values["optimizer"] {
      values["optimizer"] = nil
      for member in optimizer { values[member.key == "name" ? "optimizer" : member.key] = member.value }
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
    var values = try decoder.singleValueContainer().decode([String: Literal].self)
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
  fileprivate func stored(where isMeant: (TrainingOption) -> Bool) -> [String: Literal] {
    var values: [String: Literal] = [:]
    for option in TrainingSettings.options where isMeant(option) {
      guard let value = option.value(in: self), value != .absent || option.standard != .absent else {
        continue
      }
      values[option.name] = value
    }
    return values
  }

  /// Settings out of a file. What is not among the options meant is as usual.
  ///
  /// - Parameter path: where the values stand.
  /// - Throws: `DecodingError` for a value that is missing or of another type; `StoredFlaw` for one that no run has, and for
  ///   an option that is not known, as without it a run would be another one.
  init(
    _ values: [String: Literal], at path: [any CodingKey], where isMeant: (TrainingOption) -> Bool
  ) throws {
    self = .standard
    var unknown = Set(values.keys)
    // In the order of the table: the optimiser stands before what it has.
    for option in TrainingSettings.options where isMeant(option) && option.value(in: self) != nil {
      unknown.remove(option.name)
      guard let literal = values[option.name] else {
        if option.isInEveryFile { throw DecodingError.missing(option.name, at: path) }
        option.set(option.standard, in: &self)
        continue
      }
      if case .choice(let choices) = option.kind, case .text(let word) = literal,
        !choices.contains(where: { $0.word == word })
      {
        throw StoredFlaw.unknownWord(field: option.name, word: word)
      }
      guard option.kind.fits(literal) || (literal == .absent && option.standard == .absent) else {
        throw DecodingError.mistyped(option.name, at: path)
      }
      guard literal == .absent || option.kind.holds(literal), option.set(literal, in: &self) else {
        throw StoredFlaw.outOfRange(option.name)
      }
    }
    if let name = unknown.min() { throw StoredFlaw.unknownOption(name) }
  }
}
