// Matrices in double precision, for what is measured on weights: products, triangular factors, norms.
package import Signals

/// A matrix in double precision, column after column; each column is padded with zeros to whole groups of lanes.
///
/// Sums run through eight lanes in a fixed order, so that results are the same on every CPU.
package struct ColumnMatrix: Equatable, Sendable {
  package let rows: Int
  package let columns: Int
  /// From the start of a column to that of the next.
  let stride: Int
  var values: [Double]

  /// All zeros.
  package init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix of \(rows) by \(columns)")
    self.rows = rows
    self.columns = columns
    stride = (rows + 7) / 8 * 8
    values = [Double](repeating: 0, count: stride * columns)
  }

  /// From elements that stand row after row.
  ///
  /// - Parameter stop: ends the work early; the matrix then means nothing. The same holds of all that takes it.
  package init(
    rows: Int, columns: Int, rowMajor elements: UnsafePointer<Float>, stop: StopSignal = .never
  ) {
    self.init(rows: rows, columns: columns)
    for row in 0..<rows {
      if row.isMultiple(of: 16), stop.isAsked { return }
      for column in 0..<columns { self[row, column] = Double(elements[row * columns + column]) }
    }
  }

  /// From elements that stand column after column: the transpose of a matrix stored by rows.
  package init(rows: Int, columns: Int, columnMajor elements: UnsafePointer<Float>) {
    self.init(rows: rows, columns: columns)
    for column in 0..<columns {
      for row in 0..<rows { self[row, column] = Double(elements[column * rows + row]) }
    }
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[column * stride + row] }
    set { values[column * stride + row] = newValue }
  }

  package var transposed: ColumnMatrix {
    var result = ColumnMatrix(rows: columns, columns: rows)
    for column in 0..<columns {
      for row in 0..<rows { result[column, row] = self[row, column] }
    }
    return result
  }

  /// The square root of the sum of the squares; 0 when empty.
  package var frobeniusNorm: Double {
    values.withUnsafeBufferPointer { all in
      guard let all = all.baseAddress else { return 0 }
      return columnProduct(all, all, count: values.count).squareRoot()
    }
  }

  /// selfᵀ·other.
  package func transposedProduct(
    _ other: ColumnMatrix, stop: StopSignal = .never
  ) -> ColumnMatrix {
    precondition(rows == other.rows, "\(rows) and \(other.rows) rows")
    var result = ColumnMatrix(rows: columns, columns: other.columns)
    values.withUnsafeBufferPointer { left in
      other.values.withUnsafeBufferPointer { right in
        guard let left = left.baseAddress, let right = right.baseAddress else { return }
        for j in 0..<other.columns {
          if stop.isAsked { return }
          for i in 0..<columns {
            result[i, j] = columnProduct(left + i * stride, right + j * stride, count: stride)
          }
        }
      }
    }
    return result
  }

  /// self·other.
  package func product(_ other: ColumnMatrix, stop: StopSignal = .never) -> ColumnMatrix {
    transposed.transposedProduct(other, stop: stop)
  }

  /// The first columns alone.
  package func firstColumns(_ count: Int) -> ColumnMatrix {
    precondition(count <= columns, "\(count) of \(columns) columns")
    var result = ColumnMatrix(rows: rows, columns: count)
    result.values = Array(values.prefix(count * stride))
    return result
  }

  /// The columns of this matrix, then those of the other.
  package func beside(_ other: ColumnMatrix) -> ColumnMatrix {
    precondition(rows == other.rows, "\(rows) and \(other.rows) rows")
    var result = ColumnMatrix(rows: rows, columns: columns + other.columns)
    result.values = values + other.values
    return result
  }

  package mutating func scale(by factor: Double) {
    for i in values.indices { values[i] *= factor }
  }

  package mutating func scaleColumn(_ column: Int, by factor: Double) {
    for i in column * stride..<(column + 1) * stride { values[i] *= factor }
  }

  /// An orthonormal basis of the first `count` columns, Q of their QR factorisation with a positive diagonal in R: by
  /// Gram and Schmidt, twice, so that it is orthonormal to the last digits. A column that depends on those before it
  /// gives zeros.
  package func orthonormalColumns(_ count: Int, stop: StopSignal = .never) -> ColumnMatrix {
    precondition(count <= columns, "\(count) of \(columns) columns")
    var q = ColumnMatrix(rows: rows, columns: count)
    let (stride, size) = (stride, rows)
    q.values.withUnsafeMutableBufferPointer { all in
      values.withUnsafeBufferPointer { source in
        guard let all = all.baseAddress, let source = source.baseAddress else { return }
        for j in 0..<count {
          let column = all + j * stride
          column.update(from: source + j * stride, count: stride)
          let before = columnProduct(column, column, count: stride).squareRoot()
          for _ in 0..<2 {
            if stop.isAsked { return }
            for i in 0..<j {
              let share = columnProduct(all + i * stride, column, count: stride)
              addColumn(all + i * stride, by: -share, to: column, count: stride)
            }
          }
          let norm = columnProduct(column, column, count: stride).squareRoot()
          let scale = norm > before * 1e-13 ? 1 / norm : 0
          for row in 0..<size { column[row] *= scale }
        }
      }
    }
    return q
  }

  /// R of the thin QR factorisation by Householder's reflections: min(rows, columns) × columns, zero below the
  /// diagonal, with RᵀR = selfᵀself. The signs of its rows are not fixed.
  package var upperFactor: ColumnMatrix {
    var work = self
    var mirror = [Double](repeating: 0, count: stride)
    let count = min(rows, columns)
    work.values.withUnsafeMutableBufferPointer { all in
      mirror.withUnsafeMutableBufferPointer { mirror in
        guard let all = all.baseAddress, let mirror = mirror.baseAddress else { return }
        for k in 0..<count { reflect(all, mirror, k) }
      }
    }
    var factor = ColumnMatrix(rows: count, columns: columns)
    for column in 0..<columns {
      for row in 0..<min(column + 1, count) { factor[row, column] = work[row, column] }
    }
    return factor
  }

  /// Clears column k below its diagonal element, and mirrors the columns behind it.
  private func reflect(
    _ all: UnsafeMutablePointer<Double>, _ mirror: UnsafeMutablePointer<Double>, _ k: Int
  ) {
    let column = all + k * stride
    mirror.update(from: column, count: stride)
    mirror.update(repeating: 0, count: k)
    let norm = columnProduct(mirror, mirror, count: stride).squareRoot()
    guard norm > 0 else { return }
    let diagonal = column[k]
    let mirrored = diagonal > 0 ? -norm : norm
    mirror[k] = diagonal - mirrored
    let half = norm * (norm + abs(diagonal))
    for j in k + 1..<max(k + 1, columns) {
      let other = all + j * stride
      addColumn(mirror, by: -columnProduct(mirror, other, count: stride) / half, to: other, count: stride)
    }
    column[k] = mirrored
  }
}

