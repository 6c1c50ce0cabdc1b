// Options of training as parameters of commands.
import Fields
import Training

extension ParameterKind {
  /// The kind of an option or a field.
  init(_ kind: FieldKind) {
    switch kind {
    case .number(let range): self = .number(range)
    case .whole(let range): self = .whole(range)
    case .bool: self = .bool
    case .choice(let choices): self = .choice(choices)
    case .numbers(let range, _): self = .list(.number(range))
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
    case .numbers(let values): self = .list(values)
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
