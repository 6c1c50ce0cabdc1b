// The sentences for every error of adapter folders.
import TensorFile
import Text

extension AdapterFolderError: CustomStringConvertible {
  package var description: String { advice.isEmpty ? title : "\(title); \(advice)" }

  /// What is wrong, and where: one line, lower case, no full stop.
  package var title: String {
    switch self {
    case .missingFile(let folder, let name): "`\(shown(folder))` has no `\(name)`"
    case .pickled(let folder): "the weights in `\(shown(folder))` are a Python pickle, `adapter_model.bin`"
    case .inSubfolders(let folder, let names):
      "`\(shown(folder))` has no adapter itself, but \(names.count == 1 ? "one" : "\(names.count)") in "
        + (names.count == 1 ? "a sub-folder" : "sub-folders")
    case .unreadable(let path, let reason): "cannot read `\(shown(path))`: \(reason)"
    case .tooLong(let path, let bytes, let limit):
      "`\(shown(path))` has \(bytes) bytes, and \(limit) are the most that are read"
    case .malformed(let path, let reason): "`\(shown(path))` is not the JSON it should be: \(shown(reason))"
    case .wrongField(let path, let field, let needs, let has):
      "`\(shown(field))` in `\(shown(path))` must be \(needs); it is \(shown(has))"
    case .unsupported(_, let field, let value, _):
      "an adapter with `\(shown(field))` = \(shown(value)) is not supported"
    case .otherMethod(let path, let method):
      method.map { "`\(shown(path))` describes an adapter of the method `\(shown($0))`" }
        ?? "`\(shown(path))` has no `peft_type`"
    case .missingTensors(let folder, let names, _): "the weights in `\(shown(folder))` lack \(tensors(names))"
    case .extraTensors(let folder, let names):
      "the weights in `\(shown(folder))` have \(tensors(names)), for which adapter_config.json has no place"
    case .wrongShape(_, let tensor, let has, let needs):
      "tensor `\(shown(tensor))` is \(has); model and adapter_config.json make it \(needs)"
    case .occupied(let path, let content): "`\(shown(path))` is there already and is \(content)"
    case .cannotWrite(let what, _): "PEFT has no form for \(what)"
    }
  }

  /// What to do: one sentence; empty where the title says all.
  package var advice: String {
    switch self {
    case .missingFile: "An adapter is a folder with adapter_config.json and adapter_model.safetensors."
    case .pickled:
      "A pickle is code, and none is run here. PEFT reads it and writes adapter_model.safetensors: "
        + "`PeftModel.from_pretrained(base, folder).save_pretrained(folder)` in Python."
    case .inSubfolders(let folder, let names):
      "PEFT puts an adapter with a name of its own there: "
        + names.prefix(4).map { "`\(shown(folder))/\(shown($0))`" }.joined(separator: ", ")
        + (names.count > 4 ? " and \(names.count - 4) more." : ".")
    case .unreadable: ""
    case .tooLong, .malformed: "It is damaged or no adapter's; save it again."
    case .wrongField: "PEFT's `save_pretrained` writes a complete configuration."
    case .unsupported(_, _, _, let supported): supported
    case .otherMethod: "LoRA adapters are read, whose `peft_type` is LORA."
    case .missingTensors(_, _, let found):
      (AdapterNames(found).sentence.map { $0.prefix(1).uppercased() + $0.dropFirst() + ". " } ?? "")
        + AdapterFolderError.otherModel
    case .extraTensors, .wrongShape: AdapterFolderError.otherModel
    case .occupied: "It is left as it is: an adapter replaces only an adapter. Give another path."
    case .cannotWrite(_, let advice): advice
    }
  }

  private static let otherModel =
    "The adapter was made for another model or another configuration; `doctor` compares the two."

  private func tensors(_ names: [String]) -> String {
    let most = 4
    let list = names.prefix(most).map { "`\(shown($0))`" }.joined(separator: ", ")
    let rest = names.count > most ? " and \(names.count - most) more" : ""
    return (names.count == 1 ? "the tensor " : "the tensors ") + list + rest
  }

  private func shown(_ text: String) -> String { printable(text, limit: 200) }
}
