// The names of an adapter's tensors, where they are not those that PEFT reads.
import Adapters
import Models
import TensorFile
import Text

/// What the tensor names of a file that does not fit show: which known way of naming they follow.
struct AdapterNames {
  private let names: [String]

  /// - Parameter names: all names of the file.
  init(_ names: [String]) { self.names = names.sorted() }

  private static let head = "base_model.model."
  /// Of every kind of adapter here, and of adapted embeddings.
  private static let parts = adapterRoles.map(\.name) + ["lora_embedding_A", "lora_embedding_B"]

  /// The file's own names, and what they differ in; nil for a file without tensors.
  var sentence: String? {
    guard let first = names.first else { return nil }
    let rest = names.count > 1 ? " and \(names.count - 1) more" : ""
    let shown = "its tensors are `\(printable(first, limit: 200))`\(rest)"
    return difference.map { "\(shown): \($0)" } ?? shown
  }

  /// What is not as PEFT writes it, in a known way.
  private var difference: String? {
    if let adapter = adapterName {
      return
        "the adapter's name stands in them (`.\(printable(adapter, limit: 80)).`), as in a model's state_dict; "
        + "save_pretrained leaves it out, and PEFT loads nothing of such a file, without an error"
    }
    if !names.contains(where: { $0.hasPrefix(AdapterNames.head) }) {
      return
        "they do not begin with `\(AdapterNames.head)`, and PEFT loads nothing of such a file, without an error"
    }
    return nil
  }

  /// `default` in `….lora_A.default.weight`.
  private var adapterName: String? {
    for name in names {
      let components = name.split(separator: ".").map(String.init)
      guard let place = components.firstIndex(where: AdapterNames.parts.contains),
        place + 1 < components.count,
        components[place + 1] != "weight"
      else { continue }
      return components[place + 1]
    }
    return nil
  }
}
