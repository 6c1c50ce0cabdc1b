// PiSSA: the adapter begins as the first singular directions of W.
import Kernels
import Signals
import Storage

/// A and B begin as the r largest singular directions of W, and the rest of W stays frozen: W = U·S·Vᵀ; with S/s for S,
/// A [r, in] = √S·Vᵀ and B [out, r] = U·√S of the first r directions. s·B·A is then the matrix of rank r nearest to W
/// (Meng et al. 2024, arXiv 2404.02948). A singular value of 0 leaves zeros; s is above 0.
struct PiSSAStart: PartOfBaseStart {
  let meaning = "the first singular directions of W, taken out of the base"
  let needsFullWeights = true
  let dividesByMultiplier = true

  func set(
    _ site: AdapterSite, of w: ColumnMatrix, multiplier: Double, into parameters: Buffer,
    stop: StopSignal
  ) throws(Interruption) {
    let directions = w.singularDirections(site.rank, stop: stop)
    try stop.check()
    let (r, inputs) = (site.rank, site.module.inputs)
    let a = parameters.pointer + site.a.offset
    let b = parameters.pointer + site.b.offset
    for (i, value) in directions.values.enumerated() {
      let root = (value / multiplier).squareRoot()
      for column in 0..<inputs { a[i * inputs + column] = Float(root * directions.right[column, i]) }
      for row in 0..<site.module.outputs { b[row * r + i] = Float(root * directions.left[row, i]) }
    }
  }
}
