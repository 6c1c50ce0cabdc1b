// Why no training script can be written.

package enum ExportError: Error, Equatable, Sendable {
  /// The libraries train language models alone.
  case notATransformer(form: ExportForm)
  /// Ramp.
  case schedule(String)
  /// TRL takes the output layer's weight past its adapter.
  case adaptedOutputLayer
  /// Rows of so many positions have their last target at a position that the model does not have.
  case noPlaceForTarget(positions: Int)
  /// PEFT takes the numbers of layers with a list of names alone, and the modules of another base are not known.
  case textWithLayers
  case tooMuchData(tokens: Double, limit: Int)
  /// Python would import the script in place of a library.
  case hidesLibrary(name: String)
  /// What Unsloth does not take.
  case unsloth(what: String, advice: String)
  /// A file that this command did not write.
  case occupied(path: String, script: String)
  case unreadable(path: String, reason: String)
  /// A folder that cannot be made.
  case unwritable(path: String, reason: String)
}

/// Whose calls the script makes.
package enum ExportForm: String, Sendable, CaseIterable {
  case trl
  case unsloth

  package var name: String { self == .trl ? "TRL" : "Unsloth" }
}
