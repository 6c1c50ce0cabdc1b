// What is made of the trainable parameters before a step: panels for the products, and merged weights.
import Kernels
import Signals

enum PrepareTask: Sendable {
  case pack(PackTask)
  case merge(MergeTask)

  /// Once `stop` is asked, the rest is left undone.
  func run(
    _ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>,
    stop: StopSignal
  ) {
    if stop.isAsked { return }
    switch self {
    case .pack(let task): task.run(parameters, packed)
    case .merge(let task): task.run(parameters, packed, stop: stop)
    }
  }
}

/// Packs one trainable matrix for the products of a step.
struct PackTask: Sendable {
  let source: Int
  /// K and N of the right operand B [K, N].
  let depth: Int
  let columns: Int
  let isTransposed: Bool
  let target: Int

  func run(_ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>) {
    if isTransposed {
      packTransposed(
        parameters + source, depth: depth, columns: columns, rowStride: depth, into: packed + target)
    } else {
      packRows(
        parameters + source, depth: depth, columns: columns, rowStride: columns, into: packed + target)
    }
  }
}

/// W' = W + s·B·A, row by row, with DoRA the norms of its rows, and in the merged order its panels.
struct MergeTask: Sendable {
  let weight: StoredMatrix
  let rank: Int
  let multiplier: Float
  let offsetA: Int
  let offsetB: Int
  let magnitude: AdapterBranch.Magnitude?
  /// nil in the factored order.
  let place: AdapterBranch.Merged?

  private var inputs: Int { weight.columns }
  private var outputs: Int { weight.rows }

  func run(
    _ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>,
    stop: StopSignal
  ) {
    if let magnitude {
      add(parameters, to: packed + magnitude.direction, rowStride: magnitude.rowStride, stop)
      if stop.isAsked { return }
      measure(magnitude, parameters, packed)
    }
    guard let place else { return }
    if let magnitude {
      for row in 0..<outputs {
        let target = packed + place.sum + row * place.rowStride
        target.update(from: packed + magnitude.direction + row * magnitude.rowStride, count: inputs)
        scale(inputs, target, by: packed[magnitude.gains + row])
      }
    } else {
      add(parameters, to: packed + place.sum, rowStride: place.rowStride, stop)
    }
    if stop.isAsked { return }
    packTransposed(
      packed + place.sum, depth: inputs, columns: outputs, rowStride: place.rowStride,
      into: packed + place.forward)
    packTransposed(
      parameters + offsetA, depth: inputs, columns: rank, rowStride: inputs, into: packed + place.columnsA)
  }

  private func add(
    _ parameters: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, rowStride: Int,
    _ stop: StopSignal
  ) {
    // B·A is made first and added with its multiplier in one rounding, as PEFT merges.
    matrixProduct(
      rows: outputs, columns: inputs, depth: rank, a: parameters + offsetB, aRow: rank, aColumn: 1,
      b: Panels(rowMajor: parameters + offsetA, rowStride: inputs), c: sum, cRow: rowStride,
      stop: stop)
    if stop.isAsked { return }
    // A few rows at a time, so that a weight that is expanded takes little memory.
    for start in stride(from: 0, to: outputs, by: 64) {
      let rows = start..<min(start + 64, outputs)
      weight.withRows(rows) { w in
        for row in rows {
          scaleAndAdd(
            inputs, sum + row * rowStride, by: multiplier, plus: w + (row - start) * inputs)
        }
      }
    }
  }

  /// m/n and 1/n of every row.
  private func measure(
    _ magnitude: AdapterBranch.Magnitude, _ parameters: UnsafePointer<Float>,
    _ packed: UnsafeMutablePointer<Float>
  ) {
    let norms = packed + magnitude.reciprocals
    rowNorms(
      rows: outputs, columns: inputs, packed + magnitude.direction, rowStride: magnitude.rowStride,
      into: norms)
    for row in 0..<outputs {
      packed[magnitude.gains + row] = parameters[magnitude.offset + row] / norms[row]
      norms[row] = 1 / norms[row]
    }
  }
}
