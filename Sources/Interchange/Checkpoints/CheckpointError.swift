// Why no run goes on from a folder, in sentences.
import TensorFile
import Text

/// Why a folder is no checkpoint that a run can go on from.
package enum CheckpointError: Error, Equatable {
  case missing(folder: String)
  /// Made by another program, or no checkpoint at all.
  case foreign(folder: String)
  /// A file of it is not what was written.
  case damaged(folder: String, file: String)

  /// One line, lower case, no full stop.
  package var title: String {
    switch self {
    case .missing(let folder): "there is no folder \(inBackquotes(folder))"
    case .foreign(let folder): "\(inBackquotes(folder)) is no checkpoint that ranklab wrote"
    case .damaged(let folder, let file):
      "the checkpoint \(inBackquotes(folder)) is damaged: \(inBackquotes(file)) is not what was written"
    }
  }

  /// What to do, in full sentences; empty where the title says all.
  package var advice: String {
    switch self {
    case .missing: "A checkpoint is a folder in `output_dir`: `checkpoint-100` and the like."
    case .foreign:
      "A run goes on from the state of its optimiser to the bit, which transformers keeps in a pickle. "
        + "`load_adapter(base, folder)` reads the weights alone."
    case .damaged: "An earlier checkpoint of the run may be whole: name its folder."
    }
  }
}
