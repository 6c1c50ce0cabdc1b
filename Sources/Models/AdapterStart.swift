// What an adapter's parameters are before training: drawn, or taken from the base.
import Adapters
import Kernels

extension Architecture {
  /// All weights, as an adapter can name them.
  package var namedWeights: [BaseWeight] {
    weights.map {
      BaseWeight(module: $0.module, name: $0.name, isBias: $0.role == .bias, count: $0.count)
    }
  }
}

extension AdapterLayout {
  /// The parameters that a run from `seed` starts with.
  ///
  /// - Parameter isInterrupted: ends the work early; what is returned then means nothing. The same holds of all that
  ///   takes it here.
  /// - Precondition: the initialisation does not split the base.
  package func startingParameters(
    seed: UInt64, base: BaseWeights, rule: ScalingRule,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) -> Buffer {
    precondition(!configuration.initialization.splitsBase, "the start is a part of the base")
    let parameters = drawnParameters(seed: seed, isInterrupted: isInterrupted)
    complete(parameters, base: base, rule: rule, isInterrupted: isInterrupted)
    return parameters
  }

  /// Sets what A and B, as they stand, and the base determine: the other parts of the adapter's kind, and copies of the
  /// weights that are trained whole.
  func complete(
    _ parameters: Buffer, base: BaseWeights, rule: ScalingRule,
    isInterrupted: @escaping @Sendable () -> Bool
  ) {
    let kind = configuration.kind
    for site in sites {
      guard let index = base.index(ofModule: site.module.path) else { continue }
      kind.begin(
        site, in: parameters, factor: site.factor(rule), weight: base.matrix(index),
        isInterrupted: isInterrupted)
    }
    for weight in weights {
      base.matrix(weight.index).copy(into: parameters.pointer + weight.offset, isInterrupted)
    }
  }

  /// Takes the adapter's beginning out of the base: W − s·B·A, with A and B made of W by the start. A and B are made in
  /// double precision; the base changes in single, as PEFT's.
  ///
  /// - Precondition: the initialisation splits the base.
  package func split(
    _ base: BaseWeights, rule: ScalingRule, isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) -> (base: BaseWeights, parameters: Buffer) {
    guard case .partOfBase(let start) = configuration.initialization.start else {
      preconditionFailure("nothing is taken out of the base")
    }
    let parameters = Buffer(count: count)
    let changed = base.changed(isInterrupted) { values in
      for site in sites {
        guard let index = base.index(ofModule: site.module.path) else { continue }
        let w = base.matrix(index).withFloats {
          ColumnMatrix(
            rows: site.module.outputs, columns: site.module.inputs, rowMajor: $0, isInterrupted: isInterrupted
          )
        }
        start.set(
          site, of: w, multiplier: site.multiplier(rule), into: parameters, isInterrupted: isInterrupted)
        addUpdate(
          of: site, parameters: parameters, multiplier: -site.factor(rule),
          to: values.pointer + base.offsets[index], isInterrupted: isInterrupted)
      }
    }
    complete(parameters, base: changed, rule: rule, isInterrupted: isInterrupted)
    return (changed, parameters)
  }
}
