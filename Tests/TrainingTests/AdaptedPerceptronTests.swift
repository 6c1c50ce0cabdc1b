// The perceptron that trains in one block of memory, beside the ordinary trainer: the same bits.
import Adapters
import Kernels
import Models
import Storage
import Testing
import Training

@Suite struct AdaptedPerceptronTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var widths: [Int]
    var activation: Activation
    var rank: Int
    var rows: Int
    var optimizer: OptimizerSettings
    var clip: Double?

    var testDescription: String { "\(widths) \(activation) r=\(rank) n=\(rows) \(optimizer.name)" }
  }

  /// Both orders of contraction, one layer and several, one shard and eight, widths that fill no group of lanes.
  static let cases = [
    Case(widths: [32, 48, 16], activation: .relu, rank: 4, rows: 8, optimizer: .adamw),
    Case(widths: [33, 17, 50, 5], activation: .gelu, rank: 3, rows: 100, optimizer: .adamw, clip: 0.3),
    Case(
      widths: [64, 64, 64], activation: .geluTanh, rank: 64, rows: 300,
      optimizer: .sgd(momentum: 0.5, weightDecay: 0.01)),
    Case(widths: [256, 40], activation: .none, rank: 40, rows: 290, optimizer: .sgd),
    Case(widths: [24, 24, 24], activation: .none, rank: 1, rows: 33, optimizer: .sgd, clip: 1),
  ]

  private func memory(_ values: Case) -> Buffer {
    values.widths.withUnsafeBufferPointer {
      Buffer(
        count: AdaptedPerceptron.memoryCount(
          AdaptedPerceptron.Shape(
            widths: $0, activation: values.activation, rank: values.rank, rows: values.rows)))
    }
  }

  private func perceptron(_ values: Case, multiplier: Float, in memory: Buffer) -> AdaptedPerceptron {
    values.widths.withUnsafeBufferPointer {
      AdaptedPerceptron(
        AdaptedPerceptron.Shape(
          widths: $0, activation: values.activation, rank: values.rank, rows: values.rows),
        multiplier: multiplier, memory: memory.pointer)
    }
  }

  @Test(arguments: cases)
  func hasTheBitsOfTheTrainer(_ values: Case) throws {
    let steps = 6
    let architecture = Architecture.perceptron(
      PerceptronShape(widths: values.widths, activation: values.activation))
    let base = Model(base: BaseWeights(architecture, seed: 5), description: "p")
    let model = try base.attached(LoRAConfiguration(rank: values.rank, alpha: .fixed(12)))
    let data = try TeacherTask(model: base, shift: 0.2, noise: 0.1, tail: 0.5, seed: 2)
    let task = try TrainingTask(
      model: model, mode: .lora, data: data,
      settings: TrainingSettings(
        steps: steps, learningRate: 0.05, batch: values.rows, optimizer: values.optimizer,
        clip: values.clip, seed: 7))
    let run = task.run(
      TrainingEnvironment(pool: nil, clock: { 0 })
    ).run

    let memory = memory(values)
    let net = perceptron(values, multiplier: Float(12 / Double(values.rank)), in: memory)
    net.draw(weights: 5, adapter: 7)
    for (i, offset) in task.base.offsets.enumerated() {
      let count = task.base.shapes[i].count
      #expect(
        Array(UnsafeBufferPointer(start: net.weight(i), count: count))
          == task.base.values.array(offset..<offset + count))
    }
    #expect(parameters(net) == task.start.array())
    let evaluation = try data.evaluation(shape: task.shape)
    #expect(evaluated(net, evaluation) == run.evaluations[0].loss)
    let batches = data.batches(seed: 7, shape: task.shape)
    for t in 0..<steps {
      let batch = try batches.batch(step: t)
      let x = try #require(batch.inputs)
      let y = try #require(batch.targets)
      let rate = task.settings.rate(step: t)
      let result =
        switch values.optimizer {
        case .adamw(let beta1, let beta2, let epsilon, let decay):
          net.step(
            inputs: x.pointer, targets: y.pointer, clip: values.clip,
            AdamWStep(
              learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: decay,
              step: t + 1
            ))
        case .sgd(let momentum, let decay):
          net.step(
            inputs: x.pointer, targets: y.pointer, clip: values.clip,
            SGDStep(learningRate: rate, momentum: momentum, weightDecay: decay))
        }
      #expect(result.isFinite)
      #expect(result.loss.bitPattern == run.losses[t].bitPattern)
      #expect(result.gradientNorm == run.gradientNorms[t])
    }
    #expect(run.losses[0] != run.losses[steps - 1])
    #expect(parameters(net).map(\.bitPattern) == run.parameters.array().map(\.bitPattern))
    #expect(evaluated(net, evaluation) == run.evaluations.last?.loss)
    withExtendedLifetime(memory) {}
  }

  /// Another multiplier is another model from the next step on; what is not finite is not taken over.
  @Test func dialsAndDivergence() throws {
    let values = Self.cases[0]
    let memory = memory(values)
    let net = perceptron(values, multiplier: 1, in: memory)
    net.draw(weights: 1, adapter: 1)
    let x = Buffer((0..<values.rows * net.inputs).map { Float($0 % 7) - 3 })
    let y = Buffer((0..<values.rows * net.outputs).map { Float($0 % 5) - 2 })
    let step = SGDStep(learningRate: 0.1, momentum: 0, weightDecay: 0)
    func evaluate() -> Double {
      net.evaluate(inputs: x.pointer, targets: y.pointer, counted: values.rows)
    }
    let untrained = evaluate()
    net.prepare(multiplier: 4)
    #expect(evaluate() == untrained, "B is zero")
    #expect(net.step(inputs: x.pointer, targets: y.pointer, step).isFinite)
    let trained = evaluate()
    net.prepare(multiplier: 8)
    #expect(trained != untrained && evaluate() != trained)
    let before = parameters(net)
    x.pointer[3] = .infinity
    let result = net.step(inputs: x.pointer, targets: y.pointer, step)
    #expect(!result.isFinite && !result.loss.isFinite)
    #expect(parameters(net) == before)
    withExtendedLifetime(memory) {}
  }

  private func parameters(_ net: AdaptedPerceptron) -> [Float] {
    Array(UnsafeBufferPointer(start: net.parameters, count: net.parameterCount))
  }

  private func evaluated(_ net: AdaptedPerceptron, _ set: EvaluationSet) -> Double {
    var (total, left) = (0.0, set.rows)
    for batch in set.batches {
      guard let x = batch.inputs, let y = batch.targets else { continue }
      let counted = min(left, net.rows)
      total += net.evaluate(inputs: x.pointer, targets: y.pointer, counted: counted)
      left -= counted
    }
    return total / Double(set.countedRows)
  }
}
