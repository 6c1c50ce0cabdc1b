// The commands of the workbench, and the session that has them.
import Adapters
package import Interpreter
import Laboratory
import Models

extension CommandTable {
  /// The commands of the workbench.
  package static let standard = CommandTable(
    [
      ModelCommands.all, QuantizingCommands.all, AdapterCommands.all, ScalingCommands.all,
      ExplainCommands.all, DataCommands.all,
      TokenizerCommands.all,
      TrainingCommands.all, MemoryCommands.all, PrecisionCommands.all, DiagnosisCommands.all,
      StabilityCommands.all, AdviceCommands.all, LookingCommands.all,
      HistogramCommands.all, TensorCommands.all, SavingCommands.all, ExportCommands.all,
      LintCommands.all, SessionCommands.all, LeavingCommands.all, NumberCommands.all, ListCommands.all,
      PEFTCommands.all, LoadingCommands.all, QuantizationArguments.all,
      TrainerCommands.all,
    ],
    groups: [
      .models, .adapters, .scaling, .data, .training, .comparing, .looking, .files, .session, .numbers,
      .python,
    ],
    synonyms: .standard, modulePaths: modulesOfATransformer)

  private static var modulesOfATransformer: [String] {
    let shape = TransformerShape(
      layers: 1, width: 1, heads: 1, keyHeads: 1, feedForward: 1, context: 1, vocabulary: 1)
    return Architecture.transformer(shape).weights.compactMap(\.linearModule).compactMap {
      $0.path.split(separator: ".").last.map(String.init)
    }
  }
}

extension Session {
  /// A session of the workbench: all its commands, and sentences for the errors of all its modules.
  package convenience init(environment: Environment = Environment()) {
    self.init(environment: environment, table: .standard, describe: ModuleErrors.describe)
  }
}
