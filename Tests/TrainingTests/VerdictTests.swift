// How runs are judged: curves on both sides of each bound.
import Models
import Storage
import Testing
import Training

@Suite struct VerdictTests {
  /// A run of 8 steps between the points of its trace, at a constant rate; its evaluations are the trace's ends.
  private func run(
    _ trace: [Double], floor: Double? = nil, norms: [Double] = [], end: Double? = nil
  ) -> Run {
    let steps = 8 * max(0, trace.count - 1)
    var run = Run(
      settings: TrainingSettings(steps: steps, learningRate: 1e-3), provenance: Provenance(),
      firstStep: 0, modelDescription: "m", dataDescription: "d", adapterDescription: "", rule: nil,
      scalings: [],
      tokensPerStep: 1, floor: floor, parameters: Buffer(count: 1))
    run.trace = trace.enumerated().map { (step: 8 * $0.offset, loss: $0.element) }
    run.losses = Array(repeating: 1, count: steps)
    run.gradientNorms = norms.isEmpty ? Array(repeating: 1, count: steps) : norms
    run.evaluations = [(step: 0, loss: trace.first ?? .nan), (step: steps, loss: end ?? trace.last ?? .nan)]
    return run
  }

  private func text(_ trace: [Double]) -> String { run(trace).verdict.text }

  private let asFast =
    "slow: its loss falls as fast in the second half as in the first: too low a rate, or too few steps"
  private let further =
    "undecided: its loss still falls, and one run cannot tell how far it could go; more steps will"
  private let eitherWay =
    "undecided: one run cannot tell whether the rate is too high or too low; a run at half the rate will"
  private let ruined = "diverged: ruined by too high a rate: its loss rose again on the way"

  /// Where no entropy is known, and the curve only falls, the share of the fall in the first half tells.
  @Test func aCurveThatOnlyFalls() {
    #expect(text([9, 8, 7, 6, 5, 4, 3, 2, 1]) == asFast)
    #expect(text([9, 5, 3, 2, 1.5, 1.25, 1.1, 1.05, 1]) == "trained")
    // 0.57, 0.62 and 0.67 of the way.
    #expect(text([9, 8, 7, 6, 4.44, 4, 3, 2, 1]) == asFast)
    #expect(text([9, 8, 7, 6, 4.04, 4, 3, 2, 1]) == further)
    #expect(text([9, 8, 7, 6, 3.64, 3.5, 3, 2, 1]) == "trained")
    // Between two points the trace is a straight line: (9 - 4)/8 of the way.
    #expect(text([9, 6, 2, 1]) == further)
    // Three points are judged, two are not.
    #expect(text([9, 5, 1]) == asFast)
    #expect(text([9, 1]) == eitherWay)
  }

  /// Small rises are those of a run that has arrived, where it kept what it learnt and learnt it early.
  @Test func aCurveWithSmallRises() {
    #expect(text([9, 5, 3, 2, 1.5, 1.6, 1.1, 1.05, 1]) == "trained")
    // 0.76 of the deepest fall is kept.
    #expect(text([9, 5, 3, 1, 1.2, 1.4, 1.6, 1.8, 2.9]) == eitherWay)
    // 0.06 of the fall was in the first half.
    #expect(text([9, 8.9, 8.8, 8.9, 8.5, 6, 4, 2, 1]) == eitherWay)
  }

  /// Rises of a third of the falls ruin a run that did not keep most of what it learnt.
  @Test func aCurveThatRoseAgain() {
    // Kept 0.375, with reversal 0.625.
    #expect(text([9, 5, 1, 2, 3, 4, 5, 5.5, 6]) == ruined)
    // Kept 0.6, with reversal 0.4.
    #expect(text([9, 1, 1, 1, 2, 2, 3, 3, 4.2]) == eitherWay)
    // Kept 0.8, fell 0.62, with reversal 0.57.
    #expect(text([9, 5, 7, 4, 6, 3, 5, 2, 3.4]) == eitherWay)
    // Kept 0.66, with reversal 0.65.
    #expect(text([9, 5, 7, 4, 6, 3, 5, 2, 4.4]) == ruined)
    // Kept 0.91, but fell 0.11 only.
    #expect(text([9, 8, 8.9, 8, 8.8, 8, 8.7, 7.9, 8]) == ruined)
  }

  @Test func aCurveThatDoesNotMove() {
    let words = "slow: its loss did not move: too low a rate, or too few steps"
    #expect(text([5, 5, 5, 5]) == words)
    #expect(text([5, 5.00004, 5, 5]) == words)
    #expect(text([5, 5.0001, 5, 4.9999]) != words)
    // One of the two moved.
    #expect(run([5, 5, 5, 5], end: 4).verdict.text == eitherWay)
  }

