// What an adapter's parameters are before training: drawn, or taken from the base.
import Adapters
import Kernels
import Signals

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

  /// Sets what A and B, as they stand, and the base determine: DoRA's magnitudes m = ‖W + s·B·A‖ by rows (Liu et al.
  /// 2024, equation 5), and copies of the weights that are trained whole.
  func complete(
    _ parameters: Buffer, base: BaseWeights, rule: ScalingRule, stop: StopSignal
  ) throws(Interruption) {
    for site in sites {
      guard let magnitude = site.offsetMagnitude, let index = base.index(ofModule: site.module.path) else {
        continue
      }
      let sum = Buffer(count: site.module.inputs * site.module.outputs)
      base.matrix(index).copy(into: sum.pointer, stop)
      try addUpdate(
        of: site, parameters: parameters, multiplier: Float(site.multiplier(rule)), to: sum.pointer,
        stop: stop)
      rowNorms(
        rows: site.module.outputs, columns: site.module.inputs, sum.pointer, rowStride: site.module.inputs,
        into: parameters.pointer + magnitude)
    }
    for weight in weights {
      base.matrix(weight.index).copy(into: parameters.pointer + weight.offset, stop)
    }
    try stop.check()
  }

  /// Takes the adapter's beginning out of the base: W − s·B·A, with A and B from W.
  ///
  /// - PiSSA: W = U·S·Vᵀ; with S/s for S, A = √S·Vᵀ and B = U·√S of the first r directions.
  /// - OLoRA: W = Q·R; A is R's first r rows, B Q's first r columns.
  ///
  /// A zero direction leaves zeros. A and B are made in double precision; the base changes in single, as PEFT's.
  package func split(
    _ base: BaseWeights, rule: ScalingRule, stop: StopSignal = .never
  ) throws(Interruption) -> (base: BaseWeights, parameters: Buffer) {
    let parameters = Buffer(count: count)
    let changed = try base.changed(stop) { values throws(Interruption) in
      for site in sites {
        guard let index = base.index(ofModule: site.module.path) else { continue }
        let w = base.matrix(index).withFloats {
          ColumnMatrix(
            rows: site.module.outputs, columns: site.module.inputs, rowMajor: $0, stop: stop
          )
        }
        let s = site.multiplier(rule)
        switch configuration.initialization {
        case .pissa: try setPrincipal(site, w, s, parameters, stop)
        case .olora: try setOrthonormal(site, w, parameters, stop)
        case .kaiming, .gaussian, .random: preconditionFailure("nothing is taken out of the base")
        }
        try addUpdate(
          of: site, parameters: parameters, multiplier: -Float(s), to: values.pointer + base.offsets[index],
          stop: stop)
      }
    }
    try complete(parameters, base: changed, rule: rule, stop: stop)
    return (changed, parameters)
  }

  private func setPrincipal(
    _ site: AdapterSite, _ w: ColumnMatrix, _ s: Double, _ parameters: Buffer, _ stop: StopSignal
  ) throws(Interruption) {
    let directions = w.singularDirections(site.rank, stop: stop)
    try stop.check()
    let (r, inputs) = (site.rank, site.module.inputs)
    let a = parameters.pointer + site.offsetA
    let b = parameters.pointer + site.offsetB
    for (i, value) in directions.values.enumerated() {
      let root = (value / s).squareRoot()
      for column in 0..<inputs { a[i * inputs + column] = Float(root * directions.right[column, i]) }
      for row in 0..<site.module.outputs { b[row * r + i] = Float(root * directions.left[row, i]) }
    }
  }

  private func setOrthonormal(
    _ site: AdapterSite, _ w: ColumnMatrix, _ parameters: Buffer, _ stop: StopSignal
  ) throws(Interruption) {
    let (r, inputs) = (site.rank, site.module.inputs)
    let q = w.orthonormalColumns(r, stop: stop)
    let upper = q.transposedProduct(w, stop: stop)
    try stop.check()
    for i in 0..<r {
      for column in 0..<inputs {
        parameters.pointer[site.offsetA + i * inputs + column] = Float(upper[i, column])
      }
      for row in 0..<site.module.outputs { parameters.pointer[site.offsetB + row * r + i] = Float(q[row, i]) }
    }
  }
}
