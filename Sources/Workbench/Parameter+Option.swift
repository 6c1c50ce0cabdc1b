// Options of training as parameters of commands.
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