  @Test func anEndAboveTheStart() {
    let words = "diverged: it ended above where it began"
    #expect(text([5, 4, 4, 5.006]) == words)
    #expect(text([5, 4, 4, 5.004]) != words)
    #expect(run([5, 4, 3, 2], end: .nan).verdict.text == "diverged: the final evaluation loss is not finite")
  }

  /// A run that goes on from another is held against where that began.
  @Test func aResumedRun() {
    var resumed = run([5, 5.1, 5.2, 5.3])
    #expect(resumed.verdict.text == "diverged: it ended above where it began")
    resumed.lossBeforeResume = 9
    #expect(resumed.verdict.outcome != .diverged || resumed.verdict.text == ruined)
  }

  @Test func whatIsNotJudged() {
    #expect(run([]).verdict.text == "not judged: no step was made")
    var cut = run([5, 4, 3])
    cut.ending = .interrupted
    #expect(cut.verdict.outcome != .notJudged)
    cut.evaluations.removeLast()
    #expect(cut.verdict.text == "not judged: the final evaluation was interrupted")
    var bad = run([5, 4, 3])
    bad.ending = .diverged(Divergence(place: .loss, step: 3))
    #expect(bad.verdict.text == "diverged: the loss is not finite at step 3")
  }

  // MARK: Beside a known entropy

  @Test func nearTheEntropy() {
    let words = "trained: it began within 0.05 of the entropy, and stayed there"
    #expect(run([2, 2, 1.98], floor: 1.96).verdict.text == words)
    #expect(run([2, 2, 2.04], floor: 1.96).verdict.text == words)
    #expect(run([2, 2, 2.06], floor: 1.96).verdict.text == "diverged: it ended above where it began")
    #expect(run([2, 2, 1.98], floor: 1.94).verdict.text != words)
  }

  @Test func recoveredOfTheGap() {
    func words(_ trace: [Double], norms: [Double] = []) -> String {
      run(trace, floor: 0, norms: norms).verdict.text
    }
    #expect(words([10, 8, 6, 4.9]) == "trained")
    let smooth =
      "slow: 40 % of the gap to the entropy recovered, and its loss falls smoothly: too low a rate, or too few steps"
    #expect(words([10, 8, 7, 6]) == smooth)
    #expect(
      words([10, 5, 6, 6.5, 7])
        == "diverged: ruined by too high a rate: 30 % of the gap to the entropy recovered, and its loss rose again on the way"
    )
    // A reversal of 0.2 is neither smooth nor ruin.
    #expect(
      words([10, 5, 5.5, 6]).hasPrefix("undecided: not learnt: 40 % of the gap to the entropy recovered; one")
    )
    #expect(words([10, 7.5]).hasPrefix("undecided: not learnt: 25 %"))
  }

  /// A gradient that surged within the first eighth of the steps threw the run out of its valley.
  @Test func aSurge() {
    func words(_ trace: [Double], at step: Int, _ norm: Double, first: Double = 1) -> String {
      var norms = Array(repeating: first, count: 8 * (trace.count - 1))
      norms[step] = norm
      return run(trace, floor: 0, norms: norms).verdict.text
    }
    let fall: [Double] = [10, 9.8, 9.6, 9.4, 9.2, 9, 8.8, 8.6, 8.4]
    let surged =
      "diverged: ruined by too high a rate: 16 % of the gap to the entropy recovered, and its gradient surged at the start"
    #expect(words(fall, at: 7, 4) == surged)
    #expect(words(fall, at: 8, 4).hasPrefix("slow: 16 %"))
    #expect(words(fall, at: 7, 8, first: 2) == surged)
    #expect(words(fall, at: 7, 4.9, first: 2).hasPrefix("slow: 16 %"))
    #expect(words(fall, at: 7, 3).hasPrefix("undecided: not learnt: 16 %"))
    #expect(words(fall, at: 7, 2.4).hasPrefix("slow: 16 %"))
    #expect(words(fall, at: 7, .infinity).hasPrefix("slow: 16 %"))
    #expect(words(fall, at: 0, 0).hasPrefix("slow: 16 %"))
    // 40 % recovered: too much for a run that a surge ruined.
    #expect(words([10, 9, 8, 7.5, 7, 6.8, 6.5, 6.2, 6], at: 7, 5).hasPrefix("undecided: not learnt: 40 %"))
    // Of few steps at least three are the beginning.
    #expect(words([10, 9.5, 9], at: 2, 5).hasPrefix("diverged"))
    #expect(words([10, 9.5, 9], at: 3, 5).hasPrefix("slow"))
  }
}
