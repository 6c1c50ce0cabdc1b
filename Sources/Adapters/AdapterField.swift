// A field of an adapter: all that any part of the program knows of it.
package import Fields
import Text

/// An entry of `LoRAConfiguration.fields`: a field of PEFT's `LoraConfig`, version 0.21.2, or one that it inherits.
///
/// Made from it are the parameters of `lora` and `LoraConfig` with their help, the reading and the writing of
/// adapter_config.json, the facts that `lint` looks at, what stands behind the dot of an adapter, saved files, and an
/// adapter's text in repetitions and captions.
package struct AdapterField: Sendable {
  /// What of an adapter the field is about. Each text that is made of the fields has an order of topics.
  package enum Topic: Sendable {
    case size, targets, selection, rule, dropout, beginning, patterns, kind, biases, whole
    /// Nothing of an adapter here.
    case none
  }

  /// What follows of a value in a call of `LoraConfig`. Each text is the end of a sentence, without a full stop.
  package enum Effect: Equatable, Sendable {
    case full
    /// Taken, and nothing follows.
    case none(String)
    /// An error unless it asks for nothing: what was computed would not be what was asked for.
    case refused(String)
  }

  /// How the field stands in `lora(…)`; nil is as in `LoraConfig(…)`.
  package struct Own: Sendable {
    let name: String
    let kind: FieldKind?
    let standard: Literal?
    let absence: String?
    let meaning: String?

    init(
      _ name: String, _ kind: FieldKind? = nil, standard: Literal? = nil, absence: String? = nil,
      meaning: String? = nil
    ) {
      self.name = name
      self.kind = kind
      self.standard = standard
      self.absence = absence
      self.meaning = meaning
    }
  }

  /// What reads and writes the field in an adapter_config.json.
  package enum FileUse: Equatable, Sendable {
    /// The table: it is a property of the adapter.
    case property
    /// Nothing reads it; it is written so, or not at all.
    case silent(written: Literal?)
    /// It may only stand at what switches its method off, and is written at its default.
    case off
    /// The reader and the writer of such files have it apart from the table.
    case apart
  }

  /// When texts that are made of the fields state it.
  package enum Statement: Sendable {
    case always
    /// Always in Python; in the language where it is not as usual.
    case alwaysInPython
    case whereSet
  }

  /// As PEFT has it.
  package let name: String
  package let topic: Topic
  /// What `LoraConfig` takes for it.
  package let kind: FieldKind
  /// PEFT's default.
  package let standard: Literal
  /// What it means that there is no value: "all".
  package let absence: String
  /// One line: what it means in `LoraConfig`.
  package let meaning: String
  /// What follows of a value here.
  package let effect: Effect
  private let own: Own?
  /// Names that other programs and papers have for it.
  package let synonyms: [String]
  /// Names of what says the same by other values.
  package let related: [String]
  /// Unsloth's default, where it is another, and what its absence means there.
  package let ofUnsloth: (standard: Literal, absence: String)?
  /// Its name and meaning behind the dot of an adapter.
  package let reading: (name: String, meaning: String)?
  /// Its key in saved files; nil where these have it in a form of their own.
  package let storedName: String?
  /// Whether every saved file has it; a file without another one has it as usual.
  package let isInEveryFile: Bool
  /// When texts of an adapter state it.
  package let statement: Statement
  package let fileUse: FileUse
  /// Whether a rule of `lint` looks at it.
  package let isJudged: Bool

  private let get: @Sendable (LoRAConfiguration) -> Literal
  private let write: @Sendable (inout LoRAConfiguration, Literal) -> Bool
  private let getOwn: @Sendable (LoRAConfiguration) -> Literal
  private let text: (@Sendable (LoRAConfiguration) -> String?)?
  private let words: @Sendable (LoRAConfiguration) -> String?

  /// A field that is a property of an adapter.
  ///
  /// - Parameters:
  ///   - field: where the value stands.
  ///   - ownValue: as `lora` and saved files have it, where that is not as PEFT has it.
  ///   - text: the argument of `lora(…)` that repeats a value which is no literal; nil where it is left out.
  ///   - caption: in words; nil where it is as usual.
  init<Value: LiteralValue>(
    _ name: String, _ topic: Topic, _ kind: FieldKind, _ standard: Literal, absence: String = "",
    _ meaning: String, own: Own? = nil, synonyms: [String] = [], related: [String] = [],
    ofUnsloth: (standard: Literal, absence: String)? = nil, reading: (name: String, meaning: String),
    storedName: String?, isInEveryFile: Bool = false, _ statement: Statement = .whereSet,
    at field: any WritableKeyPath<LoRAConfiguration, Value> & Sendable,
    ownValue: (@Sendable (LoRAConfiguration) -> Literal)? = nil,
    text: (@Sendable (LoRAConfiguration) -> String?)? = nil,
    caption: @escaping @Sendable (LoRAConfiguration) -> String?
  ) {
    self.name = name
    self.topic = topic
    self.kind = kind
    self.standard = standard
    self.absence = absence
    self.meaning = meaning
    effect = .full
    self.own = own
    self.synonyms = synonyms
    self.related = related
    self.ofUnsloth = ofUnsloth
    self.reading = reading
    self.storedName = storedName
    self.isInEveryFile = isInEveryFile
    self.statement = statement
    fileUse = .property
    isJudged = true
    get = { $0[keyPath: field].literal }
    write = { configuration, literal in
      guard let value = Value(literal: literal) else { return false }
      configuration[keyPath: field] = value
      return true
    }
    getOwn = ownValue ?? { $0[keyPath: field].literal }
    self.text = text
    words = caption
  }

  /// A field that is no property of an adapter here.
  init(
    _ name: String, _ kind: FieldKind, _ standard: Literal, absence: String = "", meaning: String = "",
    _ effect: Effect, inFiles fileUse: FileUse = .off, isJudged: Bool = false
  ) {
    self.name = name
    topic = .none
    self.kind = kind
    self.standard = standard
    self.absence = absence
    self.meaning = meaning
    self.effect = effect
    own = nil
    synonyms = []
    related = []
    ofUnsloth = nil
    reading = nil
    storedName = nil
    isInEveryFile = false
    statement = .whereSet
    self.fileUse = fileUse
    self.isJudged = isJudged
    get = { _ in standard }
    write = { _, _ in false }
    getOwn = { _ in standard }
    text = nil
    words = { _ in nil }
  }

  /// One of which nothing is known but its name.
  init(_ name: String, _ effect: Effect, inFiles fileUse: FileUse = .off, isJudged: Bool = false) {
    self.init(name, .any, .absent, effect, inFiles: fileUse, isJudged: isJudged)
  }

  /// Whether it is a property of an adapter here.
  package var isProperty: Bool { fileUse == .property }

  // As `lora(…)` has it.
  package var ownName: String { own?.name ?? name }
  package var ownKind: FieldKind { own?.kind ?? kind }
  package var ownStandard: Literal { own?.standard ?? standard }
  package var ownAbsence: String { own?.absence ?? absence }
  package var ownMeaning: String { own?.meaning ?? meaning }

  /// As PEFT has it: a rule of the rank is its number at the adapter's rank; a scaling rule that PEFT does not know is False,
  /// and that of the session is absent.
  package func value(in configuration: LoRAConfiguration) -> Literal { get(configuration) }

  /// As `lora` and saved files have it.
  package func ownValue(in configuration: LoRAConfiguration) -> Literal { getOwn(configuration) }

  /// Whether it is as in `lora()`.
  package func isUsual(in configuration: LoRAConfiguration) -> Bool {
    get(configuration) == get(LoRAConfiguration())
  }

  /// Sets it to a value as `LoraConfig` or `lora` takes it, or to its absence. An empty list asks for nothing.
  ///
  /// - Throws: `FieldFlaw`, and the configuration stays as it was.
  package func set(_ literal: Literal, in configuration: inout LoRAConfiguration) throws(FieldFlaw) {
    let kind = FieldKind.either([kind, ownKind])
    guard literal == .absent || kind.fits(literal) else { throw .mistyped }
    guard literal == .absent || kind.holds(literal),
      write(&configuration, literal == .absent ? get(LoRAConfiguration()) : literal)
    else { throw .outOfRange }
  }

  /// The argument of `lora` that repeats it: `dropout=0.1`; nil where it is left out.
  package func argument(_ configuration: LoRAConfiguration) -> String? {
    if let text { return text(configuration) }
    guard statement == .always || !isUsual(in: configuration) else { return nil }
    let value = ownValue(in: configuration)
    // A word of a choice stands bare, as a user writes it.
    let word = own?.kind?.choices.first { .text($0.word) == value }?.word
    return "\(ownName)=\(word ?? value.code)"
  }

  /// In words, for captions; nil where it is as usual.
  package func caption(_ configuration: LoRAConfiguration) -> String? { words(configuration) }

  /// The names that mean the same with the same values: PEFT's first.
  package var sameNames: [String] { [name] + (ownName == name ? [] : [ownName]) + synonyms }

  /// Every name under which people look for it.
  package var allNames: [String] { sameNames + related }
}

extension Literal {
  /// As the language writes it: `None`, `2e-3`, `[0.9, 0.999]`, `"q_proj"`, `{"q_proj": 3}`.
  package var code: String {
    switch self {
    case .absent: "None"
    case .bool(let value): value ? "True" : "False"
    case .number(let value): shortest(value)
    case .text(let text): quoted(text)
    case .list(let items): "[\(items.map(\.code).joined(separator: ", "))]"
    case .dictionary(let members):
      "{\(members.map { "\(quoted($0.key)): \($0.value.code)" }.joined(separator: ", "))}"
    }
  }
}
