// What an adapter's parameters are before training: drawn, or taken from the base.
package import Adapters
import Kernels
package import Signals
package import Storage

extension Architecture {
  /// All weights, as an adapter can name them.
  package var namedWeights: [BaseWeight] {
    weights.map {
      BaseWeight(module: $0.module, name: $0.name, isBias: $0.role == .bias, count: $0.count)
    }
  }
}

extension BaseWeights {
  /// The sites whose modules the base has, each with the number of its weight.
  func numbered(_ sites: [AdapterSite]) -> [(index: Int, site: AdapterSite)] {
    sites.compactMap { site in index(ofModule: site.module.path).map { ($0, site) } }
  }
}

extension AdapterLayout {
  /// The parameters that a run from `seed` starts with: A and B drawn, then what follows from them and the base.
  ///
  /// - Throws: `Interruption` where `stop` is asked first, as all that takes it here.
  /// - Precondition: the initialisation does not split the base.
  package func startingParameters(
    seed: UInt64, base: BaseWeights, rule: ScalingRule, stop: StopSignal = .never
  ) throws(Interruption) -> Buffer {
    precondition(!configuration.initialization.splitsBase, "the start is a part of the base")
    let parameters = try drawnParameters(seed: seed, stop: stop)
    try complete(parameters, base: base, rule: rule, stop: stop)
    return parameters
  }

  /// Sets what A and B, as they stand, and the base determine: the other parts of the adapter's kind, and copies of the
  /// weights that are trained whole.
  func complete(
    _ parameters: Buffer, base: BaseWeights, rule: ScalingRule, stop: StopSignal
  ) throws(Interruption) {
    let kind = configuration.kind
    for site in sites {
      guard let index = base.index(ofModule: site.module.path) else { continue }
      try kind.begin(
        site, in: parameters, factor: site.factor(rule), weight: base.matrix(index), stop: stop)
    }
    for weight in weights {
      base.matrix(weight.index).copy(into: parameters.pointer + weight.offset, stop)
    }
    try stop.check()
  }

  /// Takes the adapter's beginning out of the base: W − s·B·A, with A and B made of W by the start. A and B are made in
  /// double precision; the base changes in single, as PEFT's.
  ///
  /// - Precondition: the initialisation splits the base.
  package func split(
    _ base: BaseWeights, rule: ScalingRule, stop: StopSignal = .never
  ) throws(Interruption) -> (base: BaseWeights, parameters: Buffer) {
    guard case .partOfBase(let start) = configuration.initialization.start else {
      preconditionFailure("nothing is taken out of the base")
    }
    let parameters = Buffer(count: count)
    let numbered = base.numbered(sites)
    let changed = try base.changed(numbered.map(\.index), stop) { position, values throws(Interruption) in
      let site = numbered[position].site
      let w = ColumnMatrix(
        rows: site.module.outputs, columns: site.module.inputs, rowMajor: values, stop: stop)
      try start.set(site, of: w, multiplier: site.multiplier(rule), into: parameters, stop: stop)
      try addUpdate(
        of: site, parameters: parameters, multiplier: -site.factor(rule), to: values, stop: stop)
    }
    try complete(parameters, base: changed, rule: rule, stop: stop)
    return (changed, parameters)
  }
}
