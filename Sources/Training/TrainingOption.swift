// An option of training: all that any part of the program knows of it.
import Adapters
package import Fields

/// An entry of `TrainingSettings.options`. Checks and help of the commands, the text that repeats a run, captions, saved
/// files, the comparison of grids and the scripts of trainers are made from it.
package struct TrainingOption: Sendable {
  /// What of a run the option is about, in the order in which captions say it.
  package enum Topic: CaseIterable, Sendable {
    case optimizer, rate, gradient, size, run
  }

  /// Which runs have the option.
  package enum Scope: Sendable {
    /// Every run; all runs of a grid have the same.
    case everyRun
    /// Every run; those of a grid differ in it.
    case cell
    /// Runs that are made one by one, never those of a grid.
    case oneRun
    /// A bound on a run's time, which changes no step that is made.
    case bound
  }

  /// Whose the option is, where only one optimiser or one schedule has it.
  package enum Owner: Equatable, Sendable {
    case optimizer(OptimizerKind)
    case schedule(ScheduleKind)

    /// The word that users write for it.
    package var name: String {
      switch self {
      case .optimizer(let kind): kind.rawValue
      case .schedule(let kind): kind.rawValue
      }
    }

    /// Whether the settings have this optimiser, or this schedule.
    package func isOwner(in settings: TrainingSettings) -> Bool {
      switch self {
      case .optimizer(let kind): settings.optimizer.kind == kind
      case .schedule(let kind): settings.schedule.kind == kind
      }
    }

    /// Makes it the settings' optimiser, or their schedule.
    package func choose(in settings: inout TrainingSettings) {
      switch self {
      case .optimizer(let kind): settings.optimizer.kind = kind
      case .schedule(let kind): settings.schedule.kind = kind
      }
    }
  }

  /// When the text that repeats a run states the option.
  package enum Repetition: Sendable {
    case always
    /// Where it is not as usual.
    case whereSet
    case never
  }

  /// As arguments, files and differences have it: "eval_every".
  package let name: String
  /// Other labels with the same meaning.
  package let aliases: [String]
  /// Names that other programs have for it, which errors know.
  package let synonyms: [String]
  package let kind: FieldKind
  /// What its absence means, where it may be absent: "does not clip".
  package let absence: String
  /// "steps", "seconds"; "" where there is none.
  package let unit: String
  /// One line: what it means.
  package let meaning: String
  package let isPositional: Bool
  package let topic: Topic
  package let scope: Scope
  /// The optimiser or the schedule that has it; nil for all.
  package let owner: Owner?
  package let repetition: Repetition
  /// Whether every file of settings has it; a file without another one was made before the option was, and has the default.
  package let isInEveryFile: Bool
  /// The fields of transformers' TrainingArguments that say the same.
  package let trainerFields: [TrainerField]
  private let get: @Sendable (TrainingSettings) -> Literal
  private let write: @Sendable (inout TrainingSettings, Literal) -> Bool
  private let words: @Sendable (TrainingSettings) -> String?

  /// - Parameters:
  ///   - field: where the value stands.
  ///   - caption: in words; nil where it is as usual, or stands elsewhere in a caption.
  init<Value: LiteralValue>(
    _ name: String, aliases: [String] = [], synonyms: [String] = [], _ kind: FieldKind, absence: String = "",
    unit: String = "", _ meaning: String, isPositional: Bool = true, _ topic: Topic,
    _ scope: Scope = .everyRun, of owner: Owner? = nil, repetition: Repetition = .always,
    isInEveryFile: Bool = false, trainer: [TrainerField] = [],
    at field: any WritableKeyPath<TrainingSettings, Value> & Sendable,
    caption: @escaping @Sendable (Value) -> String? = { _ in nil }
  ) {
    self.name = name
    self.aliases = aliases
    self.synonyms = synonyms
    self.kind = kind
    self.absence = absence
    self.unit = unit
    self.meaning = meaning
    self.isPositional = isPositional
    self.topic = topic
    self.scope = scope
    self.owner = owner
    self.repetition = repetition
    self.isInEveryFile = isInEveryFile
    trainerFields = trainer
    get = { $0[keyPath: field].literal }
    write = { settings, literal in
      guard let value = Value(literal: literal) else { return false }
      settings[keyPath: field] = value
      return true
    }
    words = { caption($0[keyPath: field]) }
  }

  /// The default of `train`: absent, or a value.
  package var standard: Literal {
    var settings = TrainingSettings.standard
    owner?.choose(in: &settings)
    return get(settings)
  }

  /// Nil where the settings' optimiser or schedule does not have it.
  package func value(in settings: TrainingSettings) -> Literal? {
    owner?.isOwner(in: settings) != false ? get(settings) : nil
  }

  /// Sets it, where the settings' optimiser or schedule has it.
  ///
  /// - Returns: false for a literal of another type, which changes nothing.
  @discardableResult
  package func set(_ literal: Literal, in settings: inout TrainingSettings) -> Bool {
    write(&settings, literal)
  }

  /// What a repetition of the settings states; nil where it is left out.
  package func stated(in settings: TrainingSettings) -> Literal? {
    guard let value = value(in: settings) else { return nil }
    switch repetition {
    case .always: break
    case .whereSet: if value == standard { return nil }
    case .never: return nil
    }
    return value
  }

  /// The argument of `train` that repeats it: `clip=None`; nil where it is left out.
  package func argument(_ settings: TrainingSettings) -> String? {
    stated(in: settings).map { TrainingOption.argument(name, $0) }
  }

  /// `schedule=linear`: words of a choice stand bare.
  package static func argument(_ name: String, _ value: Literal) -> String {
    "\(name)=\(value.text ?? value.code)"
  }

  /// In words, for captions; nil where it is as usual.
  package func caption(_ settings: TrainingSettings) -> String? {
    value(in: settings) == nil ? nil : words(settings)
  }

  /// All names that other programs have for it, and its own.
  package var allNames: [String] {
    // Several fields in one have no name that means the same.
    let fields = trainerFields.count == 1 ? trainerFields.flatMap { [$0.name] + $0.olderNames } : []
    return [name] + aliases + synonyms + fields
  }
}

