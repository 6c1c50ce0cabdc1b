// Options of training and fields of adapters as parameters of commands.
import Adapters
import Fields
import Interpreter
import Training

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
