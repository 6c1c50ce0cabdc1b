// The tensors of a model folder: of one safetensors file, or of several that an index names.
import Foundation
import TensorFile

/// Tensors by name, from however many files.
struct ModelTensors {
  static let fileName = "model.safetensors"
  static let indexName = "model.safetensors.index.json"

  private let entries: [String: TensorEntry]

  /// - Throws: `ModelFolderError` for a missing or wrong index, `TensorFileError` for a file that cannot be used.
  init(folder: String, path: String) throws {
    if FileManager.default.fileExists(atPath: "\(path)/\(ModelTensors.fileName)") {
      let file = try TensorFile.read(path: "\(path)/\(ModelTensors.fileName)")
      entries = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0) })
    } else if FileManager.default.fileExists(atPath: "\(path)/\(ModelTensors.indexName)") {
      entries = try ModelTensors.sharded(folder: folder, path: path)
    } else {
      throw ModelFolderError.missingFile(
        folder: folder, names: [ModelTensors.fileName, ModelTensors.indexName])
    }
  }

  private static func sharded(folder: String, path: String) throws -> [String: TensorEntry] {
    let data = try ModelFolder.contents("\(path)/\(indexName)")
    var index = try ConfigurationFields(parsing: data, path: "\(folder)/\(indexName)")
    guard let map = try index.object("weight_map") else { throw index.missing("weight_map") }
    var names: [String: [String]] = [:]
    for (tensor, value) in map.values {
      guard case .text(let file) = value else {
        throw ModelFolderError.wrongField(
          path: index.path, field: "weight_map", needs: "file names by tensor", has: value.spelling)
      }
      guard !file.contains("/"), !file.contains("\0"), file.hasSuffix(".safetensors") else {
        throw ModelFolderError.unsafeFile(folder: folder, file: file)
      }
      names[file, default: []].append(tensor)
    }
    var entries: [String: TensorEntry] = [:]
    for (file, tensors) in names.sorted(by: { $0.key < $1.key }) {
      let shard = try TensorFile.read(path: "\(path)/\(file)")
      for entry in shard.tensors where map.values[entry.name] != .text(file) {
        throw ModelFolderError.wrongIndex(folder: folder, tensor: entry.name, file: file)
      }
      for tensor in tensors.sorted() {
        guard let entry = shard[tensor] else {
          throw ModelFolderError.wrongIndex(folder: folder, tensor: tensor, file: file)
        }
        entries[tensor] = entry
      }
    }
    return entries
  }

  var names: [String] { entries.keys.sorted() }

  /// The tensor of that name, or of the name without the part before the first dot: a file of the inner model has
  /// neither `model.` nor `transformer.`.
  func entry(_ name: String) -> (name: String, entry: TensorEntry)? {
    if let entry = entries[name] { return (name, entry) }
    for prefix in ["model.", "transformer."] where name.hasPrefix(prefix) {
      let inner = String(name.dropFirst(prefix.count))
      if let entry = entries[inner] { return (inner, entry) }
    }
    return nil
  }
}
