// Singular values and vectors by one-sided Jacobi rotations: slower than other ways, and accurate to the last digits.
package import Signals

/// The first terms of a singular value decomposition W = Σ σᵢ·uᵢ·vᵢᵀ, the largest value first, in double precision.
package struct SingularDirections: Sendable {
  /// σ, all above 0.
  package var values: [Double]
  /// u [rows] and v [columns] of each value, as columns of unit length.
  package var left: ColumnMatrix
  package var right: ColumnMatrix

  package init(values: [Double], left: ColumnMatrix, right: ColumnMatrix) {
    self.values = values
    self.left = left
    self.right = right
  }
}

extension ColumnMatrix {
  /// Cosine of the angle from which on two columns count as orthogonal.
  private static let tolerance = 1e-14
  /// Convergence is quadratic: matrices of any size here take a dozen sweeps at most.
  private static let mostSweeps = 60

  /// min(rows, columns) values, the largest first; NaN where an element is not finite.
  package var singularValues: [Double] {
    if columns > rows { return transposed.singularValues }
    var rotated = self
    rotated.orthogonalizeColumns(.never)
    return rotated.columnNorms.sorted(by: >)
  }

  /// The `count` directions of the largest singular values; fewer where the rank is smaller.
  ///
  /// Vectors of equal singular values are some orthonormal basis of their space.
  ///
  /// - Parameter stop: ends the work early; what is returned then means nothing.
  package func singularDirections(_ count: Int, stop: StopSignal = .never) -> SingularDirections {
    if columns > rows {
      let directions = transposed.singularDirections(count, stop: stop)
      return SingularDirections(
        values: directions.values, left: directions.right, right: directions.left)
    }
    var rotated = self
    rotated.orthogonalizeColumns(stop)
    let norms = stop.isAsked ? [] : rotated.columnNorms
    let order = norms.indices.sorted { (norms[$1], $0) < (norms[$0], $1) }
    // What lies below this is rounding, not rank.
    let smallest = (order.first.map { norms[$0] } ?? 0) * Double(rows) * 0x1p-52
    let chosen = order.prefix(count).filter { norms[$0] > smallest }
    var left = ColumnMatrix(rows: rows, columns: chosen.count)
    for (i, column) in chosen.enumerated() {
      for row in 0..<rows { left[row, i] = rotated[row, column] / norms[column] }
    }
    var right = transposedProduct(left, stop: stop)
    for (i, column) in chosen.enumerated() {
      for row in 0..<columns { right[row, i] /= norms[column] }
    }
    return SingularDirections(values: chosen.map { norms[$0] }, left: left, right: right)
  }

  private var columnNorms: [Double] {
    values.withUnsafeBufferPointer { all in
      guard let all = all.baseAddress else { return [Double](repeating: 0, count: columns) }
      return (0..<columns).map {
        columnProduct(all + $0 * stride, all + $0 * stride, count: stride).squareRoot()
      }
    }
  }

  /// Multiplies by rotations from the right until all columns are orthogonal: they are then the left singular vectors
  /// times the singular values.
  private mutating func orthogonalizeColumns(_ stop: StopSignal) {
    let (columns, stride) = (columns, stride)
    values.withUnsafeMutableBufferPointer { all in
      guard let all = all.baseAddress else { return }
      for _ in 0..<ColumnMatrix.mostSweeps {
        var isDone = true
        for p in 0..<columns {
          if stop.isAsked { return }
          for q in p + 1..<max(p + 1, columns) {
            if q.isMultiple(of: 512), stop.isAsked { return }
            let turned = ColumnMatrix.orthogonalize(all + p * stride, all + q * stride, count: stride)
            isDone = isDone && !turned
          }
        }
        if isDone { return }
      }
    }
  }

  /// Rotates two columns in their plane until they are orthogonal. Returns whether that was needed; it is not where one
  /// is zero or not finite.
  private static func orthogonalize(
    _ p: UnsafeMutablePointer<Double>, _ q: UnsafeMutablePointer<Double>, count: Int
  ) -> Bool {
    var (pp, qq, pq) = (ColumnLanes(), ColumnLanes(), ColumnLanes())
    for i in Swift.stride(from: 0, to: count, by: 8) {
      let (a, b) = (load(p + i), load(q + i))
      pp.addProduct(a, a)
      qq.addProduct(b, b)
      pq.addProduct(a, b)
    }
    let (alpha, beta, gamma) = (laneSum(pp), laneSum(qq), laneSum(pq))
    guard abs(gamma) > tolerance * alpha.squareRoot() * beta.squareRoot() else { return false }
    let zeta = (beta - alpha) / (2 * gamma)
    let tangent = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let c = ColumnLanes(repeating: cosine)
    let s = ColumnLanes(repeating: cosine * tangent)
    for i in Swift.stride(from: 0, to: count, by: 8) {
      let (a, b) = (load(p + i), load(q + i))
      store(c * a - s * b, p + i)
      store(s * a + c * b, q + i)
    }
    return true
  }
}
