// How the errors of models, adapters, data and files become sentences.
import Adapters
import Display
import Interchange
package import Interpreter
import Language
import Models
import TensorFile
import Text
import Training

/// The errors of models, adapters, data and files in the user's words: what is wrong, with which argument, what to do.
package enum ModuleErrors {
  /// What to tell the user of an error that a command's body threw; one that no hook knows is shown with its type's own
  /// description.
  package static func describe(_ error: any Error) -> Failure {
    for hook in hooks {
      if let failure = hook(error) { return failure }
    }
    return Failure(error)
  }

  /// Each hook knows the errors of one module; the first that answers is taken.
  private static let hooks: [@Sendable (any Error) -> Failure?] = [
    { ($0 as? AdapterError).map(sentence) },
    { ($0 as? ModelError).map(sentence) },
    { ($0 as? TextError).map(sentence) },
    { ($0 as? ModelFolderError).map { Failure($0.title, body: $0.advice) } },
    { ($0 as? AdapterFolderError).map { Failure($0.title, body: $0.advice) } },
    { ($0 as? RowsError).map(sentence) },
    { ($0 as? TokenizerError).map { Failure($0.title, body: $0.advice) } },
    { ($0 as? ExampleFileError).map { Failure(argument: "file", $0.title, body: $0.advice) } },
    {
      ($0 as? CheckpointError).map {
        Failure(argument: "resume_from_checkpoint", $0.title, body: $0.advice)
      }
    },
    { ($0 as? ReplayError).map(sentence) },
    { ($0 as? PretrainingCacheError).map { Failure($0.title) } },
    { ($0 as? TensorFileError).map { Failure($0.title, body: asSentence($0.advice)) } },
  ]

  private static func sentence(_ error: AdapterError) -> Failure {
    switch error {
    case .targetMatchesNothing("", _, let modules):
      return Failure(
        argument: "targets", "`targets` is empty", label: "name a module, or leave it out",
        body: "There are: \(list(modules)).")
    case .targetMatchesNothing(let target, let isPattern, let modules):
      let body =
        isPattern && !target.contains(",")
        ? "A text must match a whole module path, as PEFT's string form does: \".*\(target)\" matches its end. "
          + "A list matches ends of paths. There are: \(list(modules))."
        : "There are: \(list(modules))."
      let fix = targetsFix(target, isPattern, modules)
      let isName = isPattern && modules.contains(target)
      let label =
        isName
        ? "no whole path is `\(target)`"
        : target.contains(",") ? "this is one text, not a list" : suggestion(target, modules)
      return Failure(
        argument: "targets", "no module matches `\(target)`", label: label, body: body,
        fix: fix.isEmpty ? "" : "targets=\(fix)")
    case .patternMatchesNothing(let parameter, let pattern, let modules):
      return Failure(
        argument: parameter, "the pattern `\(pattern)` of \(parameter) matches no adapted module",
        label: suggestion(pattern, modules), body: "Adapted are: \(list(modules)).")
    case .malformedPattern(let parameter, let pattern, let reason):
      return Failure(
        argument: parameter, "`\(pattern)` is not a regular expression",
        label: "a text names modules by a pattern",
        body: "\(reason.prefix(1).uppercased() + reason.dropFirst())\(reason.hasSuffix(".") ? "" : ".")")
    case .tooLarge(let needed, let available):
      return Failure(
        argument: "adapter", "the adapter does not fit into memory",
        body:
          "Training it takes about \(bytes(needed)); this process can have \(bytes(available)). Nothing was allocated."
      )
    case .noTargets:
      return Failure(argument: "targets", "`targets` is empty", label: "name a module, or leave it out")
    case .noTargetsLeft(let parameter):
      return Failure(
        argument: parameter, "no module is left to adapt", label: "`\(parameter)` takes all targets away")
    case .savedModuleUnknown(let name, let modules):
      return Failure(
        argument: "modules_to_save", "`modules_to_save` names no module `\(name)`",
        body: "There are: \(list(modules)).")
    case .rankAboveWidth(let rank, let module, let width):
      return Failure(
        argument: "r", "r=\(rank) is above the width \(width) of \(module)", label: "at most \(width)",
        body: "An adapter that begins as a part of W can have \(width) directions there.")
    case .multiplierNotPositive(let initialization, let multiplier, let module):
      return Failure(
        argument: "alpha", "the multiplier of \(module) is \(NumberFormat.text(multiplier))",
        label: "init=\(initialization) divides by it: it must be above 0")
    case .rankNotPositive(let rank):
      return Failure(argument: "r", "`r` must be at least 1; it is \(rank)")
    case .needsFullWeights(let initialization, let quantization):
      return Failure(
        argument: "adapter", "init=\(initialization) needs a base that is not quantised",
        label: "this one is \(quantization)",
        body: "Attach it before `quantize`, or take `dequantize(model)`.")
    case .trainedQuantized(let module, let quantization):
      return Failure(
        argument: "adapter", "\(module) is quantised to \(quantization) and cannot be trained whole",
        label: "modules_to_save takes modules in fp32",
        body: "`quantize(…, skip=[…])` leaves a module in fp32.")
    case .alphaNotFinite(let text, let rank):
      return Failure(
        argument: "alpha", "alpha \(text) is not a finite number at r=\(rank)",
        label: "the rule must give a number at each rank")
    case .alreadyAdapted:
      return Failure(
        argument: "model", "the model carries an adapter already", label: "take the base, or `detach(m)`")
    case .notAdapted:
      return Failure(
        argument: "model", "the model has no adapter", label: "attach one first",
        fix: "attach(\(Failure.asWritten), lora(r=8))")
    case .notRounded(let kind, let format):
      return Failure(
        argument: "precision", "an adapter of \(kind) is trained in fp32 alone",
        label: "\(format) is for LoRA",
        body: "Where PEFT rounds the norms and magnitudes of \(kind) in 16 bits, no table here says.",
        fix: "precision=fp32")
    case .nameTaken(let name):
      return Failure(
        argument: "name", "the model has an adapter named `\(name)` already", label: "give it another name")
    case .unknownName(let name, let names):
      return Failure(
        argument: "names", "the model has no adapter named `\(name)`", label: suggestion(name, names),
        body: "There are: \(list(names)).")
    case .noneActive(let names):
      return Failure(
        argument: "names", "no adapter would be active", label: "the list is empty",
        body: "There are: \(list(names)). `detach(m)` gives the base.")
    case .cannotShare(let name, let reason):
      return Failure(
        argument: "model", "the adapter `\(name)` cannot be active beside others", label: reason)
    case .beginningUnknown:
      return Failure(
        argument: "value", "the base that this adapter began in is not at hand",
        label: "save the model that carries it")
    case .notMerged:
      return Failure(
        argument: "model", "no adapter is merged into the model", label: "unmerge takes what merge gave")
    case .otherModules:
      return Failure(
        argument: "adapter", "the adapter was trained on other modules",
        label: "paths and shapes must be the same as those of the model")
    }
  }

  private static func sentence(_ error: ModelError) -> Failure {
    switch error {
    case .noEmbeddings:
      return Failure(
        argument: "neftune", "`neftune` is noise on embeddings, and this model has none",
        label: "a perceptron takes its inputs as they are", body: "Leave it out, or train a transformer.")
    case .notDivisible(let parameter, let value, let divisor, let divisorValue):
      return Failure(
        argument: parameter, "`\(parameter)` must be a multiple of `\(divisor)`",
        label: "\(value) is no multiple of \(divisorValue)")
    case .oddHeadWidth(let width, let heads):
      return Failure(
        argument: "width", "each head needs an even width",
        label: "\(width) over \(heads) heads gives \(width / heads)",
        body: "Rotary positions turn pairs of components.")
    case .tooFewWidths(let count):
      return Failure(
        argument: "widths", "an mlp needs at least two widths: inputs and outputs",
        label: "there is \(count)",
        fix: "mlp([64, 64, 64])")
    case .tooLarge(let what, let needed, let available):
      return Failure(
        "\(what) does not fit into memory",
        body:
          "It needs about \(bytes(needed)); this process can have \(bytes(available)). Nothing was allocated."
      )
    case .wrongData(let model, let needs, let has):
      return Failure(
        argument: "data", "the data does not fit the \(model)", label: "it needs \(needs)",
        body: "This is \(has).")
    case .vocabularyTooSmall(let model, let data):
      return Failure(
        argument: "data", "the data has more tokens than the model",
        label: "\(data) kinds of token, and a vocabulary of \(model)",
        body: "`transformer(vocab=\(data))` makes a model for it.")
    case .alreadyQuantized(let title):
      return Failure(
        argument: "model", "the model is quantised already", label: "to \(title)",
        body: "`dequantize` gives it in fp32; what was rounded stays rounded.")
    case .notQuantized:
      return Failure(argument: "model", "the model is not quantised", label: "it is in fp32")
    case .nothingToQuantize(let modules):
      return Failure(
        argument: "model", "no module is left to quantise", label: "`skip` takes all away",
        body: "There are: \(list(modules)).")
    case .trainedQuantized(let title):
      return Failure(
        argument: "model", "the weights of a quantised model cannot be trained", label: "it is \(title)",
        body: "An adapter on it can; `dequantize` gives its weights in fp32.",
        fix: "dequantize(\(Failure.asWritten))")
    case .contextTooLong(let given, let limit):
      return Failure(
        argument: "context", "the model takes no sequence of \(given) tokens", label: "\(limit) are the most")
    }
  }

  private static func sentence(_ error: ReplayError) -> Failure {
    switch error {
    case .differs(let step):
      return Failure(
        argument: "run", "the run does not come out again: step \(step) is another",
        label: "its loss or gradient norm is not the same to the bit",
        body: "What it was made with has changed, or it is of another version: nothing is said of it.")
    }
  }

  private static func sentence(_ error: TextError) -> Failure {
    switch error {
    case .tooShort(let path, let tokens, let needed, let context):
      return Failure(
        argument: "data", "`\(path)` is too short for a context of \(context)",
        label: "\(tokens) tokens, and at least \(needed) are needed",
        body: "Both the part trained on and the part held out must hold a whole sequence.")
    }
  }

  private static func sentence(_ error: RowsError) -> Failure {
    switch error {
    case .nothingToLearn(let path, let part, let rows, let context):
      return Failure(
        argument: "data", "no row of `\(path)` \(part) has a token to learn",
        label: "\(rows == 1 ? "1 row" : "\(rows) rows"), a context of \(context)",
        body: "A row is cut to the model's context, and its prompt may fill it. "
          + "`held_out` is the share of the rows that is evaluated on.")
    }
  }

  /// A list of the modules that a text names, in place of that text; empty where it names none.
  private static func targetsFix(_ target: String, _ isPattern: Bool, _ modules: [String]) -> String {
    let parts = target.split { $0 == "," || $0 == ";" || $0 == " " || $0 == "|" }.map(String.init)
    let known = parts.compactMap { part in
      modules.contains(part) ? part : Suggestion.closest(to: part, among: modules)
    }
    if !known.isEmpty, known.count == parts.count, isPattern || parts.count > 1 || target != parts[0] {
      return "[\(known.map { "\"\($0)\"" }.joined(separator: ", "))]"
    }
    if target == "all" || target == "linear" { return "\"all-linear\"" }
    let bare = target.filter { $0 != "*" && $0 != "." }
    guard target.contains("*"), !bare.isEmpty, modules.contains(where: { $0.contains(bare) }) else {
      return ""
    }
    return "\".*\(bare).*\""
  }

  /// The first twelve names, and how many more there are.
  private static func list(_ names: [String]) -> String {
    let most = 12
    let shown = names.prefix(most).joined(separator: ", ")
    return names.count > most ? "\(shown) and \(names.count - most) more" : shown
  }

  private static func suggestion(_ name: String, _ known: [String]) -> String {
    Suggestion.closest(to: name, among: known).map { "did you mean `\($0)`?" } ?? ""
  }

  private static func bytes(_ count: Double) -> String {
    count < 9e18 ? Display.Quantity.bytes(Int(count)) : "\(NumberFormat.rounded(count / 1e18, digits: 3)) EB"
  }
}
