// Causal attention with its products in a format of 16 bits, as the operations of transformers' `eager` attention round.

/// What left the format's range in an attention.
package struct AttentionCounts: Sendable {
  /// Of q·kᵀ and of its product with 1/√d; of their gradients.
  package var scores = RoundingCounts()
  /// Of the softmax as the product with v reads it; of its gradient.
  package var probabilities = RoundingCounts()
  /// Of the outcome: forward out, backward dq, dk and dv.
  package var outputs = RoundingCounts()
}

extension AttentionShape {
  /// Floats of scratch that the rounded attention takes, forward and backward.
  package var roundedScratchCount: Int {
    2 * positions * positions + packedCount(depth: headWidth, columns: positions) + positions * headWidth
  }
}

/// `attentionForward` with roundings: s = round(round(q·kᵀ)/√d), p = softmax(s) in single precision, out =
/// round(round(p)·v), for q, k and v of the format.
///
/// - Parameters:
///   - probabilities: takes p, unrounded; the gradient reads it.
///   - scratch: `shape.roundedScratchCount` floats.
package func roundedAttentionForward(
  _ shape: AttentionShape, q: UnsafePointer<Float>, k: UnsafePointer<Float>, v: UnsafePointer<Float>,
  probabilities: UnsafeMutablePointer<Float>, out: UnsafeMutablePointer<Float>,
  scratch: UnsafeMutablePointer<Float>, to format: FloatFormat
) -> AttentionCounts {
  var counts = AttentionCounts()
  let (T, d) = (shape.positions, shape.headWidth)
  let (qRow, kRow) = (shape.heads * d, shape.keyHeads * d)
  let weights = scratch
  let packed = scratch + T * T
  for head in 0..<shape.heads {
    let group = head / (shape.heads / shape.keyHeads)
    let p = probabilities + head * T * T
    packTransposed(k + group * d, depth: d, columns: T, rowStride: kRow, into: packed)
    matrixProduct(
      rows: T, columns: T, depth: d, a: q + head * d, aRow: qRow, aColumn: 1,
      b: Panels(packed: packed, depth: d), c: p, cRow: T)
    for t in 0..<T {
      let row = p + t * T
      counts.scores += round(t + 1, row, to: format)
      scale(t + 1, row, by: shape.scale)
      counts.scores += round(t + 1, row, to: format)
      causalSoftmax(row, visible: t + 1, count: T, scale: 1)
    }
    counts.probabilities += round(T * T, UnsafePointer(p), to: format, into: weights)
    matrixProduct(
      rows: T, columns: d, depth: T, a: weights, aRow: T, aColumn: 1,
      b: Panels(rowMajor: v + group * d, rowStride: kRow, depth: T), c: out + head * d, cRow: qRow)
  }
  counts.outputs = round(T * qRow, out, to: format)
  return counts
}

/// The gradients of `roundedAttentionForward`, each rounded as its value is: for p16 = round(p), dv = round(p16ᵀ·dout);
/// dp = round(dout·vᵀ); ds = round(round(p∘(dp − Σ dp∘p))/√d); dq = round(ds·k); dk = round(dsᵀ·q). Heads that share keys
/// and values add up, and the sum is rounded.
///
/// Overwrites dq, dk and dv; those that are absent are not computed.
///
/// - Parameter roundsKeySum: whether the sum of dk over the heads that share keys is rounded; that of dv is.
package func roundedAttentionBackward(
  _ shape: AttentionShape, q: UnsafePointer<Float>, k: UnsafePointer<Float>, v: UnsafePointer<Float>,
  probabilities: UnsafePointer<Float>, dout: UnsafePointer<Float>, dq: UnsafeMutablePointer<Float>?,
  dk: UnsafeMutablePointer<Float>?, dv: UnsafeMutablePointer<Float>?, scratch: UnsafeMutablePointer<Float>,
  roundsKeySum: Bool, to format: FloatFormat
) -> AttentionCounts {
  var counts = AttentionCounts()
  let (T, d) = (shape.positions, shape.headWidth)
  let (qRow, kRow) = (shape.heads * d, shape.keyHeads * d)
  let share = shape.heads / shape.keyHeads
  let ds = scratch
  let weights = ds + T * T
  let packed = weights + T * T
  let part = packed + packedCount(depth: d, columns: T)
  /// Rounds the head's part and adds it to what the heads of its group share.
  func add(to target: UnsafeMutablePointer<Float>, isFirst: Bool) {
    counts.outputs += round(T * d, part, to: format)
    for t in 0..<T {
      if isFirst {
        (target + t * kRow).update(from: part + t * d, count: d)
      } else {
        Kernels.add(d, part + t * d, to: target + t * kRow)
      }
    }
  }
  for head in 0..<shape.heads {
    let group = head / share
    let isFirst = head.isMultiple(of: share)
    let p = probabilities + head * T * T
    let dout = dout + head * d
    if let dv {
      _ = round(T * T, p, to: format, into: weights)
      matrixProduct(
        rows: T, columns: d, depth: T, a: weights, aRow: 1, aColumn: T,
        b: Panels(rowMajor: dout, rowStride: qRow, depth: T), c: part, cRow: d)
      add(to: dv + group * d, isFirst: isFirst)
    }
    if dq == nil && dk == nil { continue }
    packTransposed(v + group * d, depth: d, columns: T, rowStride: kRow, into: packed)
    matrixProduct(
      rows: T, columns: T, depth: d, a: dout, aRow: qRow, aColumn: 1,
      b: Panels(packed: packed, depth: d), c: ds, cRow: T)
    for t in 0..<T {
      let row = ds + t * T
      counts.probabilities += round(t + 1, row, to: format)
      softmaxBackward(p + t * T, row, visible: t + 1, scale: 1)
      counts.scores += round(t + 1, row, to: format)
      scale(t + 1, row, by: shape.scale)
      counts.scores += round(t + 1, row, to: format)
      (row + t + 1).update(repeating: 0, count: T - t - 1)
    }
    if let dq {
      matrixProduct(
        rows: T, columns: d, depth: T, a: ds, aRow: T, aColumn: 1,
        b: Panels(rowMajor: k + group * d, rowStride: kRow, depth: T), c: dq + head * d, cRow: qRow)
    }
    if let dk {
      matrixProduct(
        rows: T, columns: d, depth: T, a: ds, aRow: 1, aColumn: T,
        b: Panels(rowMajor: q + head * d, rowStride: qRow, depth: T), c: part, cRow: d)
      add(to: dk + group * d, isFirst: isFirst)
    }
  }
  if let dq { counts.outputs += round(T * qRow, dq, to: format) }
  if share > 1 {
    if let dk, roundsKeySum { counts.outputs += round(T * kRow, dk, to: format) }
    if let dv { counts.outputs += round(T * kRow, dv, to: format) }
  }
  return counts
}
