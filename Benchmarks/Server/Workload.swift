// The transformer workloads: Llama-form models with rsLoRA adapters, AdamW, fp32.
import Adapters
import Foundation
import Kernels
import Models
import Signals
import Storage
import TensorFile
import Training

struct Workload {
  var name: String
  var shape: TransformerShape
  var rank: Int
  var targets: LoRAConfiguration.Targets
  static let batch = 8
  static let alpha = 16.0
  static let learningRate = 1e-3

  static func named(_ name: String) throws -> Workload {
    func shape(_ layers: Int, _ width: Int, _ ff: Int, _ heads: Int, _ vocabulary: Int, _ context: Int)
      -> TransformerShape
    {
      TransformerShape(
        layers: layers, width: width, heads: heads, keyHeads: heads, feedForward: ff, context: context,
        vocabulary: vocabulary)
    }
    let qv = LoRAConfiguration.Targets.names(["q_proj", "v_proj"])
    switch name {
    case "W0": return Workload(name: name, shape: shape(2, 64, 172, 4, 64, 32), rank: 16, targets: qv)
    case "W1": return Workload(name: name, shape: shape(4, 128, 344, 4, 96, 64), rank: 64, targets: qv)
    case "W1a":
      return Workload(name: name, shape: shape(4, 128, 344, 4, 96, 64), rank: 64, targets: .allLinear)
    case "W2": return Workload(name: name, shape: shape(6, 384, 1024, 6, 1024, 256), rank: 64, targets: qv)
    default: throw Server.BadRequest.words([name])
    }
  }

  private func task(steps: Int) throws -> TrainingTask {
    let base = Model(base: BaseWeights(.transformer(shape), seed: 0), description: name)
    let model = try base.attached(
      LoRAConfiguration(rank: rank, alpha: .fixed(Workload.alpha), targets: targets, scaling: .own(.rslora)))
    return try TrainingTask(
      model: model, mode: .rslora, data: MarkovLanguage(seed: 1, shift: 0, vocabulary: shape.vocabulary),
      settings: TrainingSettings(steps: steps, learningRate: Workload.learningRate, batch: Workload.batch))
  }

  private func environment(threads: Int) -> TrainingEnvironment {
    TrainingEnvironment(
      pool: threads > 1 ? ThreadPool(threads: threads) : nil, clock: { now() }, stop: .never)
  }

  func medianStepSeconds(threads: Int, steps: Int) throws -> Double {
    try task(steps: steps).run(environment(threads: threads)).run.medianStepSeconds ?? .nan
  }

  func losses(steps: Int) throws -> [Double] {
    try task(steps: steps).run(environment(threads: 1)).run.losses
  }

  /// Weights and adapter with PEFT's names, and the tokens of each step [steps, batch, context + 1].
  func export(steps: Int, folder: String) throws {
    let task = try task(steps: steps)
    var tensors = zip(task.base.shapes, task.base.offsets).map { shape, offset in
      TensorData(
        shape.name, shape: shape.dimensions, floats: task.base.values.array(offset..<offset + shape.count))
    }
    for site in task.adapter?.sites ?? [] {
      // B begins as zeros on the other side too.
      for part in site.parts where part.role == .a {
        tensors.append(
          TensorData(
            "base_model.model.\(site.module.path)\(part.role.suffix)", shape: part.shape,
            floats: task.start.array(part.range)))
      }
    }
    let batchShape = task.shape
    let source = task.data.batches(seed: 0, shape: batchShape)
    var tokens: [Int] = []
    for step in 0..<steps {
      guard let batch = try source.batch(step: step).tokens else { continue }
      for row in 0..<batchShape.sequences {
        let start = row * batchShape.positions
        tokens += (0..<batchShape.positions).map { Int(batch.tokens[start + $0]) }
        tokens.append(Int(batch.targets[start + batchShape.positions - 1]))
      }
    }
    tensors.append(
      try TensorData(
        "tokens", shape: [steps, batchShape.sequences, batchShape.positions + 1], integers: tokens, as: .i32))
    try TensorFile.write(path: "\(folder)/\(name).safetensors", tensors: tensors)
  }
}
