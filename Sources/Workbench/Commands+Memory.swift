// The command that takes a training step's memory apart: memory_of.
import Analysis
import Fields
import Interpreter
import Laboratory
import Models
import Training

enum MemoryCommands {
  static let all: [Command] = [memoryOf]

  /// What a step's memory follows from, of the options of training.
  private static let options = TrainingSettings.options.filter {
    $0.topic == .optimizer || ["batch", "accumulate", "checkpointing"].contains($0.name)
  }

  private static let memoryOf = Command(
    "memory_of", .training,
    [
      Parameter(
        "model", .object([.model]), .required, "an adapted model, or one whose weights are all trained"),
      Parameter(
        "context", .whole(NumberRange(1, 1e6)), .absent("the model's own"), unit: "tokens",
        "rows of a sequence; a perceptron has 1"),
    ] + options.map { Parameter($0).named },
    result: "memory", "What a training step holds in memory, by part, beside a formula from shapes alone.",
    details:
      "The buffers of a step are made, measured and let go; nothing is computed. A step allocates nothing more, so "
      + "their sum is its peak. The formula takes the model's shape, the adapter's ranks and targets, batch, context, "
      + "checkpointing and optimiser; each of its terms is shown with the numbers that it multiplies. "
      + "What checkpointing=unsloth keeps apart is counted as offloaded, not in the total: on a CPU it is the same memory.",
    example:
      "m = attach(transformer(layers=2, width=32, heads=2), lora(r=4)); memory_of(m, checkpointing=full)",
    keywords: ["RAM", "VRAM", "peak", "activations", "OOM", "bytes"]
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    var settings = TrainingSettings.standard
    settings.optimizer = try TrainingParameters.optimizer(arguments)
    for option in options where option.topic != .optimizer {
      option.set(try arguments.literal(option), in: &settings)
    }
    let positions = try positions(model, arguments)
    let formula = MemoryFormula(
      MemoryCase(model, settings: settings, positions: positions, threads: session.threads))
    let fits = formula.total + formula.bytes(.offloaded) <= session.environment.memory * 0.9
    let allocated =
      fits
      ? AllocatedMemory(
        model, mode: session.lab.mode, settings: settings, positions: positions,
        pool: session.trainingEnvironment.pool) : nil
    let caption = options.compactMap { $0.caption(settings) }.joined(separator: ", ")
    return .object(
      MemoryObject(
        "\(settings.optimizer.name), \(caption), context \(positions)", formula, allocated: allocated))
  }

  /// - Throws: `Failure` for more tokens than the model is made for.
  private static func positions(_ model: Model, _ arguments: Arguments) throws -> Int {
    guard case .transformer(let shape) = model.architecture else { return 1 }
    guard let given = arguments.optionalWhole("context") else { return shape.context }
    guard given <= shape.context else {
      throw Failure(
        argument: "context", "the model has a context of \(shape.context) tokens",
        label: "it takes no longer sequence")
    }
    return given
  }
}
