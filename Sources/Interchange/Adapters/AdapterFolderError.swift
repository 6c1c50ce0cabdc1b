// What can be wrong with a folder that holds a PEFT adapter, or should hold one.

package enum AdapterFolderError: Error, Equatable, Sendable {
  case missingFile(folder: String, name: String)
  /// The weights are there as a Python pickle alone.
  case pickled(folder: String)
  /// No adapter, but the sub-folders that PEFT makes for adapters with names.
  case inSubfolders(folder: String, names: [String])
  case unreadable(path: String, reason: String)
  case tooLong(path: String, bytes: Int, limit: Int)
  /// Not the JSON that it should be.
  case malformed(path: String, reason: String)
  case wrongField(path: String, field: String, needs: String, has: String)
  /// A field that changes what the adapter computes in a way that is not here.
  case unsupported(path: String, field: String, value: String, supported: String)
  /// `peft_type` is absent, or another method's.
  case otherMethod(path: String, method: String?)
  /// `found` are the names that the file has.
  case missingTensors(folder: String, names: [String], found: [String])
  case extraTensors(folder: String, names: [String])
  case wrongShape(folder: String, tensor: String, has: [Int], needs: [Int])
  /// Something stands at the path that is no adapter.
  case occupied(path: String, content: String)
  /// PEFT has no form for what would be written.
  case cannotWrite(what: String, advice: String)
}
