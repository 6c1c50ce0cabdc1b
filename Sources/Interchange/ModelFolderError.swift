// What can be wrong with a folder that holds a model, or should hold one.

package enum ModelFolderError: Error, Equatable, Sendable {
  case notAFolder(path: String)
  case noConfiguration(folder: String)
  case unreadable(path: String, reason: String)
  /// A JSON file beyond any sensible length.
  case tooLong(path: String, bytes: Int, limit: Int)
  /// Not the JSON that it should be.
  case malformed(path: String, reason: String)
  case missingField(path: String, field: String)
  case wrongField(path: String, field: String, needs: String, has: String)
  /// A field that would change what the model computes.
  case unsupported(path: String, field: String, value: String, supported: [String])
  /// `model_type` is absent or not known.
  case unknownForm(path: String, form: String?, known: [String])
  case missingTensors(folder: String, names: [String])
  case extraTensors(folder: String, names: [String])
  case wrongShape(folder: String, tensor: String, has: [Int], needs: [Int])
  /// A part of a quantised weight that does not fit it: what it is, as the end of a sentence.
  case wrongQuantization(folder: String, tensor: String, reason: String)
  /// The architecture has no form that transformers knows.
  case cannotWrite(what: String)
  /// Something stands at the path that is not what would be written there.
  case occupied(path: String, content: String)
}
