// Adapters made of others: weighted sums, and the same update at another rank.
package import Adapters
import Kernels
package import Signals
package import Storage

/// What bringing a module's update to another rank leaves out.
package struct RankError: Sendable {
  package var module: String
  package var oldRank: Int
  package var newRank: Int
  /// ‖Δ − Δ′‖/‖Δ‖ in the Frobenius norm; 0 for an update of zeros.
  package var relative: Double
}

/// The update Δ = Σ wᵢ·sᵢ·Bᵢ·Aᵢ of one module as the product of two thin matrices in double precision.
private struct ThinUpdate {
  var module: LinearModule
  /// [out, R] with weights and multipliers, and [in, R].
  var left: ColumnMatrix
  var right: ColumnMatrix

  var rank: Int { left.columns }

  /// The first `count` singular directions, and the share of the norm that the others have.
  ///
  /// - Throws: `Interruption`.
  func directions(_ count: Int, _ stop: StopSignal) throws(Interruption) -> (
    SingularDirections, error: Double
  ) {
    let q = left.orthonormalColumns(left.columns, stop: stop)
    let p = right.orthonormalColumns(right.columns, stop: stop)
    // Δ = q·(qᵀ·left)·(pᵀ·right)ᵀ·pᵀ; the core is small.
    let core = q.transposedProduct(left, stop: stop).product(
      p.transposedProduct(right, stop: stop).transposed, stop: stop)
    let all = core.singularDirections(core.columns, stop: stop)
    try stop.check()
    let kept = Array(all.values.prefix(count))
    let total = all.values.reduce(0) { $0 + $1 * $1 }
    let lost = all.values.dropFirst(count).reduce(0) { $0 + $1 * $1 }
    let directions = SingularDirections(
      values: kept, left: q.product(all.left.firstColumns(kept.count), stop: stop),
      right: p.product(all.right.firstColumns(kept.count), stop: stop))
    try stop.check()
    return (directions, total > 0 ? (lost / total).squareRoot() : 0)
  }
}

extension Adapter {
  /// A and B alone make up the update: no other part, no trained weights of the base, nothing taken out of it.
  package var isPlain: Bool {
    let configuration = layout.configuration
    return configuration.kind.isUpdateAlone && layout.weights.isEmpty
      && !configuration.initialization.splitsBase
  }

  private func thin(_ site: AdapterSite, weight: Double, rule: ScalingRule) -> ThinUpdate {
    var left = ColumnMatrix(
      rows: site.module.outputs, columns: site.rank, rowMajor: parameters.pointer + site.b.offset)
    left.scale(by: weight * site.multiplier(rule))
    return ThinUpdate(
      module: site.module, left: left,
      right: ColumnMatrix(
        rows: site.module.inputs, columns: site.rank, columnMajor: parameters.pointer + site.a.offset))
  }

  /// The same updates with `rank` directions a module, the best in the Frobenius norm (Eckart and Young). Rule and alpha
  /// stay; the multiplier at the new rank is taken into account.
  ///
  /// - Precondition: the adapter is plain; `rank` is at least 1.
  /// - Throws: `Interruption`.
  package func resized(
    rank: Int, rule: ScalingRule, madeBy: Provenance, stop: StopSignal = .never
  ) throws -> (Adapter, [RankError]) {
    var configuration = layout.configuration
    configuration.rank = rank
    configuration.rankPattern = []
    configuration.scaling = .own(rule)
    configuration.initialization = .kaiming
    return try Adapter.made(
      layout.sites.map { thin($0, weight: 1, rule: rule) }, configuration, of: architecture, isExact: false,
      madeBy, stop)
  }

  /// Σ wᵢ·sᵢ·Bᵢ·Aᵢ of several adapters, each with the multipliers of its own ranks and rule. The modules are the union
  /// of theirs in the model's order, whatever the order of the adapters.
  ///
  /// - Parameters:
  ///   - rank: the result's; nil keeps all directions, so that it is exact: its rank is the sum of theirs.
  /// - Precondition: there is an adapter, all are plain, and there are as many weights.
  /// - Throws: `AdapterError.otherModules`, `Interruption`.
  package static func combined(
    _ adapters: [Adapter], weights: [Double], rules: [ScalingRule], rank: Int?, madeBy: Provenance,
    stop: StopSignal = .never
  ) throws -> (Adapter, [RankError]) {
    precondition(
      !adapters.isEmpty && adapters.count == weights.count && adapters.allSatisfy(\.isPlain),
      "these adapters have no weighted sum")
    var updates: [ThinUpdate] = []
    var places: [String: Int] = [:]
    for (i, adapter) in adapters.enumerated() {
      for site in adapter.layout.sites {
        let part = adapter.thin(site, weight: weights[i], rule: rules[i])
        guard let known = places[site.module.path] else {
          places[site.module.path] = updates.count
          updates.append(part)
          continue
        }
        guard updates[known].module == site.module else { throw AdapterError.otherModules }
        updates[known].left = updates[known].left.beside(part.left)
        updates[known].right = updates[known].right.beside(part.right)
      }
    }
    let most = rank ?? updates.reduce(1) { max($0, $1.rank) }
    // alpha = r under alpha/r: the multiplier is 1, and the weights stand in B.
    let configuration = LoRAConfiguration(rank: most, alpha: .fixed(Double(most)), scaling: .own(.lora))
    let architecture = architecture(of: updates.map(\.module), among: adapters.map(\.architecture))
    let order = Dictionary(
      uniqueKeysWithValues: architecture.linearModules.enumerated().map { ($1.path, $0) })
    let ordered = updates.enumerated().sorted { a, b in
      (order[a.element.module.path] ?? Int.max, a.offset)
        < (order[b.element.module.path] ?? Int.max, b.offset)
    }.map(\.element)
    return try made(
      ordered, configuration, of: architecture, isExact: rank == nil, madeBy, stop)
  }

