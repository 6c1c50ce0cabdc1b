// The commands that make models and put adapters on them.
import Adapters
import Fields
import Interpreter
import Kernels
import Laboratory
import Models
import Signals
import Storage

enum ModelCommands {
  static let all: [Command] = [
    transformer, mlp, linear, lora, attach, detach, merge, unmerge,
  ]

  private static let size = NumberRange(1, 1e9)
  private static let seedRange = NumberRange(0, 0x1p53)

  private static let transformer = Command(
    "transformer", .models,
    [
      Parameter("layers", .whole(NumberRange(1, 10_000)), .number(2), "number of blocks"),
      Parameter("width", .whole(size), .number(128), "width of the residual stream"),
      Parameter("heads", .whole(size), .number(4), "attention heads; they divide the width"),
      Parameter("kv_heads", .whole(size), .absent("as heads"), "key/value heads; they divide heads"),
      Parameter("ff", .whole(size), .absent("8/3 of the width"), "width of the MLP"),
      Parameter("context", .whole(size), .number(32), unit: "tokens", "longest sequence"),
      Parameter("vocab", .whole(size), .number(64), "number of tokens"),
      Parameter("seed", .whole(seedRange), .number(0), "draws the weights"),
    ],
    result: "a model", "A transformer in Llama's form: RMSNorm, rotary positions, SwiGLU, no biases.",
    details: "Weights are N(0, 0.02²), as Llama's initializer_range. Modules have Llama's names.",
    example: "transformer(layers=2, width=128, heads=4, context=32, seed=0)"
  ) { arguments, session in
    let width = arguments.whole("width")
    let heads = arguments.whole("heads")
    let shape = TransformerShape(
      layers: arguments.whole("layers"), width: width, heads: heads,
      keyHeads: arguments.optionalWhole("kv_heads") ?? heads,
      // Llama's 8/3 of the width, up to a multiple of 4.
      feedForward: arguments.optionalWhole("ff") ?? (8 * width + 11) / 12 * 4,
      context: arguments.whole("context"), vocabulary: arguments.whole("vocab"))
    let seed = arguments.whole("seed")
    let description =
      "transformer(layers=\(shape.layers), width=\(width), heads=\(heads), kv_heads=\(shape.keyHeads), "
      + "ff=\(shape.feedForward), context=\(shape.context), vocab=\(shape.vocabulary), seed=\(seed))"
    return try model(.transformer(shape), seed: seed, description, session)
  }

  private static let mlp = Command(
    "mlp", .models,
    [
      Parameter("widths", .list(.whole(size)), .required, "inputs, hidden widths, outputs").of(atLeast: 2),
      Parameter(
        "activation",
        .choice([
          Choice("relu", "max(x, 0)"), Choice("gelu", "x·Φ(x)"),
          Choice("gelu_tanh", "GELU by tanh, as GPT-2"),
          Choice("none", "linear"),
        ]), .text("relu"), "between the layers; none after the last"),
      Parameter("seed", .whole(seedRange), .number(0), "draws the weights"),
    ],
    result: "a model", "A perceptron of linear layers without bias.",
    details: "Weights are N(0, 2/in), those of the last layer N(0, 1/in).",
    example: "mlp([64, 64, 64, 64], activation=relu, seed=1)"
  ) { arguments, session in
    let widths = arguments.wholes("widths")
    let activation = Activation(rawValue: arguments.choice("activation")) ?? .relu
    let seed = arguments.whole("seed")
    return try model(
      .perceptron(PerceptronShape(widths: widths, activation: activation)), seed: seed,
      "mlp([\(widths.map(String.init).joined(separator: ", "))], activation=\(activation.rawValue), seed=\(seed))",
      session)
  }

  private static let linear = Command(
    "linear", .models,
    [
      Parameter("inputs", .whole(size), .required, "number of inputs"),
      Parameter("outputs", .whole(size), .required, "number of outputs"),
      Parameter("seed", .whole(seedRange), .number(0), "draws the weights"),
    ],
    result: "a model", "One linear layer without bias, weights N(0, 1/in).", example: "linear(512, 512)"
  ) { arguments, session in
    let (inputs, outputs) = (arguments.whole("inputs"), arguments.whole("outputs"))
    let seed = arguments.whole("seed")
    return try model(
      .linear(inputs: inputs, outputs: outputs), seed: seed, "linear(\(inputs), \(outputs), seed=\(seed))",
      session)
  }

