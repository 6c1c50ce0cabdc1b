// RMSNorm (Zhang and Sennrich 2019): y = x / √(mean(x²) + ε) · w, row by row.

/// y [rows, columns] and the reciprocal root mean square of each row, which `backward` needs.
package func rmsNormForward(
  rows: Int, columns: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, epsilon: Float,
  y: UnsafeMutablePointer<Float>, reciprocal: UnsafeMutablePointer<Float>
) {
  requireCounts(rows, columns)
  for row in 0..<rows {
    let x = x + row * columns
    let r = 1 / (dot(x, x, count: columns) / Float(columns) + epsilon).squareRoot()
    reciprocal[row] = r
    let factor = Lanes(repeating: r)
    mapLanes(columns, x, weight, into: y + row * columns) { $0 * factor * $1 }
  }
}

/// dx = r·(dy∘w − x·r²·mean(dy∘w∘x)), added with `accumulate`.
package func rmsNormBackward(
  rows: Int, columns: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>,
  reciprocal: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
  accumulate: Bool
) {
  requireCounts(rows, columns)
  for row in 0..<rows {
    let x = x + row * columns
    let dy = dy + row * columns
    let dx = dx + row * columns
    let r = reciprocal[row]
    let factor = Lanes(repeating: r)
    var total = Lanes()
    forEachLanes(columns) { i, n in
      total = fused(part(dy, i, n) * part(weight, i, n), part(x, i, n), total)
    }
    let mean = Lanes(repeating: laneSum(total) / Float(columns) * r * r)
    forEachLanes(columns) { i, n in
      let gradient = (part(dy, i, n) * part(weight, i, n) - part(x, i, n) * mean) * factor
      put(accumulate ? part(dx, i, n) + gradient : gradient, dx, i, n)
    }
  }
}

/// dw += Σ dy∘x·r over the rows.
package func rmsNormWeightGradient(
  rows: Int, columns: Int, x: UnsafePointer<Float>, reciprocal: UnsafePointer<Float>,
  dy: UnsafePointer<Float>, dw: UnsafeMutablePointer<Float>
) {
  requireCounts(rows, columns)
  for row in 0..<rows {
    let factor = Lanes(repeating: reciprocal[row])
    forEachLanes(columns) { i, n in
      let start = row * columns + i
      put(fused(part(dy, start, n) * part(x, start, n), factor, part(dw, i, n)), dw, i, n)
    }
  }
}

/// Σ x∘y by the fixed tree of `sum`, with fused multiply-adds.
package func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Float {
  requireCounts(count)
  var total = Lanes()
  forEachLanes(count) { i, n in total = fused(part(x, i, n), part(y, i, n), total) }
  return laneSum(total)
}
