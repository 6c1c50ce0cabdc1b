// OLoRA: the adapter begins as the first columns of W's QR decomposition.
import Kernels

/// W = Q·R; A is R's first r rows, B Q's first r columns (Büyükakyüz 2024, arXiv 2406.01775). The multiplier is not
/// divided out, as in PEFT: s times that part leaves W.
struct OLoRAStart: PartOfBaseStart {
  let needsFullWeights = false

  func set(
    _ site: AdapterSite, of w: ColumnMatrix, multiplier: Double, into parameters: Buffer,
    isInterrupted: () -> Bool
  ) {
    let (r, inputs) = (site.rank, site.module.inputs)
    let (a, b) = (parameters.pointer + site.a.offset, parameters.pointer + site.b.offset)
    let q = w.orthonormalColumns(r, isInterrupted: isInterrupted)
    let upper = q.transposedProduct(w, isInterrupted: isInterrupted)
    for i in 0..<r {
      if isInterrupted() { return }
      for column in 0..<inputs { a[i * inputs + column] = Float(upper[i, column]) }
      for row in 0..<site.module.outputs { b[row * r + i] = Float(q[row, i]) }
    }
  }
}
