// Sums by one fixed tree, and element-wise passes over vectors.

/// The sum of the elements: lane i of sixteen adds elements i, i + 16, …; then the lanes by halves. 0 when empty.
package func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
  requireCounts(count)
  var total = Lanes()
  var i = 0
  while i + 16 <= count {
    total += load(x + i)
    i += 16
  }
  if i < count { total += load(x + i, first: count - i) }
  return laneSum(total)
}

/// Σ x², finite wherever the elements are; NaN or infinite where one is not finite.
///
/// Blocks are summed in single precision and added in double; where a square overflows, all is done in double.
package func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
  requireCounts(count)
  let block = 1024
  var total = 0.0
  for start in stride(from: 0, to: count, by: block) {
    let n = min(block, count - start)
    total += Double(dot(x + start, x + start, count: n))
  }
  return total.isFinite ? total : sumOfSquaresInDouble(x, count: count)
}

/// The same with each element widened before it is squared, so that no square of a float overflows.
private func sumOfSquaresInDouble(_ x: UnsafePointer<Float>, count: Int) -> Double {
  var low = SIMD8<Double>()
  var high = SIMD8<Double>()
  var i = 0
  while i < count {
    let part = i + 16 <= count ? load(x + i) : load(x + i, first: count - i)
    let a = SIMD8<Double>(part.lowHalf)
    let b = SIMD8<Double>(part.highHalf)
    low.addProduct(a, a)
    high.addProduct(b, b)
    i += 16
  }
  let a = low + high
  let b = a.lowHalf + a.highHalf
  return (b[0] + b[2]) + (b[1] + b[3])
}

/// x *= factor.
package func scale(_ count: Int, _ x: UnsafeMutablePointer<Float>, by factor: Float) {
  scale(count, UnsafePointer(x), by: factor, into: x)
}

/// out = factor·x, elementwise; `out` may be x.
package func scale(
  _ count: Int, _ x: UnsafePointer<Float>, by factor: Float, into out: UnsafeMutablePointer<Float>
) {
  requireCounts(count)
  let factor = Lanes(repeating: factor)
  mapLanes(count, x, into: out) { $0 * factor }
}

/// out += x.
package func add(_ count: Int, _ x: UnsafePointer<Float>, to out: UnsafeMutablePointer<Float>) {
  requireCounts(count)
  mapLanes(count, out, x, into: out) { $0 + $1 }
}

/// y += factor·x, one rounding an element.
package func addScaled(
  _ count: Int, _ x: UnsafePointer<Float>, by factor: Float, to y: UnsafeMutablePointer<Float>
) {
  requireCounts(count)
  let factor = Lanes(repeating: factor)
  mapLanes(count, x, y, into: y) { fused($0, factor, $1) }
}

/// out *= x.
package func multiply(_ count: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
  requireCounts(count)
  mapLanes(count, out, x, into: out) { $0 * $1 }
}

/// x = factor·x + y, one rounding an element.
package func scaleAndAdd(
  _ count: Int, _ x: UnsafeMutablePointer<Float>, by factor: Float, plus y: UnsafePointer<Float>
) {
  requireCounts(count)
  let factor = Lanes(repeating: factor)
  mapLanes(count, x, y, into: x) { fused($0, factor, $1) }
}

/// out [rows, columns] = bias in every row, added to `x` where it is given; `x` may be `out`.
package func addBias(
  rows: Int, columns: Int, bias: UnsafePointer<Float>, to x: UnsafePointer<Float>?,
  into out: UnsafeMutablePointer<Float>
) {
  requireCounts(rows, columns)
  for row in 0..<rows {
    let target = out + row * columns
    if let x {
      mapLanes(columns, x + row * columns, bias, into: target) { $0 + $1 }
    } else {
      target.update(from: bias, count: columns)
    }
  }
}

/// out [columns] += the sum of the rows of x [rows, columns], in increasing row.
package func addColumnSums(
  rows: Int, columns: Int, _ x: UnsafePointer<Float>, to out: UnsafeMutablePointer<Float>
) {
  requireCounts(rows, columns)
  for row in 0..<rows { add(columns, x + row * columns, to: out) }
}

/// Copies a block of columns from one row-major matrix to another.
package func copyColumns(
  rows: Int, columns: Int, from source: UnsafePointer<Float>, rowStride sourceRow: Int,
  to target: UnsafeMutablePointer<Float>, rowStride targetRow: Int
) {
  requireRows(rows, of: columns, rowStride: min(sourceRow, targetRow))
  for row in 0..<rows {
    (target + row * targetRow).update(from: source + row * sourceRow, count: columns)
  }
}

/// out [columns, rows] = the transpose of x [rows, columns]; they must not overlap.
package func transpose(
  rows: Int, columns: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>
) {
  transpose(rows: rows, columns: columns, x, rowStride: columns, into: out, rowStride: rows)
}

/// The same for rows of x and of out that stand apart.
package func transpose(
  rows: Int, columns: Int, _ x: UnsafePointer<Float>, rowStride: Int,
  into out: UnsafeMutablePointer<Float>, rowStride outStride: Int
) {
  requireRows(rows, of: columns, rowStride: rowStride)
  requireRows(columns, of: rows, rowStride: outStride)
  var row = 0
  while row < rows {
    let height = min(8, rows - row)
    var column = 0
    if height == 8 {
      while column + 8 <= columns {
        transpose8(x + row * rowStride + column, rowStride, into: out + column * outStride + row, outStride)
        column += 8
      }
    }
    while column < columns {
      for i in 0..<height { out[column * outStride + row + i] = x[(row + i) * rowStride + column] }
      column += 1
    }
    row += height
  }
}

/// out [rows] = the Euclidean norm of each row of x [rows, columns]: squares summed in double precision.
package func rowNorms(
  rows: Int, columns: Int, _ x: UnsafePointer<Float>, rowStride: Int, into out: UnsafeMutablePointer<Float>
) {
  requireRows(rows, of: columns, rowStride: rowStride)
  for row in 0..<rows { out[row] = Float(sumOfSquares(x + row * rowStride, count: columns).squareRoot()) }
}

/// out = gains∘x in every row of x [rows, columns].
package func scaleColumns(
  rows: Int, columns: Int, _ x: UnsafePointer<Float>, by gains: UnsafePointer<Float>,
  into out: UnsafeMutablePointer<Float>
) {
  requireCounts(rows, columns)
  for row in 0..<rows {
    mapLanes(columns, x + row * columns, gains, into: out + row * columns) { $0 * $1 }
  }
}
