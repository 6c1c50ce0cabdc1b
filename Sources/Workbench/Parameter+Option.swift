// Options of training and fields of adapters as parameters of commands.
import Adapters
import Fields
import Training

extension ParameterKind {
  /// The kind of an option or a field.
  init(_ kind: FieldKind) {
    switch kind {
    case .number(let range): self = .number(range)
    case .whole(let range): self = .whole(range)
    case .bool: self = .bool
    case .text: self = .text
    case .choice(let choices): self = .choice(choices)
    case .numbers(let range, _): self = .list(.number(range))
    case .wholes(let range): self = .either([.whole(range), .list(.whole(range))])
    case .modules: self = .either([.list(.module), .module])
    case .moduleNames: self = .list(.module)
    case .byModule(let kind): self = .moduleDictionary(ParameterKind(kind))
    case .either(let kinds): self = .either(kinds.map { ParameterKind($0) })
    case .any: self = .any
    }
  }
}

extension Parameter.Default {
  /// - Parameter absence: what it means that there is no value.
  init(_ literal: Literal, absence: String = "") {
    switch literal {
    case .absent: self = .absent(absence)
    case .bool(let value): self = .bool(value)
    case .number(let value): self = .number(value)
    case .text(let word): self = .text(word)
    case .list: self = .list(literal.numbers ?? [])
    case .dictionary: self = .absent(absence)
    }
  }
}

extension Parameter {
  /// An option of training.
  ///
  /// - Parameter standard: settings with the option's default.
  init(_ option: TrainingOption, like standard: TrainingSettings = .standard) {
    self.init(
      option.name, aliases: option.aliases, ParameterKind(option.kind),
      Default(option.value(in: standard) ?? option.standard, absence: option.absence), unit: option.unit,
      option.meaning, isPositional: option.isPositional)
  }

  /// Of that name.
  init(option name: String) { self.init(TrainingSettings.option(name)) }
}

extension Parameter {
  /// A field of an adapter as `lora` has it.
  init(own field: AdapterField) {
    self.init(
      field.ownName, aliases: field.ownName == field.name ? [] : [field.name], ParameterKind(field.ownKind),
      Default(field.ownStandard, absence: field.ownAbsence), field.ownMeaning)
  }

  /// A field of PEFT's `LoraConfig`, or of Unsloth's `get_peft_model` with its defaults. All but the rank must be named:
  /// PEFT's own order begins with task_type.
  init(_ field: AdapterField, isUnsloth: Bool = false) {
    switch field.effect {
    case .full:
      let (standard, absence) =
        (isUnsloth ? field.ofUnsloth : nil) ?? (standard: field.standard, absence: field.absence)
      self.init(
        field.name, ParameterKind(field.kind), Default(standard, absence: absence), field.meaning,
        isPositional: field.topic == .size && field.ownName == field.name)
    case .none(let why): self.init(idle: field.name, .none(why))
    case .refused(let why): self.init(idle: field.name, .refused(why))
    }
  }
}

extension Value {
  init(_ literal: Literal) {
    self =
      switch literal {
      case .absent: .none
      case .bool(let value): .bool(value)
      case .number(let value): .number(value)
      case .text(let text): .text(text)
      case .list(let items): .list(items.map { Value($0) })
      case .dictionary(let members):
        .dictionary(members.map { (key: $0.key, value: Value($0.value)) })
      }
  }

  /// The value as data; nil for what holds a function or an object.
  var literal: Literal? {
    switch self {
    case .none: return .absent
    case .bool(let value): return .bool(value)
    case .number(let value): return .number(value)
    case .text(let text): return .text(text)
    case .list(let items):
      let values = items.compactMap(\.literal)
      return values.count == items.count ? .list(values) : nil
    case .dictionary(let items):
      let members = items.compactMap { item in
        item.value.literal.map { Literal.Member(key: item.key, value: $0) }
      }
      return members.count == items.count ? .dictionary(members) : nil
    case .function, .object: return nil
    }
  }
}
