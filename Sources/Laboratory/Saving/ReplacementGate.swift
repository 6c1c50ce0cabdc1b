// Whether a file may be replaced: the one question before anything of the user's is written over.
import Interpreter
import TensorFile

package enum ReplacementGate {
  /// Passes where nothing stands at the path, or what `isOurs` knows. Folders and devices pass too: the writing refuses
  /// them.
  ///
  /// - Parameters:
  ///   - path: where it is to be written.
  ///   - name: as the user named it.
  ///   - first: how many bytes `isOurs` needs; nil for all.
  ///   - other: what is said of content that is not ours, as a label.
  ///   - rule: what may be replaced, as a sentence.
  /// - Throws: `Failure`, which names `overwrite=True`, where something else is there, or something that cannot be read or
  ///   is too large to be looked at.
  package static func check(
    _ path: String, named name: String, overwrite: Bool, first: Int? = nil, other: String, rule: String,
    isOurs: ([UInt8]) -> Bool
  ) throws {
    if overwrite { return }
    let occupant = Occupant.at(path, first: first)
    let label: String
    switch occupant {
    case .nothing, .folder, .other: return
    case .file(let bytes):
      if isOurs(bytes) { return }
      label = other
    case .unreadable, .tooLarge: label = occupant.doubt ?? other
    }
    throw Failure(
      argument: "file", "`\(name)` is there already", label: label, body: "It is left as it is: \(rule)",
      fix: "overwrite=True")
  }
}
