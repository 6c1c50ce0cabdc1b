// Probes: they change no bit of a run, and say what the adapter's own numbers say.
import Adapters
import Kernels
import Models
import Signals
import Storage
import Synchronization
import Testing
import Training

@Suite struct ProbeTests {
  private func environment(
    threads: Int = 1, stop: StopSignal = .never
  ) -> TrainingEnvironment {
    TrainingEnvironment(
      pool: threads > 1 ? ThreadPool(threads: threads) : nil, clock: { 0 }, stop: stop)
  }

  private func transformer(rank: Int = 4) throws -> Model {
    let shape = TransformerShape(
      layers: 1, width: 32, heads: 4, keyHeads: 2, feedForward: 48, context: 16, vocabulary: 24)
    return try Model(base: BaseWeights(.transformer(shape), seed: 1), description: "t").attached(
      LoRAConfiguration(rank: rank, alpha: .fixed(8), targets: .allLinear, dropout: 0.1))
  }

  private let language = MarkovLanguage(seed: 2, shift: 0, vocabulary: 24)

  private func run(
    _ model: Model, _ settings: TrainingSettings, threads: Int = 1, resume: ResumeState? = nil
  ) throws -> TrainingResult {
    try TrainingTask(model: model, mode: .rslora, data: language, settings: settings, resume: resume)
      .run(environment(threads: threads))
  }

  @Test(arguments: [1, 2])
  func changeNoBit(threads: Int) throws {
    let model = try transformer()
    var settings = TrainingSettings(steps: 12, learningRate: 1e-2, batch: 9, clip: 1, evalEvery: 5)
    let plain = try run(model, settings, threads: threads).run
    settings.probeEvery = 5
    let probed = try run(model, settings, threads: threads).run
    #expect(plain.losses.map(\.bitPattern) == probed.losses.map(\.bitPattern))
    #expect(plain.gradientNorms == probed.gradientNorms)
    #expect(plain.evaluations.map(\.loss) == probed.evaluations.map(\.loss))
    #expect(plain.parameters.array() == probed.parameters.array())
    #expect(plain.probes.isEmpty && probed.probes.map(\.step) == [0, 5, 10, 12])
    #expect(probed.stepSeconds.count == 12)
  }

  @Test func gradientsAreTheStepsOwn() throws {
    let settings = TrainingSettings(steps: 6, learningRate: 1e-2, clip: 0.01, probeEvery: 2)
    let run = try run(transformer(), settings).run
    for probe in run.probes.dropLast() {
      let squares = probe.modules.reduce(0) { $0 + $1.gradientA * $1.gradientA + $1.gradientB * $1.gradientB }
      #expect(abs(squares.squareRoot() / run.gradientNorms[probe.step] - 1) < 1e-6)
    }
  }

  @Test func beforeTheFirstUpdateNothingIsAdded() throws {
    let run = try run(transformer(), TrainingSettings(steps: 1, learningRate: 1e-2, probeEvery: 10)).run
    #expect(run.probes.map(\.step) == [0, 1] && run.probes[0].modules.count == 7)
    for probe in run.probes[0].modules {
      #expect(probe.updateRatio == 0 && probe.stableRank == nil && probe.topShare == nil)
      #expect(probe.singularValues == [0, 0, 0, 0])
      // B is zero: A has no gradient yet.
      #expect(probe.gradientA == 0 && probe.gradientB > 0)
    }
  }

