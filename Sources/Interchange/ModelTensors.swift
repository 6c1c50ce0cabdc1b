// The tensors of a model folder by the names of the model's weights.
import TensorFile

struct ModelTensors {
  private let tensors: TensorCollection

  /// Opens model.safetensors or its shards. Throws `TensorFileError`.
  init(path: String) throws {
    tensors = try TensorCollection(folder: path)
  }

  var names: [String] { tensors.tensors.map(\.name).sorted() }

  /// The tensor of that name, or of the name without the part before the first dot: a file of the inner model has
  /// neither `model.` nor `transformer.`.
  func entry(_ name: String) -> (name: String, entry: TensorEntry)? {
    if let entry = tensors[name] { return (name, entry) }
    for prefix in ["model.", "transformer."] where name.hasPrefix(prefix) {
      let inner = String(name.dropFirst(prefix.count))
      if let entry = tensors[inner] { return (inner, entry) }
    }
    return nil
  }
}
