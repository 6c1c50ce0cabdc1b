// LayerNorm (Ba et al. 2016): y = (x − mean(x)) / √(var(x) + ε) · w + b, row by row.

/// y [rows, columns], and of each row the mean and the reciprocal standard deviation, which `backward` needs.
package func layerNormForward(
  rows: Int, columns: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
  epsilon: Float, y: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>,
  reciprocal: UnsafeMutablePointer<Float>
) {
  requireCounts(rows, columns)
  for row in 0..<rows {
    let x = x + row * columns
    let y = y + row * columns
    let m = sum(x, count: columns) / Float(columns)
    let shift = Lanes(repeating: m)
    mapLanes(columns, x, into: y) { $0 - shift }
    let r = 1 / (dot(y, y, count: columns) / Float(columns) + epsilon).squareRoot()
    mean[row] = m
    reciprocal[row] = r
    let factor = Lanes(repeating: r)
    forEachLanes(columns) { i, n in
      put(fused(part(y, i, n) * factor, part(weight, i, n), part(bias, i, n)), y, i, n)
    }
  }
}

/// dx = r·(g − mean(g) − n·mean(g∘n)) for g = dy∘w and n = (x − mean)·r, added with `accumulate`.
package func layerNormBackward(
  rows: Int, columns: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, mean: UnsafePointer<Float>,
  reciprocal: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
  accumulate: Bool
) {
  requireCounts(rows, columns)
  for row in 0..<rows {
    let x = x + row * columns
    let dy = dy + row * columns
    let dx = dx + row * columns
    let shift = Lanes(repeating: mean[row])
    let factor = Lanes(repeating: reciprocal[row])
    var total = Lanes()
    var product = Lanes()
    forEachLanes(columns) { i, n in
      // Lanes beyond the row hold 0 in dy, which the sums then leave out.
      let g = part(dy, i, n) * part(weight, i, n)
      total += g
      product = fused(g, (part(x, i, n) - shift) * factor, product)
    }
    let meanGradient = Lanes(repeating: laneSum(total) / Float(columns))
    let meanProduct = Lanes(repeating: laneSum(product) / Float(columns))
    forEachLanes(columns) { i, n in
      let normal = (part(x, i, n) - shift) * factor
      let g = part(dy, i, n) * part(weight, i, n) - meanGradient
      let gradient = (g - normal * meanProduct) * factor
      put(accumulate ? part(dx, i, n) + gradient : gradient, dx, i, n)
    }
  }
}

/// dw += Σ dy∘(x − mean)·r and db += Σ dy over the rows, each where it is wanted.
package func layerNormParameterGradients(
  rows: Int, columns: Int, x: UnsafePointer<Float>, mean: UnsafePointer<Float>,
  reciprocal: UnsafePointer<Float>, dy: UnsafePointer<Float>, dw: UnsafeMutablePointer<Float>?,
  db: UnsafeMutablePointer<Float>?
) {
  requireCounts(rows, columns)
  if let db { addColumnSums(rows: rows, columns: columns, dy, to: db) }
  guard let dw else { return }
  for row in 0..<rows {
    let shift = Lanes(repeating: mean[row])
    let factor = Lanes(repeating: reciprocal[row])
    forEachLanes(columns) { i, n in
      let start = row * columns + i
      let normal = (part(x, start, n) - shift) * factor
      put(fused(part(dy, start, n), normal, part(dw, i, n)), dw, i, n)
    }
  }
}
