// Causal scaled dot-product attention with grouped key/value heads, one sequence at a time.
//
// T positions, H query heads, G key/value heads (H a multiple of G), d head width.

/// The sizes of an attention over one sequence: T positions, H query heads that share G heads of keys and values, d the
/// width of a head. H is a multiple of G; with G = H every query head has its own.
package struct AttentionShape: Equatable, Sendable {
  package var positions: Int
  package var heads: Int
  package var keyHeads: Int
  package var headWidth: Int

  package init(positions: Int, heads: Int, keyHeads: Int, headWidth: Int) {
    precondition(
      positions > 0 && heads > 0 && keyHeads > 0 && headWidth > 0,
      "an attention without positions, heads or width")
    precondition(heads.isMultiple(of: keyHeads), "\(heads) heads cannot share \(keyHeads) key/value heads")
    self.positions = positions
    self.heads = heads
    self.keyHeads = keyHeads
    self.headWidth = headWidth
  }

  /// Floats of the probabilities [H, T, T] that `forward` keeps for `backward`.
  package var probabilityCount: Int { heads * positions * positions }

  /// Floats of scratch that `attentionForward` and `attentionBackward` take: scores [T, T], and panels of keys or
  /// values.
  package var scratchCount: Int {
    positions * positions + packedCount(depth: headWidth, columns: positions)
  }

  /// 1/√d, what scores are multiplied with before the softmax.
  var scale: Float { 1 / Float(headWidth).squareRoot() }

  /// Rows that are multiplied at a time; what lies beyond the last row's own position is left out.
  fileprivate var block: Int { positions > 64 ? 32 : 16 }
}

/// out [T, H·d] = softmax(q·kᵀ/√d, causal)·v for q [T, H·d], k and v [T, G·d] (Vaswani et al. 2017, equation 1):
/// position t sees the positions 0…t.
///
/// - Parameters:
///   - probabilities: takes the softmax [H, T, T], 0 for what is not seen; the gradient reads it.
///   - scratch: `shape.scratchCount` floats.
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
    forEachBlock(shape) { start, end in
      matrixProduct(
        rows: end - start, columns: end, depth: d, a: q + head * d + start * qRow, aRow: qRow, aColumn: 1,
        b: Panels(packed: scratch, depth: d), c: p + start * T, cRow: T)
    }
    for t in 0..<T { causalSoftmax(p + t * T, visible: t + 1, count: T, scale: shape.scale) }
    let values = Panels(rowMajor: v + group * d, rowStride: kRow, depth: T)
    forEachBlock(shape) { start, end in
      matrixProduct(
        rows: end - start, columns: d, depth: end, a: p + start * T, aRow: T, aColumn: 1, b: values,
        c: out + head * d + start * qRow, cRow: qRow)
    }
  }
}

/// The gradients of `attentionForward`, from dout [T, H·d] and with p its probabilities: dv = pᵀ·dout; ds = p∘(dp −
/// Σ dp∘p)/√d for dp = dout·vᵀ; dq = ds·k; dk = dsᵀ·q. Heads that share keys and values add up.
///
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
      let panels = Panels(rowMajor: dout, rowStride: qRow, depth: T)
      forEachBlock(shape) { start, end in
        matrixProduct(
          rows: end - start, columns: d, depth: T - start, a: p + start * T + start, aRow: 1, aColumn: T,
          b: panels.fromRow(start), c: dv + group * d + start * kRow, cRow: kRow,
          initial: isFirst ? nil : UnsafePointer(dv + group * d + start * kRow))
      }
    }
    if dq == nil && dk == nil { continue }
    packTransposed(v + group * d, depth: d, columns: T, rowStride: kRow, into: packed)
    forEachBlock(shape) { start, end in
      matrixProduct(
        rows: end - start, columns: end, depth: d, a: dout + start * qRow, aRow: qRow, aColumn: 1,
        b: Panels(packed: packed, depth: d), c: ds + start * T, cRow: T)
      for t in start..<end {
        softmaxBackward(p + t * T, ds + t * T, visible: end, scale: shape.scale)
      }
    }
    if let dq {
      let panels = Panels(rowMajor: k + group * d, rowStride: kRow, depth: T)
      forEachBlock(shape) { start, end in
        matrixProduct(
          rows: end - start, columns: d, depth: end, a: ds + start * T, aRow: T, aColumn: 1, b: panels,
          c: dq + head * d + start * qRow, cRow: qRow)
      }
    }
    if let dk {
      let panels = Panels(rowMajor: q + head * d, rowStride: qRow, depth: T)
      forEachBlock(shape) { start, end in
        matrixProduct(
          rows: end - start, columns: d, depth: T - start, a: ds + start * T + start, aRow: 1, aColumn: T,
          b: panels.fromRow(start), c: dk + group * d + start * kRow, cRow: kRow,
          initial: isFirst ? nil : UnsafePointer(dk + group * d + start * kRow))
      }
    }
  }
}

/// Blocks of rows from the first to the last.
@inline(__always)
private func forEachBlock(_ shape: AttentionShape, _ body: (_ start: Int, _ end: Int) -> Void) {
  var start = 0
  while start < shape.positions {
    let end = min(shape.positions, start + shape.block)
    body(start, end)
    start = end
  }
}

/// x = softmax(scale·x) over the first `visible` elements, 0 in the rest of the `count`.
func causalSoftmax(_ x: UnsafeMutablePointer<Float>, visible: Int, count: Int, scale: Float) {
  let factor = Lanes(repeating: scale)
  let end = min(count, (visible + 15) / 16 * 16)
  var highest = Lanes(repeating: -.infinity)
  forEachLanes(end) { i, n in
    let value = hidden(part(x, i, n) * factor, beyond: visible - i)
    put(value, x, i, n)
    highest = maximum(highest, value)
  }
  let top = Lanes(repeating: laneMaximum(highest))
  var total = Lanes()
  forEachLanes(end) { i, n in
    // A hidden score is −∞ and gives 0.
    let value = hidden(exponential(hidden(part(x, i, n), beyond: n) - top), beyond: n, as: 0)
    put(value, x, i, n)
    total += value
  }
  let reciprocal = Lanes(repeating: 1 / laneSum(total))
  mapLanes(end, x, into: x) { $0 * reciprocal }
  if end < count { (x + end).update(repeating: 0, count: count - end) }
}

/// The first `count` lanes, `value` in the others.
@inline(__always)
private func hidden(_ lanes: Lanes, beyond count: Int, as value: Float = -.infinity) -> Lanes {
  if count >= 16 { return lanes }
  return lanes.replacing(
    with: value, where: laneNumbers .>= SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: count)))
}

private let laneNumbers = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

/// ds = p∘(ds − Σ ds∘p)·scale over the first `visible` elements, in place.
func softmaxBackward(
  _ p: UnsafePointer<Float>, _ ds: UnsafeMutablePointer<Float>, visible: Int, scale: Float
) {
  let mean = Lanes(repeating: dot(p, ds, count: visible))
  let factor = Lanes(repeating: scale)
  mapLanes(visible, p, ds, into: ds) { $0 * ($1 - mean) * factor }
}