  /// Against ΔW = s·B·A and its projection, written out element by element.
  @Test(arguments: [3, 40])
  func agreeWithTheUpdateItself(rank: Int) throws {
    let model = try transformer(rank: rank)
    let run = try run(model, TrainingSettings(steps: 8, learningRate: 1e-2, probeEvery: 100)).run
    let layout = try #require(model.adapter?.layout)
    let last = try #require(run.probes.last)
    let parameters = run.parameters.array().map(Double.init)
    var largest = 0.0
    for (site, probe) in zip(layout.sites, last.modules) {
      let (outputs, inputs) = (site.module.outputs, site.module.inputs)
      let s = site.multiplier(.rslora)
      var update = ColumnMatrix(rows: outputs, columns: inputs)
      for i in 0..<outputs {
        for j in 0..<inputs {
          update[i, j] = (0..<rank).reduce(0) {
            $0 + s * parameters[site.b.offset + i * rank + $1] * parameters[site.a.offset + $1 * inputs + j]
          }
        }
      }
      let index = try #require(model.base.index(ofModule: site.module.path))
      let weight = ColumnMatrix(
        rows: outputs, columns: inputs, rowMajor: model.base.values.pointer + model.base.offsets[index])
      let (norm, values) = (update.frobeniusNorm, update.singularValues)
      let directions = weight.singularDirections(8)
      let inside = directions.left.transposedProduct(update).transposed
        .transposedProduct(directions.right).frobeniusNorm
      #expect(probe.module == site.module.path && probe.singularValues.count == min(rank, outputs, inputs))
      let share = try #require(probe.topShare)
      let stableRank = try #require(probe.stableRank)
      let differences =
        [
          probe.updateRatio / (norm / weight.frobeniusNorm) - 1,
          stableRank / (norm * norm / (values[0] * values[0])) - 1, share - inside * inside / (norm * norm),
        ] + zip(probe.singularValues, values).map { ($0 - $1) / norm }
      largest = differences.reduce(largest) { max($0, abs($1)) }
      #expect(share > 0 && share < 1 && stableRank >= 1 && stableRank <= Double(rank))
    }
    print("probes at rank \(rank): largest difference \(largest)")
    #expect(largest < 1e-12)
  }

  @Test func theLastProbeIsTheFirstOfTheRunThatGoesOn() throws {
    let model = try transformer()
    let settings = TrainingSettings(steps: 5, learningRate: 5e-3, probeEvery: 4)
    let first = try run(model, settings)
    let adapter = try #require(model.adapter)
    adapter.parameters = first.run.parameters
    let second = try run(model, settings, resume: first.resume)
    #expect(first.run.probes.map(\.step) == [0, 4, 5])
    #expect(first.run.probes.last?.modules == second.run.probes.first?.modules)
  }

  @Test func aRunThatDivergesIsProbedWhereItEnded() throws {
    let shape = PerceptronShape(widths: [32, 32, 32], activation: .relu)
    let base = Model(base: BaseWeights(.perceptron(shape), seed: 1), description: "p")
    let model = try base.attached(LoRAConfiguration(rank: 16, alpha: .fixed(64), scaling: .own(.lora)))
    let data = try TeacherTask(model: base, shift: 0.3, noise: 0, tail: 0, seed: 1)
    let settings = TrainingSettings(
      steps: 200, learningRate: 100, optimizer: .sgd(momentum: 0, weightDecay: 0), probeEvery: 1)
    let run = try TrainingTask(model: model, mode: .lora, data: data, settings: settings).run(environment())
      .run
    let bad = try #require(run.firstBadStep)
    let last = try #require(run.probes.last)
    #expect(run.probes.map(\.step) == Array(0...last.step) && (bad...bad + 1).contains(last.step))
    #expect(run.probes.dropLast().flatMap(\.modules).allSatisfy { $0.gradientB.isFinite })
  }

  @Test func anInterruptedRunIsProbedAtItsEnd() throws {
    let steps = Counter()
    let settings = TrainingSettings(steps: 50, learningRate: 1e-3, probeEvery: 100)
    let result = try TrainingTask(model: transformer(), mode: .lora, data: language, settings: settings)
      .run(environment(stop: StopSignal { steps.value >= 3 })) { if $0.step > 0 { steps.next() } }
    #expect(result.run.ending == .interrupted && result.run.probes.map(\.step) == [0, 3])
    // Interrupted before that is done: no step was made.
    let early = try TrainingTask(model: transformer(), mode: .lora, data: language, settings: settings)
      .run(environment(stop: StopSignal { true }))
    #expect(early.run.ending == .interrupted && early.run.probes.isEmpty && early.run.losses.isEmpty)
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func next() { count.add(1, ordering: .relaxed) }
  }

  @Test func settingsNameThemOnlyWhenOn() {
    var settings = TrainingSettings(steps: 5, learningRate: 1e-3)
    #expect(!settings.arguments.contains("probe"))
    settings.probeEvery = 20
    #expect(settings.arguments.hasSuffix(", probe_every=20"))
  }
}
