// The products that a first step is measured by: AᵀA, and B·(A·x).
import Adapters
import Kernels
import Storage

/// The size of AᵀA of one module.
struct Gram {
  var diagonal: Double
  var diagonalRatio: Double
  var offDiagonalRatio: Double

  init(
    of site: AdapterSite, _ parameters: Buffer, initialization: LoRAConfiguration.Initialization
  ) {
    let (r, inputs) = (site.rank, site.module.inputs)
    let a = parameters.pointer + site.a.offset
    var squares = [Double](repeating: 0, count: inputs)
    for row in 0..<r {
      for column in 0..<inputs {
        let x = Double(a[row * inputs + column])
        squares[column] += x * x
      }
    }
    diagonal = mean(squares)
    let variance = initialization.variance(rank: r, inputs: inputs)
    diagonalRatio = diagonal / (Double(r) * variance)
    // ‖AᵀA‖ = ‖AAᵀ‖: the smaller of the two is made.
    let width = min(r, inputs)
    let gram = Buffer(count: width * width)
    if inputs < r {
      matrixProduct(
        rows: inputs, columns: inputs, depth: r, a: a, aRow: 1, aColumn: inputs,
        b: Panels(rowMajor: a, rowStride: inputs), c: gram.pointer, cRow: inputs)
    } else {
      multiply(rows: r, a, byTransposeOf: a, columns: r, depth: inputs, into: gram)
    }
    let all = sumOfSquares(gram.pointer, count: gram.count)
    let off = all - squares.reduce(0) { $0 + $1 * $1 }
    let pairs = Double(inputs) * Double(inputs - 1)
    offDiagonalRatio = (max(0, off) / pairs).squareRoot() / diagonal
  }
}

/// A·x and B·(A·x) of one module for every row, made in this order: the product of two small factors is never the
/// difference of two large outputs.
struct AdapterOutput {
  let projected: Buffer
  let output: Buffer

  init(_ site: AdapterSite, x: Buffer, rows: Int, parameters: Buffer) {
    let (r, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    projected = Buffer(count: rows * r)
    output = Buffer(count: rows * outputs)
    multiply(
      rows: rows, x.pointer, byTransposeOf: parameters.pointer + site.a.offset, columns: r, depth: inputs,
      into: projected)
    multiply(
      rows: rows, projected.pointer, byTransposeOf: parameters.pointer + site.b.offset, columns: outputs,
      depth: r, into: output)
  }
}

/// out [rows, columns] = a·bᵀ for a [rows, depth] and b [columns, depth].
private func multiply(
  rows: Int, _ a: UnsafePointer<Float>, byTransposeOf b: UnsafePointer<Float>, columns: Int, depth: Int,
  into out: Buffer
) {
  let packed = Buffer(count: packedCount(depth: depth, columns: columns))
  packTransposed(b, depth: depth, columns: columns, rowStride: depth, into: packed.pointer)
  matrixProduct(
    rows: rows, columns: columns, depth: depth, a: a, aRow: depth, aColumn: 1,
    b: Panels(packed: packed.pointer, depth: depth), c: out.pointer, cRow: columns)
}