  /// The first of the architectures that has all of the modules. Adapters of models of different depth can have none;
  /// then it is the first of all, and a model that has them takes the sum by their paths.
  private static func architecture(
    of modules: [LinearModule], among architectures: [Architecture]
  ) -> Architecture {
    architectures.first { architecture in
      let known = Set(architecture.linearModules.map(\.path))
      return modules.allSatisfy { known.contains($0.path) }
    } ?? architectures[0]
  }

  /// The same update with one rank and the multiplier 1 everywhere, which no loader can read otherwise: ranks are filled up
  /// with zeros to the largest, and the multipliers stand in B. What the adapter took out of the base is taken out by
  /// as many ranks again, so that it fits the whole base.
  ///
  /// - Throws: `AdapterError.beginningUnknown` where the base that it began in is not at hand.
  package func levelled(rule: ScalingRule) throws -> (layout: AdapterLayout, parameters: Buffer) {
    var configuration = layout.configuration
    var start: Buffer?
    if configuration.initialization.splitsBase {
      guard let wholeBase else { throw AdapterError.beginningUnknown }
      start = try layout.split(wholeBase, rule: rule).parameters
    }
    configuration.rank = layout.sites.reduce(1) { max($0, $1.rank) } * (start == nil ? 1 : 2)
    configuration.alpha = .fixed(Double(configuration.rank))
    configuration.scaling = .own(.lora)
    configuration.initialization = .kaiming
    configuration.rankPattern = []
    configuration.alphaPattern = []
    let level = try AdapterLayout(
      configuration, modules: architecture.linearModules, standardTargets: architecture.standardTargets,
      weights: architecture.namedWeights)
    let values = Buffer(count: level.count)
    for (old, new) in zip(layout.sites, level.sites) {
      let s = old.factor(rule)
      func place(_ parameters: Buffer, from first: Int, times factor: Float) {
        (values.pointer + new.a.offset + first * old.module.inputs)
          .update(from: parameters.pointer + old.a.offset, count: old.a.count)
        for row in 0..<old.module.outputs {
          for i in 0..<old.rank {
            values.pointer[new.b.offset + row * new.rank + first + i] =
              factor * parameters.pointer[old.b.offset + row * old.rank + i]
          }
        }
      }
      place(parameters, from: 0, times: s)
      if let start { place(start, from: old.rank, times: -s) }
      // The other parts have the same shapes at every rank.
      for (source, target) in zip(old.parts, new.parts).dropFirst(2) {
        (values.pointer + target.offset).update(from: parameters.pointer + source.offset, count: source.count)
      }
    }
    for (old, new) in zip(layout.weights, level.weights) {
      (values.pointer + new.offset).update(from: parameters.pointer + old.offset, count: old.weight.count)
    }
    return (level, values)
  }

  private static func made(
    _ updates: [ThinUpdate], _ template: LoRAConfiguration, of architecture: Architecture, isExact: Bool,
    _ madeBy: Provenance, _ stop: StopSignal
  ) throws -> (Adapter, [RankError]) {
    var configuration = template
    configuration.targets = .names(updates.map(\.module.path))
    let layout = try AdapterLayout(
      configuration, modules: updates.map(\.module), standardTargets: [])
    let parameters = Buffer(count: layout.count)
    var errors: [RankError] = []
    for (site, update) in zip(layout.sites, updates) {
      try stop.check()
      guard case .own(let rule) = configuration.scaling else { preconditionFailure("the rule is known") }
      let s = site.multiplier(rule)
      if isExact {
        set(site, update.left, update.right, 1 / s, parameters)
      } else {
        let (directions, error) = try update.directions(site.rank, stop)
        var (left, right) = (directions.left, directions.right)
        for (i, value) in directions.values.enumerated() {
          left.scaleColumn(i, by: value.squareRoot())
          right.scaleColumn(i, by: value.squareRoot())
        }
        set(site, left, right, 1 / s, parameters)
        errors.append(
          RankError(
            module: site.module.path, oldRank: update.rank, newRank: site.rank, relative: error))
      }
    }
    return (Adapter(layout, of: architecture, loaded: parameters, madeBy: madeBy), errors)
  }

  /// B = factor·left and A = rightᵀ; columns that are missing stay zero.
  private static func set(
    _ site: AdapterSite, _ left: ColumnMatrix, _ right: ColumnMatrix, _ factor: Double, _ parameters: Buffer
  ) {
    let (a, b) = (parameters.pointer + site.a.offset, parameters.pointer + site.b.offset)
    for i in 0..<min(site.rank, left.columns) {
      for row in 0..<site.module.outputs { b[row * site.rank + i] = Float(factor * left[row, i]) }
      for column in 0..<site.module.inputs { a[i * site.module.inputs + column] = Float(right[column, i]) }
    }
  }
}
