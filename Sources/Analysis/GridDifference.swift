// In what two grids of runs differ, so that one cannot go on where the other stopped.
import Adapters
import Models
import Text
import Training

/// The first setting in which two grids differ.
package struct GridDifference: Equatable, Sendable {
  /// As the settings are called: "steps", "learning rates".
  package var name: String
  package var here: String
  package var there: String

  /// `steps: 20 there, 21 here`; the name alone where the values are long.
  package var text: String {
    there.count + here.count > 60 || here.isEmpty || there.isEmpty
      ? "other \(name)" : "\(name): \(there) there, \(here) here"
  }

  /// The first pair of different texts.
  static func first(_ items: [(name: String, here: String, there: String)]) -> GridDifference? {
    items.first { $0.here != $0.there }
      .map { GridDifference(name: $0.name, here: $0.here, there: $0.there) }
  }

  /// What all runs of two grids should share. Files of older versions do not hold how model and data came about.
  ///
  /// - Parameter statements: that in the words of whoever asks: a file holds words alone.
  static func shared(
    _ here: (model: String, data: String, made: Provenance, seeds: [UInt64], settings: TrainingSettings),
    _ there: (model: String, data: String, made: Provenance, seeds: [UInt64], settings: TrainingSettings),
    statements: (Provenance) -> [String]
  ) -> [(name: String, here: String, there: String)] {
    var items = [
      (name: "model", here: here.model, there: there.model),
      (name: "data", here: here.data, there: there.data),
    ]
    if !there.made.isEmpty {
      func text(_ provenance: Provenance) -> String { statements(provenance).joined(separator: "; ") }
      items.append(("history of model or data", text(here.made), text(there.made)))
    }
    items.append(("seeds", listed(here.seeds), listed(there.seeds)))
    for option in TrainingSettings.options where option.isShared {
      func text(_ settings: TrainingSettings) -> String { option.value(in: settings)?.code ?? "" }
      items.append((option.name, text(here.settings), text(there.settings)))
    }
    return items
  }

  /// `0.001, 0.01`: numbers with the fewest digits that tell them apart.
  static func listed<T>(_ values: [T]) -> String {
    values.map { value in (value as? Double).map(shortest) ?? "\(value)" }.joined(separator: ", ")
  }
}

extension TrainingOption {
  /// Whether all runs of a grid have it, beside model, data and seeds. Optimisers and rates each grid holds in its own way.
  fileprivate var isShared: Bool {
    switch scope {
    case .everyRun, .oneRun: topic != .optimizer
    case .cell, .bound: false
    }
  }
}
