// The sentences for every error of model folders.
import TensorFile
import Text

extension ModelFolderError: CustomStringConvertible {
  package var description: String { advice.isEmpty ? title : "\(title); \(advice)" }

  /// What is wrong, and where: one line, lower case, no full stop.
  package var title: String {
    switch self {
    case .notAFolder(let path): "there is no folder \(quoted(path))"
    case .noConfiguration(let folder): "\(quoted(folder)) has no `config.json`"
    case .unreadable(let path, let reason): "cannot read \(quoted(path)): \(reason)"
    case .tooLong(let path, let bytes, let limit):
      "\(quoted(path)) has \(bytes) bytes, and \(limit) are the most that are read"
    case .malformed(let path, let reason):
      "\(quoted(path)) is not the JSON it should be: \(shown(reason))"
    case .missingField(let path, let field): "\(quoted(path)) has no field \(quoted(field))"
    case .wrongField(let path, let field, let needs, let has):
      "\(quoted(field)) in \(quoted(path)) must be \(needs); it is \(shown(has))"
    case .unsupported(_, let field, let value, _):
      "a model with \(quoted(field)) = \(shown(value)) is not supported"
    case .unknownForm(let path, let form, _):
      if let form {
        "models of the form \(quoted(form)) are not supported"
      } else {
        "\(quoted(path)) has no `model_type`"
      }
    case .missingTensors(let folder, let names): "\(quoted(folder)) lacks \(tensors(names))"
    case .extraTensors(let folder, let names):
      "\(quoted(folder)) has \(tensors(names)), which the model that its config.json describes has no place for"
    case .wrongShape(_, let tensor, let has, let needs):
      "tensor \(quoted(tensor)) is \(has), and config.json makes it \(needs)"
    case .wrongQuantization(_, let tensor, let reason):
      "tensor \(quoted(tensor)) of a quantised weight does not fit: \(shown(reason))"
    case .cannotWrite(let what): "\(what) has no form that transformers knows"
    case .occupied(let path, let content): "\(quoted(path)) is there already and is \(content)"
    }
  }

  /// What to do: one sentence; empty where the title says all.
  package var advice: String {
    switch self {
    case .notAFolder: "A model is a folder with config.json and model.safetensors."
    case .noConfiguration:
      "A model folder has config.json beside its weights; `save_pretrained` of transformers writes both."
    case .unreadable: ""
    case .tooLong, .malformed: "It is damaged or no file of a model; fetch or save it again."
    case .missingField, .wrongField: "`save_pretrained` of transformers writes a complete configuration."
    case .unsupported(_, _, _, let supported):
      supported.isEmpty ? "Models without it are." : "Supported: \(supported.joined(separator: ", "))."
    case .unknownForm(_, _, let known): "Supported: \(known.joined(separator: ", "))."
    case .missingTensors, .wrongShape, .wrongQuantization:
      "Weights and config.json belong to different models, or a part is missing; fetch or save them again."
    case .extraTensors: "The model is of another form than it says, or its files are mixed up."
    case .cannotWrite: ""
    case .occupied: "It is left as it is: a model replaces only a model. Give another path."
    }
  }

  private func tensors(_ names: [String]) -> String {
    let most = 6
    let shown = names.prefix(most).map { quoted($0) }.joined(separator: ", ")
    let rest = names.count > most ? " and \(names.count - most) more" : ""
    return (names.count == 1 ? "the tensor " : "the tensors ") + shown + rest
  }
}

/// Paths and names are longer here than elsewhere.
private func quoted(_ text: String) -> String { inBackquotes(text, limit: 200) }

private func shown(_ text: String) -> String { printable(text, limit: 200) }
