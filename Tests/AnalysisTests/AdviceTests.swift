// The decision matrix: what counts decide each verdict.
import Adapters
import Analysis
import Kernels
import Models
import Signals
import Testing
import Training

@Suite struct AdviceTests {
  /// A comparison whose arms lost the given numbers of `seeds` runs, in the order of `Advice.configurations`.
  private func advice(_ lost: [Int], seeds: Int = 20) throws -> Advice {
    let net = Model(
      base: BaseWeights(.perceptron(PerceptronShape(widths: [8, 8], activation: .relu)), seed: 0),
      description: "mlp([8, 8])")
    let plan = try ComparisonPlan(
      base: net, data: TeacherTask(model: net, shift: 0.1, noise: 0, tail: 0, seed: 0),
      configurations: Advice.configurations(targets: .standard), mode: .lora, learningRates: [0.1],
      seeds: (0..<seeds).map { UInt64($0) }, settings: TrainingSettings(steps: 1, learningRate: 0.1))
    var comparison = plan.run(
      TrainingEnvironment(pool: nil, clock: { 0 }, stop: .never), seconds: nil)
    for (arm, count) in lost.enumerated() {
      for run in 0..<seeds {
        comparison.arms[arm].runs[run].ending =
          run < count ? .diverged(Divergence(place: .loss, step: 0)) : .completed
        comparison.arms[arm].runs[run].evaluations = [(0, 1), (1, 0.5)]
        comparison.arms[arm].runs[run].floor = 0.4
      }
    }
    comparison.judge()
    return Advice(comparison: comparison)
  }

  @Test func nothingLostIsNoImprovement() throws {
    let verdicts = try advice(Array(repeating: 0, count: 12)).lines.map(\.verdict)
    #expect(verdicts == [.holds, .doesNotHold, .doesNotHold, .notMeasured, .notShown])
  }

  @Test func theArticlesPicture() throws {
    // LoRA with alpha = 2r lost at high rank, rsLoRA not.
    let verdicts = try advice([0, 0, 0, 0, 12, 1, 0, 0, 19, 0, 0, 0]).lines.map(\.verdict)
    #expect(verdicts == [.holds, .holds, .holds, .notMeasured, .holds])
  }

  @Test func rsLoRAThatLosesAsMuchIsNoBetter() throws {
    let verdicts = try advice([1, 7, 10, 7, 8, 10, 0, 0, 20, 20, 0, 0]).lines.map(\.verdict)
    #expect(verdicts == [.doesNotHold, .notShown, .doesNotHold, .notMeasured, .doesNotHold])
  }

  @Test func fewSeedsShowLittle() throws {
    let verdicts = try advice([0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0], seeds: 5).lines.map(\.verdict)
    #expect(verdicts == [.holds, .notShown, .notShown, .notMeasured, .notShown])
    #expect(try advice(Array(repeating: 0, count: 12), seeds: 2).lines[0].verdict == .notShown)
  }

  @Test func everyLineSaysWhatWasMeasured() throws {
    let lines = try advice([1, 7, 10, 7, 8, 10, 0, 0, 20, 20, 0, 0]).lines
    #expect(
      lines[2].measured
        == "r=64, diverged: LoRA alpha=2r 20 of 20, rsLoRA alpha=r 20 of 20, LoRA alpha=32 0 of 20, "
        + "rsLoRA alpha=8 0 of 20")
  }
}
