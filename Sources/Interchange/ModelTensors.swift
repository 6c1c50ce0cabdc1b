// The tensors of a model folder by the names of the model's weights.
import TensorFile

struct ModelTensors {
  private let tensors: TensorCollection
  /// The first component of the names, which a file of the inner model alone leaves out.
  private let innerModel: String?

  /// Opens model.safetensors or its shards. Throws `TensorFileError`.
  init(path: String, innerModel: String?) throws {
    tensors = try TensorCollection(folder: path)
    self.innerModel = innerModel
  }

  /// Of the one file; shards have none of ours.
  var metadata: TensorFile.Metadata { tensors.files.count == 1 ? tensors.files[0].metadata : [] }

  var names: [String] { tensors.tensors.map(\.name).sorted() }

  /// The tensor of that name, or of the name without the inner model's: `layers.0…` for `model.layers.0…`.
  func entry(_ name: String) -> (name: String, entry: TensorEntry)? {
    if let entry = tensors[name] { return (name, entry) }
    guard let innerModel, name.hasPrefix(innerModel + ".") else { return nil }
    let inner = String(name.dropFirst(innerModel.count + 1))
    return tensors[inner].map { (inner, $0) }
  }
}