typealias ColumnLanes = SIMD8<Double>

@inline(__always)
func load(_ pointer: UnsafePointer<Double>) -> ColumnLanes {
  UnsafeRawPointer(pointer).loadUnaligned(as: ColumnLanes.self)
}

@inline(__always)
func store(_ lanes: ColumnLanes, _ pointer: UnsafeMutablePointer<Double>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: ColumnLanes.self)
}

/// The sum of the lanes by a fixed tree.
@inline(__always)
func laneSum(_ lanes: ColumnLanes) -> Double {
  let a = lanes.lowHalf + lanes.highHalf
  let b = a.lowHalf + a.highHalf
  return b[0] + b[1]
}

/// Σ a·b; `count` is a multiple of 8.
func columnProduct(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
  var total = ColumnLanes()
  for i in stride(from: 0, to: count, by: 8) { total.addProduct(load(a + i), load(b + i)) }
  return laneSum(total)
}

/// y += factor·x; `count` is a multiple of 8.
private func addColumn(
  _ x: UnsafePointer<Double>, by factor: Double, to y: UnsafeMutablePointer<Double>, count: Int
) {
  let factor = ColumnLanes(repeating: factor)
  for i in stride(from: 0, to: count, by: 8) {
    var lanes = load(y + i)
    lanes.addProduct(load(x + i), factor)
    store(lanes, y + i)
  }
}
