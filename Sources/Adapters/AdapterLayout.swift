// An adapter's configuration applied to a model: which module gets which rank, alpha and multiplier.
import Kernels
package import Signals
package import Storage

/// A weight of the base model, as an adapter can train it beside A and B.
package struct BaseWeight: Equatable, Sendable {
  /// `model.norm`, and `model.norm.weight` or `model.norm.bias`.
  package var module: String
  package var name: String
  package var isBias: Bool
  package var count: Int

  package init(module: String, name: String, isBias: Bool, count: Int) {
    self.module = module
    self.name = name
    self.isBias = isBias
    self.count = count
  }
}

/// A weight of the base that the adapter's parameter vector holds a trained copy of, from `offset` on.
package struct TrainedWeight: Equatable, Sendable {
  /// Its number among the model's weights.
  package var index: Int
  package var weight: BaseWeight
  /// The number of its first element in the parameter vector.
  package var offset: Int
}

/// An adapter laid out on a model: which linear modules have it, each with its rank, alpha and tensors, and where every
/// tensor stands in the *parameter vector*, the one vector of floats that a run trains and a file saves.
///
/// It holds no values, and no multiplier: s follows from `AdapterSite.multiplier` under the rule in force. Another rank
/// or other targets are another layout.
package struct AdapterLayout: Sendable {
  /// What was laid out: the description of the adapter, with the rule where it has one of its own.
  package let configuration: LoRAConfiguration
  /// In the model's order.
  package let sites: [AdapterSite]
  /// Biases and modules that are trained whole, in the model's order.
  package let weights: [TrainedWeight]
  /// Length of the parameter vector: all trainable parameters.
  package let count: Int
  /// Places of the sites, by the paths of their modules.
  private let places: [String: Int]

  /// - Parameters:
  ///   - weights: all weights of the model, in its order, for `bias` and `modules_to_save`.
  ///   - memory: bytes of the machine.
  ///   - others: what the kind of adapter trains of a module beside A and B.
  /// - Throws: `AdapterError` where a target or pattern matches nothing, a rank or alpha is out of range, or the
  ///   parameters with their gradient, moments and packed forms would not fit; `Interruption`.
  package init(
    _ configuration: LoRAConfiguration, modules: [LinearModule], standardTargets: [String],
    weights: [BaseWeight] = [], memory: Double = .infinity, stop: StopSignal = .never,
    others: (LinearModule) -> [AdapterPart.Form]
  ) throws {
    let targets = try configuration.adaptedModules(among: modules, standard: standardTargets, stop: stop)
    let rankPatterns = try AdapterLayout.patterns(
      configuration.rankPattern.map(\.pattern), parameter: "rank_pattern", targets: targets)
    let alphaPatterns = try AdapterLayout.patterns(
      configuration.alphaPattern.map(\.pattern), parameter: "alpha_pattern", targets: targets)
    var sites: [AdapterSite] = []
    var offset = 0
    var bytes = 0.0
    for module in targets {
      try stop.check()
      let rank =
        firstMatch(of: rankPatterns, path: module.path).map { configuration.rankPattern[$0].rank }
        ?? configuration.rank
      guard rank > 0 else { throw AdapterError.rankNotPositive(rank: rank) }
      let others = others(module)
      // Six vectors of this size stand side by side in a run.
      bytes +=
        6 * 4 * (AdapterSite.updateForms(module, rank: rank) + others).reduce(0) { $0 + $1.size }
      guard bytes < min(memory, 1e18) else {
        throw AdapterError.tooLarge(bytesNeeded: bytes, bytesAvailable: memory)
      }
      let alpha =
        firstMatch(of: alphaPatterns, path: module.path).map { configuration.alphaPattern[$0].alpha }
        ?? configuration.alpha.value(rank: Double(rank))
      guard alpha.isFinite else {
        throw AdapterError.alphaNotFinite(text: configuration.alpha.text, rank: rank)
      }
      let site = AdapterSite(module: module, rank: rank, alpha: alpha, others: others, offset: offset)
      offset = site.range.upperBound
      sites.append(site)
    }
    let trained = try AdapterLayout.trainedWeights(configuration, targets: targets, among: weights)
    self.weights = trained.map { index in
      defer { offset += weights[index].count }
      return TrainedWeight(index: index, weight: weights[index], offset: offset)
    }
    guard Double(offset) * 24 < min(memory, 1e18) else {
      throw AdapterError.tooLarge(bytesNeeded: Double(offset) * 24, bytesAvailable: memory)
    }
    self.configuration = configuration
    self.sites = sites
    places = AdapterLayout.places(sites)
    count = offset
  }

  /// The place in `sites` of a module; nil where it is not adapted.
  package func siteNumber(of path: String) -> Int? { places[path] }

  private static func places(_ sites: [AdapterSite]) -> [String: Int] {
    Dictionary(sites.indices.map { (sites[$0].module.path, $0) }) { first, _ in first }
  }

  /// Parameters that the model has beyond those of its base: a bias is trained in its place, a whole module as a copy.
  package var addedCount: Int {
    count - weights.filter { !isWhole($0) }.reduce(0) { $0 + $1.weight.count }
  }

  /// Whether the weight belongs to a module that is trained whole.
  package func isWhole(_ weight: TrainedWeight) -> Bool {
    configuration.savedModules.contains { weight.weight.module.hasSuffix($0) }
  }

  /// The same with the rule that was in force as the adapter's own.
  package func withOwnRule(_ rule: ScalingRule) -> AdapterLayout {
    var configuration = configuration
    configuration.scaling = .own(rule)
    return AdapterLayout(configuration, sites: sites, weights: weights, count: count)
  }

  /// The same modules and parameters with one multiplier for all, as the adapter's own.
  package func withMultiplier(_ s: Double) -> AdapterLayout {
    var configuration = configuration
    (configuration.scaling, configuration.alpha, configuration.alphaPattern) = (
      .own(.constant), .fixed(s), []
    )
    return AdapterLayout(configuration, sites: sites.map { $0.withAlpha(s) }, weights: weights, count: count)
  }

  /// The parameters of another layout in the order of this one: the same vector where the two agree in everything. Modules
  /// are matched by their paths and weights of the base by their names.
  ///
  /// - Returns: nil where a module, a shape, a rank, an alpha or a weight of one is not the other's.
  package func parameters(_ values: Buffer, of other: AdapterLayout) -> Buffer? {
    if sites == other.sites, weights == other.weights { return values }
    guard sites.count == other.sites.count, weights.count == other.weights.count, count == other.count else {
      return nil
    }
    let known = Dictionary(other.sites.map { ($0.module.path, $0) }) { first, _ in first }
    let knownWeights = Dictionary(other.weights.map { ($0.weight.name, $0) }) { first, _ in first }
    let result = Buffer(count: count)
    for site in sites {
      guard let old = known[site.module.path], old.module == site.module, old.rank == site.rank,
        old.alpha == site.alpha, old.parts.map(\.role) == site.parts.map(\.role), old.count == site.count
      else { return nil }
      // The parts of a module stand behind each other.
      (result.pointer + site.range.lowerBound)
        .update(from: values.pointer + old.range.lowerBound, count: site.count)
    }
    for weight in weights {
      guard let old = knownWeights[weight.weight.name], old.weight == weight.weight else { return nil }
      (result.pointer + weight.offset).update(from: values.pointer + old.offset, count: weight.weight.count)
    }
    return result
  }

  private init(
    _ configuration: LoRAConfiguration, sites: [AdapterSite], weights: [TrainedWeight], count: Int
  ) {
    self.configuration = configuration
    self.sites = sites
    self.weights = weights
    self.count = count
    places = AdapterLayout.places(sites)
  }

  /// Numbers of the weights that `bias` and `modules_to_save` train. PEFT takes a module of the latter by the end of its
  /// path, whether or not a component begins there.
  private static func trainedWeights(
    _ configuration: LoRAConfiguration, targets: [LinearModule], among weights: [BaseWeight]
  ) throws -> [Int] {
    for name in configuration.savedModules where !weights.contains(where: { $0.module.hasSuffix(name) }) {
      var modules: [String] = []
      var known: Set<String> = []
      for weight in weights where known.insert(weight.module).inserted { modules.append(weight.module) }
      throw AdapterError.savedModuleUnknown(name: name, modules: modules)
    }
    let adapted = configuration.bias == .loraOnly ? Set(targets.map { $0.path }) : []
    return weights.indices.filter { i in
      let weight = weights[i]
      if configuration.savedModules.contains(where: { weight.module.hasSuffix($0) }) { return true }
      guard weight.isBias else { return false }
      switch configuration.bias {
      case .none: return false
      case .all: return true
      case .loraOnly: return adapted.contains(weight.module)
      }
    }
  }

  /// Compiles the patterns and sees to it that each matches a target.
  private static func patterns(_ keys: [String], parameter: String, targets: [LinearModule]) throws
    -> [ModulePattern]
  {
    try keys.map { key in
      let pattern = try ModulePattern(key: key, parameter: parameter)
      guard targets.contains(where: { pattern.matches(whole: $0.path) }) else {
        throw AdapterError.patternMatchesNothing(
          parameter: parameter, pattern: key, modules: distinctNames(targets))
      }
      return pattern
    }
  }
}
