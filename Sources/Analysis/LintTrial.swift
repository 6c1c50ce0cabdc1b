// What shows a finding by training: the configuration as it stands, and as advised.
package import Adapters
package import Models
import Text
package import Training

/// The one thing that a finding's advice changes.
package enum LintRemedy: Equatable, Sendable {
  /// Under the keys of `alpha_pattern`, or `lora_alpha` where there are none.
  case alpha(Double, keys: [String])
  case rank(Double)
  case learningRate(Double)
  /// A drawn from U(±1/√in), B zero.
  case kaimingInitialization

  /// As PEFT's arguments write it.
  package var text: String {
    switch self {
    case .alpha(let alpha, let keys):
      if keys.isEmpty {
        "lora_alpha=\(NumberFormat.typed(alpha))"
      } else {
        "alpha_pattern={\(keys.map { "\(quoted($0)): \(NumberFormat.typed(alpha))" }.joined(separator: ", "))}"
      }
    case .rank(let rank): "r=\(NumberFormat.asRate(rank))"
    case .learningRate(let rate): "lr=\(NumberFormat.threeFigures(rate))"
    case .kaimingInitialization: "init_lora_weights=True"
    }
  }
}

package struct LintTrial: Sendable {
  package struct Setup: Sendable {
    package var configuration: LoRAConfiguration
    package var learningRate: Double
  }

  package var stated: Setup
  package var advised: Setup
  package var optimizer: OptimizerSettings
  /// What differs between the two, as text to type.
  package var change: String

  /// Whether the subject's rate was written down.
  package var statesRate: Bool
  private var remedy: LintRemedy

  /// Nil where a part of the subject is unknown or cannot be trained here: its rank, alpha or rule, an initialisation or
  /// an optimiser of another kind, or an adapter that trains more than A and B.
  package init?(_ subject: LintSubject, _ remedy: LintRemedy) {
    guard let rank = subject.rank.flatMap(LintTrial.whole), let alpha = subject.alpha, alpha.isFinite,
      let rule = subject.rule
    else { return nil }
    var configuration = LoRAConfiguration(
      rank: rank, alpha: subject.alphaFormula ?? .fixed(alpha), targets: subject.targets ?? .standard,
      scaling: .own(rule))
    if let dropout = subject.dropout, (0..<1).contains(dropout) { configuration.dropout = dropout }
    switch subject.initialization {
    case nil, .kaiming: break
    case .gaussian: configuration.initialization = .gaussian
    case .random, .named: return nil
    }
    guard !subject.asks(about: [.kind, .biases, .whole, .selection]) else { return nil }
    for item in subject.rankPattern {
      guard let rank = LintTrial.whole(item.value) else { return nil }
      configuration.rankPattern.append((item.key, rank))
    }
    configuration.alphaPattern = subject.alphaPattern.map { ($0.key, $0.value) }
    switch subject.training.optimizer {
    case nil, .adam: optimizer = .adamw
    case .sgd: optimizer = .sgd(momentum: 0, weightDecay: 0)
    case .other: return nil
    }
    // Nobody has an anchor for gradient descent: both sides then train at the rate that is best for it here.
    let known = optimizer.isAdaptive ? subject.training.learningRate : nil
    statesRate = known != nil
    let rate = known ?? AdamRate.anchor
    guard rate > 0, rate.isFinite else { return nil }
    self.remedy = remedy
    stated = Setup(configuration: configuration, learningRate: rate)
    advised = stated
    change = remedy.text
    switch remedy {
    case .alpha(let alpha, let keys):
      if keys.isEmpty { advised.configuration.alpha = .fixed(alpha) }
      for key in keys {
        let place = advised.configuration.alphaPattern.firstIndex { $0.pattern == key }
        if let place {
          advised.configuration.alphaPattern[place].alpha = alpha
        } else {
          advised.configuration.alphaPattern.append((key, alpha))
        }
      }
    case .rank(let rank):
      guard let rank = LintTrial.whole(rank) else { return nil }
      advised.configuration.rank = rank
    case .learningRate(let rate): advised.learningRate = rate
    case .kaimingInitialization: advised.configuration.initialization = .kaiming
    }
  }

  private static func whole(_ x: Double) -> Int? { x >= 1 && x <= 0x1p31 ? Int(exactly: x) : nil }

  /// The targets on a model: the standard ones where it does not have those that are stated.
  package func targets(on base: Model) -> LoRAConfiguration.Targets {
    let targets = stated.configuration.targets
    let matching = try? matchingModules(
      targets, among: base.base.linearModules, standard: base.architecture.standardTargets)
    return matching == nil ? .standard : targets
  }

  /// A setup's rate over the anchor's of the literature: what carries over to another model.
  package func ratio(_ setup: Setup) -> Double { setup.learningRate / AdamRate.anchor }

  /// The two as a comparison of two arms.
  ///
  /// - Parameter anchor: the rate that is best for LoRA(r=16, alpha=32) on this model and data. Each side trains at its
  ///   ratio to the anchor, times this.
  package func plan(
    base: Model, data: any TrainingData, anchor: Double, seeds: [UInt64], settings: TrainingSettings,
    memory: Double
  ) throws -> ComparisonPlan {
    var settings = settings
    settings.optimizer = optimizer
    let modules = base.base.linearModules
    let arms = [stated, advised].map { setup in
      var configuration = setup.configuration
      configuration.targets = targets(on: base)
      // Patterns that match nothing here change nothing here.
      configuration.rankPattern.removeAll { !names(modules, $0.pattern) }
      configuration.alphaPattern.removeAll { !names(modules, $0.pattern) }
      return (configuration, anchor * ratio(setup))
    }
    return try ComparisonPlan(
      base: base, data: data, arms: arms, seeds: seeds, settings: settings, memory: memory)
  }

  private func names(_ modules: [LinearModule], _ key: String) -> Bool {
    PathPattern(key: key).map { pattern in modules.contains { pattern.matches($0.path) } } ?? false
  }

  // MARK: - What it shows

  /// A smaller rank is advised for what it spares: its loss may be higher by this share.
  private static let rankTolerance = 0.02

  /// Whether the advice holds: the loss is lower, seed by seed, with an interval that leaves 1 out, or what was not finite
  /// is finite at every seed. Of a smaller rank it holds where the loss is shown to be at most 2 % higher.
  package func verdict(_ comparison: Comparison) -> LintVerdict {
    let (a, b) = (comparison.arms[0], comparison.arms[1])
    guard !a.finished.isEmpty, a.finished.count == b.finished.count else { return .notShown }
    func isLostAlone(_ lost: ComparisonArm, _ other: ComparisonArm) -> Bool {
      lost.nonFiniteCount == lost.finished.count && other.nonFiniteCount == 0
    }
    if isLostAlone(a, b) { return b.count(.diverged) == 0 ? .holds : .notShown }
    if isLostAlone(b, a) { return .doesNotHold }
    // Where neither learns anything, a lower loss is no better one.
    if a.divergedCount == a.finished.count, b.divergedCount == b.finished.count { return .notShown }
    let (ratio, _) = b.finalLossRatio(to: a)
    guard ratio.low.isFinite, ratio.high.isFinite else { return .notShown }
    if ratio.low > 1 { return .doesNotHold }
    if case .rank = remedy { return ratio.high < 1 + LintTrial.rankTolerance ? .holds : .notShown }
    return ratio.high < 1 ? .holds : .notShown
  }

  /// What the two arms of the comparison show, in one sentence that ends with the verdict.
  package func sentence(_ comparison: Comparison) -> String {
    let (a, b) = (comparison.arms[0], comparison.arms[1])
    func text(_ arm: ComparisonArm) -> String {
      let counts = Outcome.allCases.map { ($0, arm.count($0)) }.filter { $0.1 > 0 }
      let outcomes =
        counts.count == 1
        ? "\(counts[0].1) of \(arm.finished.count) \(counts[0].0.rawValue)"
        : counts.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
      let loss =
        arm.meanFinalLoss.isFinite ? ", final loss \(NumberFormat.threeFigures(arm.meanFinalLoss))" : ""
      return outcomes + loss
    }
    func rate(_ setup: Setup, _ arm: ComparisonArm) -> String {
      "\(NumberFormat.threeFigures(ratio(setup))) times the anchor's rate (\(NumberFormat.threeFigures(arm.learningRate)))"
    }
    let (loss, _) = b.finalLossRatio(to: a)
    let losses =
      loss.low.isFinite && loss.high.isFinite
      ? "the loss is \(NumberFormat.threeFigures(loss.estimate)) times that (\(NumberFormat.threeFigures(loss.low)) to \(NumberFormat.threeFigures(loss.high)))"
      : "too few pairs to compare the losses"
    let isSameRate = stated.learningRate == advised.learningRate
    return "as it stands, at \(rate(stated, a)), \(text(a)); with \(change)"
      + (isSameRate ? "" : ", \(rate(advised, b)),")
      + " \(text(b)); \(losses): \(verdict(comparison).rawValue)"
  }
}

/// What a measurement says of a finding's advice.
package enum LintVerdict: String, Sendable {
  case holds = "holds here"
  case doesNotHold = "does not hold here"
  case notShown = "not shown"
}
