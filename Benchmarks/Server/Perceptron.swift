// The perceptron workload: runs of tutorial 02, from the draw of A to the final evaluation.
import Adapters
import Kernels
import Models
import Signals
import Storage
import Training

enum Perceptron {
  /// Seconds for so many runs of 400 steps at rank 64, side by side on the threads.
  static func seconds(runs: Int, threads: Int) throws -> Double {
    let net = Model(
      base: BaseWeights(.perceptron(PerceptronShape(widths: [64, 64, 64, 64], activation: .relu)), seed: 0),
      description: "mlp")
    let data = try TeacherTask(model: net, shift: 0.1, noise: 0.05, tail: 0.5, seed: 0)
    let model = try net.attached(LoRAConfiguration(rank: 64, alpha: .fixed(8), scaling: .own(.rslora)))
    let tasks = try (0..<runs).map { seed in
      try TrainingTask(
        model: model, mode: .rslora, data: data,
        settings: TrainingSettings(
          steps: 400, learningRate: 1, optimizer: .sgd(momentum: 0, weightDecay: 0), schedule: .ramp,
          seed: UInt64(seed)))
    }
    let pool = ThreadPool(threads: threads)
    let alone = TrainingEnvironment(pool: nil, clock: { now() }, stop: .never)
    let start = now()
    pool.run(runs) { _ = tasks[$0].run(alone) }
    return now() - start
  }
}
