// Singular values and directions against matrices whose decomposition is known.
import Kernels
import ReferenceSupport
import Testing

@Suite struct SingularValueTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> ColumnMatrix {
    var random = TestRandom(seed)
    return ColumnMatrix(rows: rows, columns: columns, rowMajor: random.floats(rows * columns))
  }

  private func matrix(_ rows: Int, _ columns: Int, _ element: (Int, Int) -> Double) -> ColumnMatrix {
    var result = ColumnMatrix(rows: rows, columns: columns)
    for row in 0..<rows { for column in 0..<columns { result[row, column] = element(row, column) } }
    return result
  }

  private func largestDifference(_ a: ColumnMatrix, _ b: ColumnMatrix) -> Double {
    var largest = 0.0
    for row in 0..<a.rows {
      for column in 0..<a.columns { largest = max(largest, abs(a[row, column] - b[row, column])) }
    }
    return largest
  }

  private func identity(_ n: Int) -> ColumnMatrix { matrix(n, n) { $0 == $1 ? 1 : 0 } }

  /// Prints the difference, and holds it against the tolerance.
  private func check(_ name: String, _ difference: Double, within tolerance: Double) {
    print("\(name): largest difference \(difference)")
    #expect(difference <= tolerance, "\(name)")
  }

  @Test func ofADiagonal() {
    let diagonal = [3.0, 0, -7, 0.5, 1e-9]
    let values = matrix(9, 5) { $0 == $1 ? diagonal[$0] : 0 }.singularValues
    #expect(values == [7, 3, 0.5, 1e-9, 0])
  }

  @Test(arguments: [(40, 12), (12, 40), (17, 17)])
  func ofRankOne(_ shape: (Int, Int)) {
    let (rows, columns) = shape
    let product = matrix(rows, columns) { Double($0 + 1) * (Double($1) - 2.5) }
    let values = product.singularValues
    let norm = product.frobeniusNorm
    #expect(values.count == min(rows, columns))
    check("rank one, the value", abs(values[0] - norm) / norm, within: 1e-14)
    check("rank one, the rest", values.dropFirst().reduce(0, max) / norm, within: 1e-14)
    #expect(product.singularDirections(3).values.count == 1)
  }

  @Test func ofAnOrthogonalMatrix() {
    let basis = ColumnMatrix.sines(24)
    let values = basis.singularValues
    check("orthogonal", values.map { abs($0 - 1) }.reduce(0, max), within: 1e-12)
    let directions = basis.singularDirections(8)
    let product = directions.left.transposedProduct(directions.left)
    check("orthogonal, left", largestDifference(product, identity(8)), within: 1e-12)
  }

  @Test func ofKnownValuesInAnotherBasis() {
    let (u, v) = (ColumnMatrix.sines(20), ColumnMatrix.sines(13))
    let known = (0..<13).map { 1 / Double($0 * $0 + 1) }
    let product = matrix(20, 13) { row, column in
      known.indices.reduce(0) { $0 + known[$1] * u[row, $1] * v[column, $1] }
    }
    let values = product.singularValues
    check("known values", zip(values, known).map { abs($0 - $1) }.reduce(0, max), within: 1e-14)
    let directions = product.singularDirections(4)
    // The signs of a pair are free, so that the pair's product is compared.
    let aligned = zip([u, v], [directions.left, directions.right]).map { expected, actual in
      let overlap = expected.transposedProduct(actual)
      return (0..<4).map { overlap[$0, $0] }
    }
    check(
      "known directions", (0..<4).map { abs(aligned[0][$0] * aligned[1][$0] - 1) }.reduce(0, max),
      within: 1e-12)
  }

  @Test(arguments: [(30, 30), (50, 11), (11, 50), (1, 9), (9, 1)])
  func decompositionGivesTheMatrixBack(_ shape: (Int, Int)) {
    let (rows, columns) = shape
    let random = matrix(rows, columns, seed: UInt64(rows * 100 + columns))
    let count = min(rows, columns)
    let directions = random.singularDirections(count)
    let values = random.singularValues
    #expect(directions.values.count == count && values == values.sorted(by: >))
    let squares = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    check("\(shape) norm", abs(squares - random.frobeniusNorm) / squares, within: 1e-14)
    let rebuilt = matrix(rows, columns) { row, column in
      (0..<count).reduce(0) {
        $0 + directions.values[$1] * directions.left[row, $1] * directions.right[column, $1]
      }
    }
    check("\(shape) rebuilt", largestDifference(rebuilt, random), within: 1e-13)
    for side in [directions.left, directions.right] {
      check("\(shape) unit", largestDifference(side.transposedProduct(side), identity(count)), within: 1e-12)
    }
    #expect(random.transposed.transposed == random)
  }

  @Test(arguments: [(40, 8), (8, 40), (6, 6)])
  func upperFactorKeepsTheProduct(_ shape: (Int, Int)) {
    let random = matrix(shape.0, shape.1, seed: 3)
    let factor = random.upperFactor
    #expect(factor.rows == min(shape.0, shape.1) && factor.columns == shape.1)
    for row in 0..<factor.rows { for column in 0..<row { #expect(factor[row, column] == 0) } }
    check(
      "\(shape) RᵀR",
      largestDifference(factor.transposedProduct(factor), random.transposedProduct(random)), within: 1e-13)
  }

  /// Singular values of B·A from the small problem, and from B·A itself.
  @Test(arguments: [(31, 22, 5), (12, 9, 20)])
  func productThroughItsFactors(_ shape: (Int, Int, Int)) {
    let (outputs, inputs, rank) = shape
    let b = matrix(outputs, rank, seed: 1)
    let a = matrix(inputs, rank, seed: 2)
    let whole = b.transposed.transposedProduct(a.transposed).singularValues
    let small = b.upperFactor.transposed.transposedProduct(a.upperFactor.transposed).singularValues
    #expect(small.count == min(rank, inputs, outputs))
    let differences = whole.enumerated().map { i, value in abs(value - (i < small.count ? small[i] : 0)) }
    check("\(shape) product", differences.reduce(0, max) / whole[0], within: 1e-14)
  }

  @Test func zeroEmptyAndNotFinite() {
    let zero = ColumnMatrix(rows: 4, columns: 3)
    #expect(zero.singularValues == [0, 0, 0])
    #expect(zero.singularDirections(2).values.isEmpty)
    #expect(zero.upperFactor == ColumnMatrix(rows: 3, columns: 3))
    #expect(ColumnMatrix(rows: 0, columns: 0).singularValues.isEmpty)
    #expect(ColumnMatrix(rows: 0, columns: 0).frobeniusNorm == 0)
    let bad = matrix(4, 4) { $0 == 1 && $1 == 2 ? .nan : 1 }
    #expect(bad.singularValues.contains { $0.isNaN })
  }
}

extension ColumnMatrix {
  /// The orthogonal matrix √(2/(n+1))·sin(π(i+1)(j+1)/(n+1)), its sines by their series.
  fileprivate static func sines(_ n: Int) -> ColumnMatrix {
    var result = ColumnMatrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n {
        let turns = (i + 1) * (j + 1) % (2 * (n + 1))
        result[i, j] = (2 / Double(n + 1)).squareRoot() * sine(turns, of: n + 1)
      }
    }
    return result
  }

  /// sin(π·k/m).
  private static func sine(_ k: Int, of m: Int) -> Double {
    let x = Double.pi * Double(k) / Double(m)
    var (term, total) = (x, x)
    for i in 1..<40 {
      term *= -x * x / Double(2 * i * (2 * i + 1))
      total += term
    }
    return total
  }
}
