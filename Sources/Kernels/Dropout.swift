// Dropout by counter: the mask depends on the seed, the step, the module and the element, never on the order of work.

/// y = x∘mask/(1 − p), where each element is kept with probability 1 − p.
///
/// - Parameters:
///   - x: [rows, columns].
///   - stream: made from the run's seed and the module.
///   - step: the training step.
///   - firstRow: the number of x's first row within the whole batch.
///   - probability: in [0, 1); 0 copies.
///   - mask: filled with 0 or 1/(1 − p), for `backward`.
package func dropoutForward(
  rows: Int, columns: Int, x: UnsafePointer<Float>, stream: RandomStream, step: Int, firstRow: Int,
  probability: Float, mask: UnsafeMutablePointer<Float>, y: UnsafeMutablePointer<Float>
) {
  requireCounts(rows, columns, firstRow)
  precondition(probability >= 0 && probability < 1, "a dropout probability outside of [0, 1)")
  let threshold = Lanes(repeating: probability)
  let factor = Lanes(repeating: 1 / (1 - probability))
  for row in 0..<rows {
    // Step and row share the position: 32 bits each.
    let position = UInt64(step) &<< 32 | UInt64(firstRow + row)
    let start = row * columns
    stream.fillUniform(mask + start, count: columns, position: position)
    forEachLanes(columns) { i, n in
      var keep = factor
      keep.replace(with: 0, where: part(mask, start + i, n) .< threshold)
      put(keep, mask, start + i, n)
      put(part(x, start + i, n) * keep, y, start + i, n)
    }
  }
}

/// dx = dy∘mask, added with `accumulate`.
package func dropoutBackward(
  count: Int, dy: UnsafePointer<Float>, mask: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
  accumulate: Bool
) {
  requireCounts(count)
  forEachLanes(count) { i, n in
    let gradient = part(dy, i, n) * part(mask, i, n)
    put(accumulate ? part(dx, i, n) + gradient : gradient, dx, i, n)
  }
}
