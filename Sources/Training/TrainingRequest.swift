// What a trainer was given: the settings of its run, and what a script needs beside them.
import Models

/// The data and arguments of a trainer, as its user gave them.
package struct TrainingRequest: Sendable {
  package var data: any TrainingData
  /// Of the run that follows from the arguments.
  package var settings: TrainingSettings
  /// In how many parts the sequences of a step go through the model; it divides `settings.batch`.
  package var accumulation: Int
  /// Passes over the data that `settings.steps` stands for; nil where the number of steps was given.
  package var epochs: Double?
  /// Steps of rising rate, or below 1 their share of all.
  package var warmup: Double
  /// All arguments that were given, in the order of the table.
  package var arguments: [PythonArgument]

  package init(
    data: any TrainingData, settings: TrainingSettings, accumulation: Int, epochs: Double?, warmup: Double,
    arguments: [PythonArgument]
  ) {
    self.data = data
    self.settings = settings
    self.accumulation = accumulation
    self.epochs = epochs
    self.warmup = warmup
    self.arguments = arguments
  }
}
