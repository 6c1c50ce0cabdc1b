// What shows a finding by training: the configuration as it stands, and as advised.
import Adapters
import Models
import Training

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
        "lora_alpha=\(Figures.typed(alpha))"
      } else {
        "alpha_pattern={\(keys.map { "\(quoted($0)): \(Figures.typed(alpha))" }.joined(separator: ", "))}"
      }
    case .rank(let rank): "r=\(Figures.exact(rank))"
    case .learningRate(let rate): "lr=\(Figures.text(rate))"
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

  /// The rate where a subject states none: that of `train`.
  package static let usualRate = 2e-3

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
    guard subject.usesDoRA != true, subject.bias ?? "none" == "none", subject.savedModules.isEmpty,
      subject.excluded == nil, !subject.hasLayerSelection
    else { return nil }
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
    let rate = subject.training.learningRate ?? LintTrial.usualRate
    guard rate > 0, rate.isFinite else { return nil }
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

  /// The two as a comparison of two arms; on a model without the targeted modules the standard ones take their place.
  package func plan(
    base: Model, data: any TrainingData, seeds: [UInt64], settings: TrainingSettings, memory: Double
  ) throws -> ComparisonPlan {
    var settings = settings
    settings.optimizer = optimizer
    var arms = [stated, advised]
    let modules = base.base.linearModules
    let standard = base.architecture.standardTargets
    for i in arms.indices {
      let targets = arms[i].configuration.targets
      if (try? matchingModules(targets, among: modules, standard: standard)) == nil {
        arms[i].configuration.targets = .standard
      }
      // Patterns that match nothing here change nothing here.
      arms[i].configuration.rankPattern.removeAll { !names(modules, $0.pattern) }
      arms[i].configuration.alphaPattern.removeAll { !names(modules, $0.pattern) }
    }
    return try ComparisonPlan(
      base: base, data: data, arms: arms.map { ($0.configuration, $0.learningRate) }, seeds: seeds,
      settings: settings, memory: memory)
  }

  private func names(_ modules: [LinearModule], _ key: String) -> Bool {
    PathPattern(key: key).map { pattern in modules.contains { pattern.matches($0.path) } } ?? false
  }

  /// What the two arms of the comparison show, in one sentence.
  package func sentence(_ comparison: Comparison) -> String {
    let (a, b) = (comparison.arms[0], comparison.arms[1])
    func text(_ arm: ComparisonArm) -> String {
      let loss = arm.meanFinalLoss.isFinite ? ", final loss \(Figures.text(arm.meanFinalLoss))" : ""
      return "\(arm.divergedCount) of \(arm.finished.count) runs diverged\(loss)"
    }
    let (ratio, _) = b.finalLossRatio(to: a)
    let isKnown = ratio.low.isFinite && ratio.high.isFinite
    let verdict =
      !isKnown
      ? "too few pairs to compare the losses"
      : "the loss is \(Figures.text(ratio.estimate)) times that (\(Figures.text(ratio.low)) to "
        + "\(Figures.text(ratio.high))): "
        + (ratio.high < 1 ? "lower" : ratio.low > 1 ? "higher" : "no difference is shown")
    let rate =
      stated.learningRate == advised.learningRate ? " at lr=\(Figures.exact(stated.learningRate))" : ""
    return "as it stands\(rate) \(text(a)); with \(change) \(text(b)); \(verdict)"
  }
}
