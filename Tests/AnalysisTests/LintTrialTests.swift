// Trials of findings: at which rates both sides train, and which word comes out.
import Adapters
import Analysis
import Kernels
import Models
import Signals
import Testing
import Training

@Suite struct LintTrialTests {
  private let net = Model(
    base: BaseWeights(.perceptron(PerceptronShape(widths: [8, 8], activation: .relu)), seed: 0),
    description: "mlp([8, 8])")

  /// rsLoRA with alpha = 4r at r=4, which has a multiplier of 8, and a rate 100 times the literature's.
  private func trial(_ id: String, rate: Double? = 2e-2) throws -> LintTrial {
    var subject = LintSubject(.live)
    (subject.rank, subject.alpha, subject.rule) = (4, 16, .rslora)
    (subject.targets, subject.training.learningRate) = (.names(["no_such_module"]), rate)
    return try #require(lint(subject).first { $0.id == id }?.trial)
  }

  private func plan(_ trial: LintTrial, seeds: Int = 3) throws -> ComparisonPlan {
    try trial.plan(
      base: net, data: TeacherTask(model: net, shift: 0.1, noise: 0, tail: 0, seed: 0), anchor: 0.5,
      seeds: (0..<seeds).map { UInt64($0) }, settings: TrainingSettings(steps: 1, learningRate: 1),
      memory: 1e9)
  }

  /// The anchor's best rate here stands for 2e-4; rates keep their ratio to it.
  @Test func ratesAreRatiosToTheAnchor() throws {
    let rates = try plan(trial("learning-rate-high")).arms.map(\.learningRate)
    #expect(abs(rates[0] - 0.5 * 2e-2 / 2e-4) < 1e-9)
    // The multiplier 8 at r=4 asks for half the anchor's rate: 2/8 · √(16/4).
    #expect(abs(rates[1] - 0.25) < 1e-9)
    // A rate that nobody states is the anchor's.
    #expect(try plan(trial("rslora-alpha-rank", rate: nil)).arms.map(\.learningRate) == [0.5, 0.5])
    // A model without the target trains its usual modules.
    #expect(try trial("rslora-alpha-rank").targets(on: net) == .standard)
    #expect(try trial("rslora-alpha-rank").change == "lora_alpha=8")
  }

  /// The word where the two sides end at these losses, seed by seed; nil is a loss that is not finite.
  private func verdict(_ stated: [Double?], _ advised: [Double?]) throws -> LintVerdict {
    let trial = try trial("learning-rate-high")
    var comparison = try plan(trial, seeds: stated.count).run(
      TrainingEnvironment(pool: nil, clock: { 0 }, stop: .never), seconds: nil)
    for (arm, losses) in [stated, advised].enumerated() {
      for (run, loss) in losses.enumerated() {
        comparison.arms[arm].runs[run].ending =
          loss == nil ? .diverged(Divergence(place: .loss, step: 0)) : .completed
        comparison.arms[arm].runs[run].evaluations = [(0, 1), (1, loss ?? .nan)]
        comparison.arms[arm].runs[run].floor = 0.1
      }
    }
    comparison.judge()
    let word = trial.verdict(comparison)
    #expect(trial.sentence(comparison).hasSuffix(": \(word.rawValue)"))
    return word
  }

  @Test func theWord() throws {
    #expect(try verdict([0.5, 0.52, 0.51], [0.2, 0.21, 0.2]) == .holds)
    #expect(try verdict([0.2, 0.21, 0.2], [0.5, 0.52, 0.51]) == .doesNotHold)
    #expect(try verdict([0.2, 0.21, 0.2], [0.21, 0.2, 0.2]) == .notShown)
    // What is not finite at every seed, and trains once advised.
    #expect(try verdict([nil, nil, nil], [0.2, 0.21, 0.2]) == .holds)
    #expect(try verdict([0.2, 0.21, 0.2], [nil, nil, nil]) == .doesNotHold)
    // One seed has no interval; two lost sides show nothing.
    #expect(try verdict([0.5], [0.2]) == .notShown)
    #expect(try verdict([nil, nil], [nil, nil]) == .notShown)
    #expect(try verdict([5, 5.1, 5], [2, 2.1, 2]) == .notShown)
  }
}
