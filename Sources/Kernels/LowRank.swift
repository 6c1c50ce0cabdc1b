// LoRA beside a weight, on naked pointers: the two orders in which its products are made, each with its gradients.
package import Signals

/// y = x·Wᵀ + s·B·A·x (Hu et al. 2021) for n rows x [n, in] and a weight W [out, in]: A [r, in], B [out, r] and their
/// multiplier s. All matrices stand row after row.
///
/// - *Factored*, PEFT's order: u [n, r] = s·x·Aᵀ, then y += u·Bᵀ. Six products of the rows with a factor.
/// - *Merged*: W' = W + s·B·A before the step, y = x·W'ᵀ; the gradient of W' is folded down to A and B after it.
package struct LowRank: Equatable, Sendable {
  package let inputs: Int
  package let outputs: Int
  package let rank: Int
  /// s.
  package var multiplier: Float

  package init(inputs: Int, outputs: Int, rank: Int, multiplier: Float) {
    precondition(inputs > 0 && outputs > 0 && rank > 0, "a factor without elements")
    self.inputs = inputs
    self.outputs = outputs
    self.rank = rank
    self.multiplier = multiplier
  }

  /// Elements of W.
  package var count: Int { outputs * inputs }
  /// Elements of A, and of B.
  package var countA: Int { rank * inputs }
  package var countB: Int { outputs * rank }

  /// Whether the merged order takes fewer multiplications for `rows` rows in a step: the factored order makes six
  /// products of rows with a factor, the merged one three of the size of W with the rank and one of the rows with W for
  /// the gradient.
  package func isMergedCheaper(rows: Int) -> Bool {
    let factored = 3 * Double(rows) * Double(rank) * Double(inputs + outputs)
    // Packing the sum anew costs about as much as a product of depth 16.
    let merged = Double(inputs) * Double(outputs) * Double(3 * rank + rows + 16)
    return merged < factored
  }

  // MARK: Factored

  /// u = s·x·Aᵀ; y = `initial` + u·Bᵀ.
  ///
  /// - Parameters:
  ///   - columnsA: panels of Aᵀ [in, r], as `packTransposed` lays them out.
  ///   - columnsB: panels of Bᵀ [r, out].
  ///   - u: [rows, r], which the gradients need.
  ///   - initial: [rows, out]; y itself, or a matrix that does not overlap it.
  package func forward(
    rows: Int, x: UnsafePointer<Float>, columnsA: UnsafePointer<Float>, columnsB: UnsafePointer<Float>,
    u: UnsafeMutablePointer<Float>, to y: UnsafeMutablePointer<Float>, initial: UnsafePointer<Float>,
    stop: StopSignal = .never
  ) {
    hidden(rows: rows, x: x, columnsA: columnsA, u: u, stop: stop)
    matrixProduct(
      rows: rows, columns: outputs, depth: rank, a: u, aRow: rank, aColumn: 1,
      b: Panels(packed: columnsB, depth: rank), c: y, cRow: outputs, initial: initial, stop: stop)
  }

  /// u = s·x·Aᵀ: of `forward` what the gradients need.
  package func hidden(
    rows: Int, x: UnsafePointer<Float>, columnsA: UnsafePointer<Float>, u: UnsafeMutablePointer<Float>,
    stop: StopSignal = .never
  ) {
    matrixProduct(
      rows: rows, columns: rank, depth: inputs, a: x, aRow: inputs, aColumn: 1,
      b: Panels(packed: columnsA, depth: inputs), c: u, cRow: rank, stop: stop)
    scale(rows * rank, u, by: multiplier)
  }

  /// du [rows, r] = s·dy·B; dB += dyᵀ·u; dA += duᵀ·x.
  ///
  /// - Parameters:
  ///   - u: as `forward` has made it of x.
  ///   - b: B itself.
  ///   - isFirst: sets dA and dB in place of adding to them.
  package func backward(
    rows: Int, dy: UnsafePointer<Float>, x: UnsafePointer<Float>, u: UnsafePointer<Float>,
    b: UnsafePointer<Float>, du: UnsafeMutablePointer<Float>, da: UnsafeMutablePointer<Float>,
    db: UnsafeMutablePointer<Float>, isFirst: Bool, stop: StopSignal = .never
  ) {
    matrixProduct(
      rows: rows, columns: rank, depth: outputs, a: dy, aRow: outputs, aColumn: 1,
      b: Panels(rowMajor: b, rowStride: rank, depth: outputs), c: du, cRow: rank, stop: stop)
    scale(rows * rank, du, by: multiplier)
    addGradient(
      rows: rows, ofOutputs: dy, outputs, inputs: u, rank, to: db, isFirst: isFirst, stop: stop)
    addGradient(
      rows: rows, ofOutputs: du, rank, inputs: x, inputs, to: da, isFirst: isFirst, stop: stop)
  }

  /// dx = du·A, or `initial` + du·A.
  package func backwardToInputs(
    rows: Int, du: UnsafePointer<Float>, a: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>?, stop: StopSignal = .never
  ) {
    matrixProduct(
      rows: rows, columns: inputs, depth: rank, a: du, aRow: rank, aColumn: 1,
      b: Panels(rowMajor: a, rowStride: inputs, depth: rank), c: dx, cRow: inputs, initial: initial,
      stop: stop)
  }

  // MARK: Merged

  /// B·A [out, in], its rows `rowStride` floats apart. `addWeight` makes W' of it.
  package func writeProduct(
    a: UnsafePointer<Float>, b: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>, rowStride: Int,
    stop: StopSignal = .never
  ) {
    matrixProduct(
      rows: outputs, columns: inputs, depth: rank, a: b, aRow: rank, aColumn: 1,
      b: Panels(rowMajor: a, rowStride: inputs, depth: rank), c: sum, cRow: rowStride, stop: stop)
  }

  /// W + s·(B·A) in some rows of what `writeProduct` has made, in one rounding, as PEFT merges.
  ///
  /// - Parameters:
  ///   - sum: the first of the rows, `rowStride` floats apart.
  ///   - weight: these rows of W, one behind the other.
  package func addWeight(
    rows: Int, _ weight: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, rowStride: Int
  ) {
    for row in 0..<rows {
      scaleAndAdd(inputs, sum + row * rowStride, by: multiplier, plus: weight + row * inputs)
    }
  }

  /// dB = s·dW'·Aᵀ; dA = s·Bᵀ·dW'.
  ///
  /// - Parameters:
  ///   - dw: the gradient of W' [out, in].
  ///   - columnsA: panels of Aᵀ [in, r].
  ///   - b: B itself.
  package func fold(
    _ dw: UnsafePointer<Float>, columnsA: UnsafePointer<Float>, b: UnsafePointer<Float>,
    da: UnsafeMutablePointer<Float>, db: UnsafeMutablePointer<Float>, stop: StopSignal = .never
  ) {
    matrixProduct(
      rows: outputs, columns: rank, depth: inputs, a: dw, aRow: inputs, aColumn: 1,
      b: Panels(packed: columnsA, depth: inputs), c: db, cRow: rank, stop: stop)
    matrixProduct(
      rows: rank, columns: inputs, depth: outputs, a: b, aRow: 1, aColumn: rank,
      b: Panels(rowMajor: dw, rowStride: inputs, depth: outputs), c: da, cRow: inputs, stop: stop)
    scale(countA, da, by: multiplier)
    scale(countB, db, by: multiplier)
  }
}

/// The gradient of a weight [M, N] with y = x·Wᵀ: out += dyᵀ·x for dy [rows, M] and x [rows, N].
///
/// - Parameter isFirst: sets `out` in place of adding to it.
package func addGradient(
  rows: Int, ofOutputs dy: UnsafePointer<Float>, _ M: Int, inputs x: UnsafePointer<Float>, _ N: Int,
  to out: UnsafeMutablePointer<Float>, isFirst: Bool, stop: StopSignal = .never
) {
  matrixProduct(
    rows: M, columns: N, depth: rows, a: dy, aRow: 1, aColumn: M,
    b: Panels(rowMajor: x, rowStride: N, depth: rows), c: out, cRow: N,
    initial: isFirst ? nil : UnsafePointer(out), stop: stop)
}

/// Floats from a row to the next of a matrix that products read by rows and by columns: whole groups of lanes; rows a
/// multiple of a kilobyte apart would compete for the same lines of the caches.
package func spacedRow(_ columns: Int) -> Int {
  (columns + 15) / 16 * 16 + (columns.isMultiple(of: 256) ? 16 : 0)
}
