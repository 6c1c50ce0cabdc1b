// Measures an adapter's update against the weights that it is put on.
import Adapters
import Kernels
import Models
import Signals
import Storage

/// Measures the update ΔW = s·B·A of each adapted module against its weight W, during a run. It keeps of each W its
/// norm and its largest singular directions, so that a probe takes products of the rank's size alone.
///
/// Of DoRA it sees s·B·A, without the magnitudes.
struct Prober {
  /// An adapted module with what is kept of its weight.
  private struct Site {
    var adapter: AdapterSite
    var multiplier: Double
    var weightNorm: Double
    var directions: SingularDirections

    var chanceShare: Double {
      let count = Double(directions.values.count)
      return count * count / (Double(adapter.module.inputs) * Double(adapter.module.outputs))
    }
  }

  private let sites: [Site]

  /// Decomposes the weight of every adapted module.
  init(
    _ adapter: AdapterLayout, on base: BaseWeights, rule: ScalingRule, stop: StopSignal
  ) throws(Interruption) {
    var sites: [Site] = []
    for site in adapter.sites {
      guard let index = base.index(ofModule: site.module.path) else {
        preconditionFailure("an adapter on \(site.module.path), which the model does not have")
      }
      let matrix = base.matrix(index)
      let weight = matrix.withFloats {
        ColumnMatrix(rows: matrix.rows, columns: matrix.columns, rowMajor: $0, stop: stop)
      }
      let directions = weight.singularDirections(ProbeRecord.directions, stop: stop)
      try stop.check()
      sites.append(
        Site(
          adapter: site, multiplier: site.multiplier(rule), weightNorm: weight.frobeniusNorm,
          directions: directions))
    }
    self.sites = sites
  }

  /// What the parameters and their gradient look like in every adapted module.
  func record(step: Int, parameters: Buffer, gradient: Buffer) -> ProbeRecord {
    ProbeRecord(step: step, modules: sites.map { probe($0, parameters: parameters, gradient: gradient) })
  }

  /// One module. Where A or B is not finite, what follows from ΔW is NaN, and there are no singular values.
  private func probe(_ site: Site, parameters: Buffer, gradient: Buffer) -> ModuleProbe {
    let adapter = site.adapter
    let a = ColumnMatrix(
      rows: adapter.module.inputs, columns: adapter.rank, columnMajor: parameters.pointer + adapter.a.offset)
    let b = ColumnMatrix(
      rows: adapter.module.outputs, columns: adapter.rank, rowMajor: parameters.pointer + adapter.b.offset)
    var result = ModuleProbe(
      module: adapter.module.path, updateRatio: .nan,
      gradientA: norm(adapter.a, gradient),
      gradientB: norm(adapter.b, gradient),
      stableRank: .nan, singularValues: [], topShare: .nan, chanceShare: site.chanceShare)
    // B·A has the singular values of the small product of the triangular factors of B and Aᵀ.
    let values = b.upperFactor.transposed.transposedProduct(a.upperFactor.transposed).singularValues
      .map { abs(site.multiplier) * $0 }
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm.isFinite else { return result }
    result.updateRatio = norm / site.weightNorm
    result.singularValues = values
    guard norm > 0, let largest = values.first else {
      result.stableRank = nil
      result.topShare = nil
      return result
    }
    let inside = b.transposedProduct(site.directions.left)
      .transposedProduct(a.transposedProduct(site.directions.right)).frobeniusNorm
    result.stableRank = (norm / largest) * (norm / largest)
    let share = abs(site.multiplier) * inside / norm
    result.topShare = share * share
    return result
  }

  private func norm(_ part: AdapterPart, _ values: Buffer) -> Double {
    sumOfSquares(values.pointer + part.offset, count: part.count).squareRoot()
  }
}
