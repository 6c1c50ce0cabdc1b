// Adapters and models of a session as subjects of `lint`.
import Adapters
import Analysis
import Laboratory
import Models

extension LintSubject {
  /// - Parameter mode: the session's scaling mode, for adapters that follow it.
  init(_ configuration: LoRAConfiguration, mode: ScalingRule) {
    self.init(.live)
    rank = Double(configuration.rank)
    alpha = configuration.alpha.value(rank: Double(configuration.rank))
    if case .ofRank = configuration.alpha { alphaFormula = configuration.alpha }
    // `lora(r=64)` and `lora(r=64, alpha=8)` are the same here.
    if case .fixed(8) = configuration.alpha { alphaOrigin = .unknown }
    rule = configuration.rule(mode: mode)
    dropout = configuration.dropout
    initialization =
      switch configuration.initialization {
      case .kaiming: .kaiming
      case .random: .random
      case .gaussian: .gaussian
      case .pissa, .olora: .named(configuration.initialization.rawValue)
      }
    targets = configuration.targets
    excluded = configuration.excluded
    hasLayerSelection = configuration.layers != nil
    layers = configuration.layers
    usesDoRA = configuration.usesDoRA
    bias = configuration.bias.rawValue
    savedModules = configuration.savedModules
    rankPattern = configuration.rankPattern.map { Pattern($0.pattern, Double($0.rank)) }
    alphaPattern = configuration.alphaPattern.map { Pattern($0.pattern, $0.alpha) }
  }

  /// The modules of a model, against which targets, patterns and ranks are held.
  mutating func add(modulesOf model: Model) {
    modules = model.base.linearModules
    standardTargets = model.architecture.standardTargets
  }
}
