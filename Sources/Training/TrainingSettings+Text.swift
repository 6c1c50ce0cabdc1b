// Settings as text: the arguments that repeat a run, and captions.
import Adapters
package import Fields
import Text

extension TrainingSettings {
  /// The arguments of `train` that repeat these settings. A run that was cut is repeated by its steps.
  package var arguments: String { arguments { _ in true } }

  /// The options that a repetition states, with their values.
  package var stated: [(name: String, value: Literal)] {
    TrainingSettings.options.compactMap { option in option.stated(in: self).map { (option.name, $0) } }
  }

  /// Those of some options.
  package func arguments(where isMeant: (TrainingOption) -> Bool) -> String {
    TrainingSettings.options.filter(isMeant).compactMap { $0.argument(self) }.joined(separator: ", ")
  }

  /// In words for captions: what every run has, and what differs from the defaults of `train`.
  package var caption: String {
    let own = TrainingSettings.options.filter { $0.scope != .everyRun }.compactMap { $0.caption(self) }
    return
      (["\(steps) steps", "\(optimizer.name) lr \(shortest(learningRate))", protocolCaption] + own).joined(
        separator: ", ")
  }

  /// The part of the caption that all cells of a grid share.
  package var protocolCaption: String {
    TrainingOption.Topic.allCases.flatMap { topic in
      TrainingSettings.options.filter { $0.scope == .everyRun && $0.topic == topic }
    }.compactMap { $0.caption(self) }.joined(separator: ", ")
  }
}
