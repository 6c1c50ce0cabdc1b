// An adapter's configuration applied to a model: which module gets which rank, alpha and multiplier.
import Kernels

/// One adapted module: A [r, in] at `offsetA` and B [out, r] at `offsetB` of the adapter's parameter vector.
package struct AdapterSite: Equatable, Sendable {
  package var module: LinearModule
  package var rank: Int
  package var alpha: Double
  package var offsetA: Int
  package var offsetB: Int

  package var countA: Int { rank * module.inputs }
  package var countB: Int { module.outputs * rank }

  package func multiplier(_ rule: ScalingRule) -> Double {
    rule.multiplier(alpha: alpha, rank: Double(rank))
  }
}

package struct AdapterLayout: Sendable {
  package let configuration: LoRAConfiguration
  /// In the model's order.
  package let sites: [AdapterSite]
  /// Length of the parameter vector: all trainable parameters.
  package let count: Int

  /// - Parameter memory: bytes of the machine.
  /// - Throws: `AdapterError` where a target or pattern matches nothing, a rank or alpha is out of range, or the
  ///   parameters with their gradient, moments and packed forms would not fit.
  package init(
    _ configuration: LoRAConfiguration, modules: [LinearModule], standardTargets: [String],
    memory: Double = .infinity
  ) throws {
    let targets = try matchingModules(configuration.targets, among: modules, standard: standardTargets)
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
      sites.append(site)
    }
    self.configuration = configuration
    self.sites = sites
    count = offset
  }

  /// The same with the rule that was in force as the adapter's own.
  package func withOwnRule(_ rule: ScalingRule) -> AdapterLayout {
    var configuration = configuration
    configuration.scaling = .own(rule)
    return AdapterLayout(configuration, sites: sites, count: count)
  }

  private init(_ configuration: LoRAConfiguration, sites: [AdapterSite], count: Int) {
    self.configuration = configuration
    self.sites = sites
    self.count = count
  }

  /// Compiles the patterns and sees to it that each matches a target.
  private static func patterns(_ keys: [String], parameter: String, targets: [LinearModule]) throws
    -> [ModulePattern]
  {
    try keys.map { key in
      let pattern = try ModulePattern(patternExpression(key), parameter: parameter)
      guard targets.contains(where: { pattern.matches(whole: $0.path) }) else {
        throw AdapterError.patternMatchesNothing(
          parameter: parameter, pattern: key, modules: distinctNames(targets))
      }
      return pattern
    }
  }

  /// The parameter vector before training: A drawn from `seed`, B zero.
  package func initialParameters(seed: UInt64) -> Buffer {
    let parameters = Buffer(count: count)
    for (i, site) in sites.enumerated() {
      let stream = RandomStream(seed: seed, purpose: .adapter, index: UInt32(i))
      let a = parameters.pointer + site.offsetA
      switch configuration.initialization {
      case .kaiming:
        let bound = 1 / Float(site.module.inputs).squareRoot()
        stream.fillUniform(a, count: site.countA, from: -bound, to: bound)
      case .gaussian:
        stream.fillNormal(a, count: site.countA, deviation: 1 / Float(site.rank))
      }
    }
    return parameters
  }
}
