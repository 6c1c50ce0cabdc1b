// The fields of PEFT's LoraConfig, which Unsloth's get_peft_model takes with other defaults.
import Adapters
import Interpreter
import Laboratory
import Language
import Text

enum LoraFields {
  /// All fields of version 0.21.2, in the order in which help lists them.
  static func parameters(isUnsloth: Bool = false) -> [Parameter] {
    let order: [AdapterField.Topic] = [
      .size, .targets, .dropout, .rule, .kind, .beginning, .patterns, .biases, .whole, .selection,
    ]
    let fields =
      LoRAConfiguration.properties(about: order) + LoRAConfiguration.fields.filter { !$0.isProperty }
    return fields.map { Parameter($0, isUnsloth: isUnsloth) }
  }

  /// The configuration that the arguments describe; it always states its scaling.
  ///
  /// - Throws: `Failure` for an initialisation that is not here, and for what PEFT refuses.
  static func configuration(_ arguments: Arguments, _ session: Session) throws -> LoRAConfiguration {
    let beginning = try initialization(arguments.value("init_lora_weights"))
    var configuration = arguments.configuration { $0.topic == .beginning ? nil : $0.name }
    configuration.initialization = beginning
    if configuration.layers != nil, case .text = arguments.value("target_modules") {
      throw Failure(
        argument: "layers_to_transform", "`layers_to_transform` needs a list of targets",
        label: "target_modules is a text",
        body:
          "PEFT raises a ValueError. `lora(targets=…, layers_to_transform=…)` takes both, and saves the modules by name.",
        fix: "target_modules=[\"q_proj\", \"v_proj\"]")
    }
    note(arguments, session)
    return configuration
  }

  private static func note(_ arguments: Arguments, _ session: Session) {
    if arguments.bool("use_rslora") {
      session.warnOnce(
        "use_rslora", "`use_rslora` needs PEFT 0.8.0 or newer; 0.7.0, which is often named, does not know it")
    }
    if let task = arguments.optionalText("task_type"), task != "CAUSAL_LM" {
      session.warnOnce(
        "effect of task_type", "`task_type` has no effect here: models are trained to predict the next token")
    }
  }

  /// Names that PEFT takes, and that begin an adapter in a way that is not here.
  private static let otherBeginnings = ["eva", "corda", "loftq", "orthogonal", "lora_ga", "mica"]

  private static func initialization(_ value: Value) throws -> LoRAConfiguration.Initialization {
    let named = LoRAConfiguration.Initialization.named
    let supported = LoRAConfiguration.Initialization.listed("and") + " are"
    switch value {
    case .bool(let isUsual): return isUsual ? .kaiming : .random
    case .text("kaiming"): return .kaiming
    case .text(let name) where named.contains { $0.rawValue == name }:
      return LoRAConfiguration.Initialization(rawValue: name) ?? .kaiming
    case .text(let name) where name.hasPrefix("pissa_niter_"):
      throw Failure(
        argument: "init_lora_weights", "the approximate decomposition of `\(name)` is not here",
        label: "\"pissa\" makes the exact one", fix: "init_lora_weights=\"pissa\"")
    case .text(let name) where otherBeginnings.contains(name):
      throw Failure(
        argument: "init_lora_weights", "init_lora_weights=\(value.code) is not here yet",
        label: supported,
        body: "It is refused because the adapter would begin at another place.")
    default:
      let near = Suggestion.closest(to: value.code.filter { $0.isLetter }, among: named.map(\.rawValue))
      throw Failure(
        argument: "init_lora_weights", "init_lora_weights=\(value.code) is not known",
        label: near.map { "did you mean \"\($0)\"?" } ?? supported,
        body: "PEFT has, beside those: \(otherBeginnings.joined(separator: ", ")).")
    }
  }
}
