// The command that gives what a model computes: logits, or predictions.
import Adapters
import Fields
import Interpreter
import Kernels
import Laboratory
import Models
import Signals
import Storage
import TensorFile
import Training

enum TensorCommands {
  static let all: [Command] = [logits]

  private static let logits = Command(
    "logits", .looking,
    [
      Parameter("model", .object([.model]), .required, "a model, with or without adapter"),
      Parameter("data", .object([.data]), .required, "language, text or teacher"),
      Parameter(
        "batch", .whole(NumberRange(1, 1e6)), .number(8), unit: "sequences",
        "how many sequences, or rows, of the evaluation set"),
    ],
    result: "a tensor",
    "What the model gives for the first rows of the data's evaluation set, without dropout.",
    details:
      "Logits [sequences, positions, vocabulary] of a transformer, predictions [rows, outputs] of an mlp. "
      + "`save(logits(m, data), \"l.safetensors\")` writes the input beside it: tokens, or x.",
    example: "logits(mlp([8, 8]), teacher(mlp([8, 8])))"
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    let data = try arguments.data(for: model, session)
    try data.check(model.architecture)
    let shape = BatchShape(
      sequences: arguments.whole("batch"), positions: data.positions(model.architecture))
    let outputs = Double(shape.rows) * Double(model.architecture.outputs)
    guard outputs * 4 < session.environment.memory / 4 else {
      throw ModelError.tooLarge(
        what: "these logits", bytesNeeded: outputs * 4, bytesAvailable: session.environment.memory)
    }
    let rule = model.adapter?.layout.configuration.rule(mode: session.lab.mode) ?? .lora
    let plan = Plan(
      model: model, rule: rule, trainable: .nothing, shape: shape, pool: session.trainingEnvironment.pool)
    let parameters = model.adapter?.parameters ?? .empty
    let stop = session.environment.stop
    try plan.prepare(parameters: parameters, stop: stop)
    let batch = try data.evaluation(shape: shape, stop: stop).batches[0]
    let values = try plan.outputs(parameters: parameters, batch: batch, stop: stop)
    let isText = batch.tokens != nil
    let rows = isText ? [shape.sequences, shape.positions] : [shape.rows]
    return .object(
      TensorObject(
        name: isText ? "logits" : "predictions", shape: rows + [values.count / shape.rows], values: values,
        input: try input(batch, shape)))
  }

  /// What the rows were: tokens of a transformer, x of an mlp.
  private static func input(_ batch: Batch, _ shape: BatchShape) throws -> TensorData? {
    if let tokens = batch.tokens {
      return try TensorData(
        "tokens", shape: [shape.sequences, shape.positions],
        integers: (0..<shape.rows).map { Int(tokens.tokens[$0]) })
    }
    return batch.inputs.map {
      TensorData("x", shape: [shape.rows, $0.count / shape.rows], floats: $0.array())
    }
  }
}