/// A field of transformers' TrainingArguments that is an option here under another name.
package struct TrainerField: Sendable {
  package let name: String
  /// Names that older versions have for it.
  package let olderNames: [String]
  package let kind: FieldKind
  /// What its absence means, where it may be absent.
  package let absence: String
  package let unit: String
  package let meaning: String
  /// Whether a number below 1 means that share of all steps.
  package let isShare: Bool
  /// What a script says beside it where it is 0; may be empty.
  package let remarkOnZero: String
  private let get: @Sendable (TrainingSettings) -> Literal
  private let write: @Sendable (inout TrainingSettings, Literal) -> Bool

  init<Value: LiteralValue>(
    _ name: String, olderNames: [String] = [], _ kind: FieldKind, absence: String = "", unit: String = "",
    _ meaning: String, isShare: Bool = false, remarkOnZero: String = "",
    at field: any WritableKeyPath<TrainingSettings, Value> & Sendable
  ) {
    self.name = name
    self.olderNames = olderNames
    self.kind = kind
    self.absence = absence
    self.unit = unit
    self.meaning = meaning
    self.isShare = isShare
    self.remarkOnZero = remarkOnZero
    get = { $0[keyPath: field].literal }
    write = { settings, literal in
      guard let value = Value(literal: literal) else { return false }
      settings[keyPath: field] = value
      return true
    }
  }

  /// Its value in the settings, as transformers states it.
  package func value(in settings: TrainingSettings) -> Literal { get(settings) }

  /// Sets the option of the settings.
  ///
  /// - Returns: false for a literal of another type, which changes nothing.
  @discardableResult
  package func set(_ literal: Literal, in settings: inout TrainingSettings) -> Bool {
    write(&settings, literal)
  }
}
