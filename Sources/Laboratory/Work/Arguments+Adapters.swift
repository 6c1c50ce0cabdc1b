// The fields of an adapter that `lora` and PEFT's LoraConfig share, as arguments.
import Adapters
import Interpreter

extension Arguments {
  /// Modules as targets are written; nil where the parameter is absent.
  package func targets(_ name: String) -> LoRAConfiguration.Targets? {
    switch value(name) {
    case .text("all-linear"): .allLinear
    case .text(let pattern): .pattern(pattern)
    case .list: .names(texts(name))
    default: nil
    }
  }

  /// Sets what stands under the same name in both. An empty list asks for nothing.
  package func setAdapterFields(_ configuration: inout LoRAConfiguration) {
    let excluded = targets("exclude_modules")
    configuration.excluded = excluded == .names([]) ? nil : excluded
    configuration.bias = LoRAConfiguration.Bias(rawValue: choice("bias")) ?? .none
    configuration.savedModules = texts("modules_to_save")
    let layers = wholes("layers_to_transform")
    configuration.layers = layers.isEmpty ? nil : layers
    configuration.rankPattern = dictionary("rank_pattern").compactMap { key, value in
      if case .number(let rank) = value { (key, Int(rank)) } else { nil }
    }
    configuration.alphaPattern = dictionary("alpha_pattern").compactMap { key, value in
      if case .number(let alpha) = value { (key, alpha) } else { nil }
    }
  }
}

extension Parameter {
  /// The parameters of `setAdapterFields`, with the texts of both.
  package static let adapterFields: [Parameter] = [
    Parameter(
      "rank_pattern", .moduleDictionary(.whole(NumberRange(1))), .absent("none"),
      "ranks of modules by pattern"
    ),
    Parameter(
      "alpha_pattern", .moduleDictionary(.number(.any)), .absent("none"), "alphas of modules by pattern"),
    Parameter(
      "bias",
      .choice([
        Choice("none", "biases stay frozen"), Choice("all", "every bias is trained"),
        Choice("lora_only", "the biases of adapted modules are trained"),
      ]), .text("none"), "which biases of the base are trained"),
    Parameter(
      "modules_to_save", .list(.module), .absent("none"),
      "ends of the paths of modules that are trained whole"),
    Parameter(
      "exclude_modules", .either([.list(.module), .module]), .absent("none"),
      "modules that get no adapter though a target names them; written as targets are"),
    Parameter(
      "layers_to_transform", .either([.whole(.notNegative), .list(.whole(.notNegative))]), .absent("all"),
      "numbers of the layers that get adapters"),
  ]
}