  private static func model(
    _ architecture: Architecture, seed: Int, _ description: String, _ session: Session
  ) throws -> Value {
    try architecture.validate(memory: session.environment.memory)
    let base = try BaseWeights(architecture, seed: UInt64(seed), stop: session.environment.stop)
    return .object(ModelObject(Model(base: base, description: description)))
  }

  /// As `targets` stands, the rule of the multiplier takes a place of its own beside PEFT's flag for it.
  private static let lora = Command(
    "lora", .adapters,
    LoRAConfiguration.properties.flatMap { field in
      let scaling = Parameter(
        "scaling", ruleKind, .absent("follows the session's mode"), "the multiplier's rule")
      return [Parameter(own: field)] + (field.topic == .targets ? [scaling] : [])
    },
    result: "an adapter", "Describes a LoRA adapter: y = W·x + s·B·A·x.",
    details: "A pattern is a regular expression for the end of a module's path, from a dot on, as in PEFT.",
    example: "lora(r=64, alpha=128, targets=[\"q_proj\", \"v_proj\"])",
    source: "Hu et al. 2021; PEFT LoraConfig; PiSSA: arXiv 2404.02948; OLoRA: 2406.01775; DoRA: 2402.09353"
  ) { arguments, _ in
    .object(AdapterObject(try configuration(arguments)))
  }

  private static func configuration(_ arguments: Arguments) throws -> LoRAConfiguration {
    let isFormula = if case .text = arguments.value("alpha") { true } else { false }
    var configuration = arguments.configuration { field in
      isFormula && field.ownName == "alpha" ? nil : field.ownName
    }
    if isFormula { configuration.alpha = try arguments.alpha("alpha") }
    if let rule = try arguments.rule("scaling") {
      if arguments.isGiven("use_rslora") {
        throw Failure(
          argument: "use_rslora", "`scaling` and `use_rslora` say the same thing twice",
          label: "leave one of them out")
      }
      configuration.scaling = .own(rule)
    }
    return configuration
  }

  private static let attach = Command(
    "attach", .adapters,
    [
      Parameter("model", .object([.model]), .required, "the model; it stays as it is"),
      Parameter("adapter", .object([.adapter]), .required, "lora(…), or a trained adapter of a run"),
      Parameter(
        "name", aliases: ["adapter_name"], .text, .absent("default"),
        "name of the adapter, where the model has another one"),
    ],
    result: "a model", "A new model that shares the frozen weights and carries the adapter.",
    details: "A model can carry several adapters by name: the new one is active, `activate` chooses others.",
    example: "attach(transformer(), lora(r=16, alpha=32))", source: "PEFT get_peft_model"
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    let adapter = try arguments.object("adapter", as: AdapterObject.self)
    let mode = session.lab.mode
    let stop = session.environment.stop
    let adapted = try session.workshop.added(to: model, name: arguments.optionalText("name")) {
      base in
      if let trained = adapter.trained {
        return try base.attached(trained, mode: mode, stop: stop)
      }
      return try base.attached(
        adapter.configuration, mode: mode, memory: session.environment.memory, stop: stop)
    }
    if adapter.trained == nil { session.workshop.noteOddities(adapted) }
    return .object(ModelObject(adapted))
  }

  private static let detach = Command(
    "detach", .adapters, [Parameter("model", .object([.model]), .required, "an adapted model")],
    result: "a model", "The base alone, as a new model that shares the weights.",
    example: "detach(attach(transformer(), lora()))"
  ) { arguments, _ in
    .object(ModelObject(try arguments.object("model", as: ModelObject.self).model.detached()))
  }

  private static let merge = Command(
    "merge", .adapters, [Parameter("model", .object([.model]), .required, "an adapted model")],
    result: "a model", "A plain model whose weights are W + s·B·A.",
    details:
      "A quantised base is expanded, added to and quantised again, as PEFT does; a note says what that costs. "
      + "`merge(dequantize(m))` keeps all.",
    example: "merge(attach(transformer(), lora()))", source: "PEFT merge_and_unload"
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    return .object(ModelObject(try session.workshop.merged(model)))
  }

  private static let unmerge = Command(
    "unmerge", .adapters, [Parameter("model", .object([.model]), .required, "what merge gave")],
    result: "a model", "The adapted model that was merged, exactly as it was.",
    example: "unmerge(merge(attach(transformer(), lora())))"
  ) { arguments, _ in
    .object(ModelObject(try arguments.object("model", as: ModelObject.self).model.unmerged()))
  }
}
