// The sentences for every reason not to write a training script.

extension ExportError {
  /// What is wrong: one line, lower case, no full stop.
  package var title: String {
    switch self {
    case .notATransformer(let form): "\(form.name) trains language models, and this is none"
    case .schedule(let name): "transformers has no schedule `\(name)`"
    case .adaptedOutputLayer: "TRL's SFTTrainer does not train an adapter on lm_head"
    case .noPlaceForTarget(let positions):
      "rows of \(positions) positions and the target of the last do not fit into \(positions) positions"
    case .textWithLayers: "PEFT takes layers_to_transform with a list of targets, not with a text"
    case .tooMuchData(let tokens, let limit):
      "the batches are \(Int(min(tokens, 1e18))) tokens, and \(limit) are the most that are written"
    case .hidesLibrary(let name): "a script `\(name).py` stands in the way of the library `\(name)`"
    case .unsloth(let what, _): "Unsloth does not take \(what)"
    case .occupied(let path, _): "`\(path)` is there already"
    case .unwritable(let path, let reason): "cannot make the folder `\(path)`: \(reason)"
    case .unreadable(let path, let reason): "cannot read `\(path)`: \(reason)"
    }
  }

  /// What to do: full sentences; empty where the title says all.
  package var advice: String {
    switch self {
    case .notATransformer: "Perceptrons and their regression data have no counterpart there."
    case .schedule:
      "constant, linear, cosine, polynomial and inverse_sqrt are there, each with warm-up: give `schedule=`."
    case .adaptedOutputLayer:
      "Leave it out of the targets, or train it whole with modules_to_save=[\"lm_head\"]."
    case .noPlaceForTarget(let positions):
      "transformers takes a row's last target as one more token. Load the model with "
        + "context=\(positions - 1) and train it so."
    case .textWithLayers:
      "The modules of another base are not known here. Attach an adapter whose targets are names, as "
        + "targets=[\"q_proj\", \"v_proj\"], and exclude names."
    case .tooMuchData:
      "Give fewer `steps` or a smaller `batch`, and in the script more steps of a dataset of your own."
    case .hidesLibrary: "Python looks for libraries beside the script first. Give another name."
    case .unsloth(_, let advice): advice
    case .occupied(_, let script):
      "It is left as it is: an export replaces only what stands beside its own `\(script)`. Give another name."
    case .unreadable: "It is left as it is: an export replaces only what it can see to be its own."
    case .unwritable: ""
    }
  }
}
