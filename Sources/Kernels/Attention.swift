// Causal scaled dot-product attention with grouped key/value heads, one sequence at a time.
//
// T positions, H query heads, G key/value heads (H a multiple of G), d head width.

/// The shape of an attention; `scratchCount` floats of scratch serve `forward` and `backward`.
package struct AttentionShape: Equatable, Sendable {
  package var positions: Int
  package var heads: Int
  package var keyHeads: Int
  package var headWidth: Int

  package init(positions: Int, heads: Int, keyHeads: Int, headWidth: Int) {
    precondition(heads.isMultiple(of: keyHeads), "\(heads) heads cannot share \(keyHeads) key/value heads")
    self.positions = positions
    self.heads = heads
    self.keyHeads = keyHeads
    self.headWidth = headWidth
  }

  /// Floats of the probabilities [H, T, T] that `forward` keeps for `backward`.
  package var probabilityCount: Int { heads * positions * positions }

  package var scratchCount: Int {
    positions * positions
      + max(
        packedCount(depth: headWidth, columns: positions), packedCount(depth: positions, columns: headWidth))
  }

  fileprivate var scale: Float { 1 / Float(headWidth).squareRoot() }
}

/// out [T, H·d] = softmax(q·kᵀ/√d, causal)·v for q [T, H·d], k and v [T, G·d].
package func attentionForward(
  _ shape: AttentionShape, q: UnsafePointer<Float>, k: UnsafePointer<Float>, v: UnsafePointer<Float>,
  probabilities: UnsafeMutablePointer<Float>, out: UnsafeMutablePointer<Float>,
  scratch: UnsafeMutablePointer<Float>
) {
  let (T, d) = (shape.positions, shape.headWidth)
  let (qRow, kRow) = (shape.heads * d, shape.keyHeads * d)
  for head in 0..<shape.heads {
    let group = head / (shape.heads / shape.keyHeads)
    let p = probabilities + head * T * T
    packTransposed(k + group * d, depth: d, columns: T, rowStride: kRow, into: scratch)
    matrixProduct(
      rows: T, columns: T, depth: d, a: q + head * d, aRow: qRow, aColumn: 1,
      b: Panels(packed: scratch, depth: d), c: p, cRow: T)
    for t in 0..<T { causalSoftmax(p + t * T, visible: t + 1, count: T, scale: shape.scale) }
    let values = rowPanels(v + group * d, depth: T, columns: d, rowStride: kRow, scratch: scratch)
    matrixProduct(
      rows: T, columns: d, depth: T, a: p, aRow: T, aColumn: 1, b: values, c: out + head * d, cRow: qRow)
  }
}

/// Overwrites dq, dk and dv; those that are absent are not computed.
package func attentionBackward(
  _ shape: AttentionShape, q: UnsafePointer<Float>, k: UnsafePointer<Float>, v: UnsafePointer<Float>,
  probabilities: UnsafePointer<Float>, dout: UnsafePointer<Float>, dq: UnsafeMutablePointer<Float>?,
  dk: UnsafeMutablePointer<Float>?, dv: UnsafeMutablePointer<Float>?, scratch: UnsafeMutablePointer<Float>
) {
  let (T, d) = (shape.positions, shape.headWidth)
  let (qRow, kRow) = (shape.heads * d, shape.keyHeads * d)
  let share = shape.heads / shape.keyHeads
  let ds = scratch
  let packed = scratch + T * T
  for head in 0..<shape.heads {
    let group = head / share
    let isFirst = head.isMultiple(of: share)
    let p = probabilities + head * T * T
    let dout = dout + head * d
    if let dv {
      let panels = rowPanels(dout, depth: T, columns: d, rowStride: qRow, scratch: packed)
      matrixProduct(
        rows: T, columns: d, depth: T, a: p, aRow: 1, aColumn: T, b: panels, c: dv + group * d, cRow: kRow,
        accumulate: !isFirst)
    }
    if dq == nil && dk == nil { continue }
    packTransposed(v + group * d, depth: d, columns: T, rowStride: kRow, into: packed)
    matrixProduct(
      rows: T, columns: T, depth: d, a: dout, aRow: qRow, aColumn: 1, b: Panels(packed: packed, depth: d),
      c: ds, cRow: T)
    for t in 0..<T { softmaxBackward(p + t * T, ds + t * T, count: T, scale: shape.scale) }
    if let dq {
      let panels = rowPanels(k + group * d, depth: T, columns: d, rowStride: kRow, scratch: packed)
      matrixProduct(
        rows: T, columns: d, depth: T, a: ds, aRow: T, aColumn: 1, b: panels, c: dq + head * d, cRow: qRow)
    }
    if let dk {
      let panels = rowPanels(q + head * d, depth: T, columns: d, rowStride: qRow, scratch: packed)
      matrixProduct(
        rows: T, columns: d, depth: T, a: ds, aRow: 1, aColumn: T, b: panels, c: dk + group * d, cRow: kRow,
        accumulate: !isFirst)
    }
  }
}

/// Rows of B in place where their width allows it, packed otherwise.
private func rowPanels(
  _ b: UnsafePointer<Float>, depth K: Int, columns N: Int, rowStride: Int,
  scratch: UnsafeMutablePointer<Float>
) -> Panels {
  if N.isMultiple(of: 16) { return Panels(rowMajor: b, rowStride: rowStride) }
  packRows(b, depth: K, columns: N, rowStride: rowStride, into: scratch)
  return Panels(packed: scratch, depth: K)
}

/// x = softmax(scale·x) over the first `visible` elements, 0 in the rest.
private func causalSoftmax(_ x: UnsafeMutablePointer<Float>, visible: Int, count: Int, scale: Float) {
  let factor = Lanes(repeating: scale)
  var maximum = Lanes(repeating: -.infinity)
  forEachLanes(visible) { i, n in
    let value = n == 16 ? load(x + i) : load(x + i, first: n, fill: -.infinity)
    maximum = pointwiseMax(maximum, value * factor)
  }
  let top = Lanes(repeating: laneMaximum(maximum))
  var total = Lanes()
  forEachLanes(visible) { i, n in
    let value = exponential(part(x, i, n) * factor - top)
    put(value, x, i, n)
    // Lanes beyond the end hold e^(0 − top); only what was written counts.
    total += n == 16 ? value : load(x + i, first: n)
  }
  let reciprocal = Lanes(repeating: 1 / laneSum(total))
  mapLanes(visible, x, into: x) { $0 * reciprocal }
  for i in visible..<count { x[i] = 0 }
}

/// ds = p∘(ds − Σ ds∘p)·scale, in place.
private func softmaxBackward(
  _ p: UnsafePointer<Float>, _ ds: UnsafeMutablePointer<Float>, count: Int, scale: Float
) {
  let mean = Lanes(repeating: dot(p, ds, count: count))
  let factor = Lanes(repeating: scale)
  mapLanes(count, p, ds, into: ds) { $0 * ($1 - mean) * factor }
}
