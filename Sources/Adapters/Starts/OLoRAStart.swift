// OLoRA: the adapter begins as the first columns of W's QR decomposition.
import Kernels
import Signals
import Storage

/// A and B begin as the first r directions of W's QR decomposition, in the order of its columns: W = Q·R; A [r, in] is
/// R's first r rows, B [out, r] Q's first r columns, of unit length (Büyükakyüz 2024, arXiv 2406.01775). The multiplier
/// is not divided out, as in PEFT: s times that part leaves W.
struct OLoRAStart: PartOfBaseStart {
  let meaning = "the first columns of W's QR decomposition, taken out of the base"
  let needsFullWeights = false
  let dividesByMultiplier = false

  func set(
    _ site: AdapterSite, of w: ColumnMatrix, multiplier: Double, into parameters: Buffer,
    stop: StopSignal
  ) throws(Interruption) {
    let (r, inputs) = (site.rank, site.module.inputs)
    let (a, b) = (parameters.pointer + site.a.offset, parameters.pointer + site.b.offset)
    let q = w.orthonormalColumns(r, stop: stop)
    let upper = q.transposedProduct(w, stop: stop)
    try stop.check()
    for i in 0..<r {
      for column in 0..<inputs { a[i * inputs + column] = Float(upper[i, column]) }
      for row in 0..<site.module.outputs { b[row * r + i] = Float(q[row, i]) }
    }
  }
}
