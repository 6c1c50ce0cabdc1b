// What a trainer was given: the settings of its run, and what a script needs beside them.
package import Models

/// The data and arguments of a trainer, as its user gave them.
package struct TrainingRequest: Sendable {
  package var data: any TrainingData
  /// Of the run that follows from the arguments.
  package var settings: TrainingSettings
  /// Passes over the data that `settings.steps` stands for; nil where the number of steps was given.
  package var epochs: Double?
  /// Options that were given as a share of all steps, under their names.
  package var shares: [String: Double]
  /// All arguments that were given, in the order of the table.
  package var arguments: [PythonArgument]

  package init(
    data: any TrainingData, settings: TrainingSettings, epochs: Double?,
    shares: [String: Double] = [:], arguments: [PythonArgument]
  ) {
    self.data = data
    self.settings = settings
    self.epochs = epochs
    self.shares = shares
    self.arguments = arguments
  }

  /// Forgets how an option was given, where another value takes its place.
  package mutating func forget(_ option: TrainingOption) {
    shares[option.name] = nil
    if option.name == "steps" { epochs = nil }
    if option.topic == .optimizer { arguments.removeAll { $0.name == "optim" } }
  }
}
