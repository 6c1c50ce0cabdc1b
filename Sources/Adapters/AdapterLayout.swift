// An adapter's configuration applied to a model: which module gets which rank, alpha and multiplier.
import Kernels
import Signals

/// One adapted module: A [r, in] at `offsetA` and B [out, r] at `offsetB` of the adapter's parameter vector, and with
/// DoRA the magnitudes m [out] at `offsetMagnitude`.
package struct AdapterSite: Equatable, Sendable {
  package var module: LinearModule
  package var rank: Int
  package var alpha: Double
  package var offsetA: Int
  package var offsetB: Int
  package var offsetMagnitude: Int?

  package var countA: Int { rank * module.inputs }
  package var countB: Int { module.outputs * rank }

  /// A, B and DoRA's magnitudes.
  package var count: Int { countA + countB + (offsetMagnitude == nil ? 0 : module.outputs) }

  package func multiplier(_ rule: ScalingRule) -> Double {
    rule.multiplier(alpha: alpha, rank: Double(rank))
  }
}

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
  package var offset: Int
}

package struct AdapterLayout: Sendable {
  package let configuration: LoRAConfiguration
  /// In the model's order.
  package let sites: [AdapterSite]
  /// Biases and modules that are trained whole, in the model's order.
  package let weights: [TrainedWeight]
  /// Length of the parameter vector: all trainable parameters.
  package let count: Int

  /// - Parameters:
  ///   - weights: all weights of the model, in its order, for `bias` and `modules_to_save`.
  ///   - memory: bytes of the machine.
  /// - Throws: `AdapterError` where a target or pattern matches nothing, a rank or alpha is out of range, or the
  ///   parameters with their gradient, moments and packed forms would not fit.
  package init(
    _ configuration: LoRAConfiguration, modules: [LinearModule], standardTargets: [String],
    weights: [BaseWeight] = [], memory: Double = .infinity
  ) throws {
    let targets = try configuration.adaptedModules(among: modules, standard: standardTargets)
    let rankPatterns = try AdapterLayout.patterns(
      configuration.rankPattern.map(\.pattern), parameter: "rank_pattern", targets: targets)
    let alphaPatterns = try AdapterLayout.patterns(
      configuration.alphaPattern.map(\.pattern), parameter: "alpha_pattern", targets: targets)
    var sites: [AdapterSite] = []
    var offset = 0
    var bytes = 0.0
    for module in targets {
      let rank =
        firstMatch(of: rankPatterns, path: module.path).map { configuration.rankPattern[$0].rank }
        ?? configuration.rank
      guard rank > 0 else { throw AdapterError.rankNotPositive(rank: rank) }
      // Six vectors of this size stand side by side in a run.
      bytes += 6 * 4 * Double(rank) * Double(module.inputs + module.outputs)
      guard bytes < min(memory, 1e18) else {
        throw AdapterError.tooLarge(bytesNeeded: bytes, bytesAvailable: memory)
      }
      let alpha =
        firstMatch(of: alphaPatterns, path: module.path).map { configuration.alphaPattern[$0].alpha }
        ?? configuration.alpha.value(rank: Double(rank))
      guard alpha.isFinite else {
        throw AdapterError.alphaNotFinite(text: configuration.alpha.text, rank: rank)
      }
      var site = AdapterSite(module: module, rank: rank, alpha: alpha, offsetA: offset, offsetB: 0)
      site.offsetB = offset + site.countA
      offset = site.offsetB + site.countB
      if configuration.usesDoRA {
        site.offsetMagnitude = offset
        offset += module.outputs
      }
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
    count = offset
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
        old.alpha == site.alpha, (old.offsetMagnitude == nil) == (site.offsetMagnitude == nil)
      else { return nil }
      // A, B and the magnitudes of a module stand behind each other.
      (result.pointer + site.offsetA).update(from: values.pointer + old.offsetA, count: site.count)
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
  }

  /// Numbers of the weights that `bias` and `modules_to_save` train. PEFT takes a module of the latter by the end of its
  /// path, whether or not a component begins there.
  private static func trainedWeights(
    _ configuration: LoRAConfiguration, targets: [LinearModule], among weights: [BaseWeight]
  ) throws -> [Int] {
    for name in configuration.savedModules where !weights.contains(where: { $0.module.hasSuffix(name) }) {
      var modules: [String] = []
      for weight in weights where !modules.contains(weight.module) { modules.append(weight.module) }
      throw AdapterError.savedModuleUnknown(name: name, modules: modules)
    }
    return weights.indices.filter { i in
      let weight = weights[i]
      if configuration.savedModules.contains(where: { weight.module.hasSuffix($0) }) { return true }
      guard weight.isBias else { return false }
      switch configuration.bias {
      case .none: return false
      case .all: return true
      case .loraOnly: return targets.contains { $0.path == weight.module }
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

  /// A and B before training, drawn from `seed` where they are drawn; zeros where they or the other parameters come from
  /// the base.
  package func drawnParameters(seed: UInt64, stop: StopSignal = .never) throws(Interruption) -> Buffer {
    let parameters = Buffer(count: count)
    for (i, site) in sites.enumerated() {
      let stream = RandomStream(seed: seed, purpose: .adapter, index: UInt32(i))
      let a = parameters.pointer + site.offsetA
      switch configuration.initialization {
      case .kaiming, .random:
        let bound = 1 / Float(site.module.inputs).squareRoot()
        Buffer.forEachPiece(of: site.countA, stop) {
          stream.fillUniform(a + $0, count: $1, first: $0, from: -bound, to: bound)
        }
      case .gaussian:
        Buffer.forEachPiece(of: site.countA, stop) {
          stream.fillNormal(a + $0, count: $1, first: $0, deviation: 1 / Float(site.rank))
        }
      case .pissa, .olora:
        break
      }
      if configuration.initialization == .random {
        let bound = 1 / Float(site.rank).squareRoot()
        let stream = RandomStream(seed: seed, purpose: .adapter, index: UInt32(sites.count + i))
        let b = parameters.pointer + site.offsetB
        Buffer.forEachPiece(of: site.countB, stop) {
          stream.fillUniform(b + $0, count: $1, first: $0, from: -bound, to: bound)
        }
      }
    }
    try stop.check()
    return parameters
  }
}
