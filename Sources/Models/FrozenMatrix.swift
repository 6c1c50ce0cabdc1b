// A frozen weight as products read it.
import Kernels
package import Signals
import Storage

/// W [outputs, inputs] of a linear layer, for y = x·Wᵀ and dx = dy·W.
///
/// Small models keep both products' packed panels; of large ones the products read the storage a cache block at a
/// time, so that memory holds the weights once. Both give the same bits. A quantised weight is never packed, whatever the
/// size: a block of it is expanded at a time. Of four bits the products have the bits of those with the expanded weight;
/// of eight the forward product is LLM.int8's, in which x is quantised too.
package final class FrozenMatrix: Sendable {
  /// Bytes of a model's weights, as floats, below which it keeps packed panels of them.
  static let packedLimit = 64_000_000

  /// Where the products find the weight.
  private enum Source {
    case stored(StoredMatrix)
    case rowBytes(RowByteElements, StoredMatrix)
    /// Panels of Wᵀ and of W.
    case packed(forward: Buffer, backward: Buffer)
  }

  private let source: Source
  let outputs: Int
  let inputs: Int

  package init(_ matrix: StoredMatrix, isPacked: Bool) {
    (outputs, inputs) = (matrix.rows, matrix.columns)
    if case .rowBytes(let elements) = matrix.storage.elements {
      source = .rowBytes(elements, matrix)
      return
    }
    guard isPacked, !matrix.storage.isQuantized else {
      source = .stored(matrix)
      return
    }
    let forward = Buffer(count: packedCount(depth: inputs, columns: outputs))
    let backward = Buffer(count: packedCount(depth: outputs, columns: inputs))
    let (outputs, inputs) = (outputs, inputs)
    matrix.withFloats { w in
      packTransposed(w, depth: inputs, columns: outputs, rowStride: inputs, into: forward.pointer)
      packRows(w, depth: outputs, columns: inputs, rowStride: inputs, into: backward.pointer)
    }
    source = .packed(forward: forward, backward: backward)
  }

  /// Bytes of the packed panels.
  var packedBytes: Int {
    guard case .packed(let forward, let backward) = source else { return 0 }
    return (forward.count + backward.count) * MemoryLayout<Float>.stride
  }

  /// Floats of scratch that `multiply` and `multiplyTransposed` need for so many rows.
  package func scratchCount(rows: Int) -> Int {
    switch source {
    case .stored(let matrix): matrix.scratchCount(rows: rows)
    case .rowBytes(let elements, let matrix):
      max(elements.scratchCount(rows: rows), matrix.scratchCount(rows: rows))
    case .packed: 0
    }
  }

  /// y [rows, outputs] = x·Wᵀ, or `initial` + x·Wᵀ. Once `stop` is asked, the rest is left undone.
  package func multiply(
    rows: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, initial: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, stop: StopSignal = .never
  ) {
    switch source {
    case .packed(let panels, _):
      matrixProduct(
        rows: rows, columns: outputs, depth: inputs, a: x, aRow: inputs, aColumn: 1,
        b: Panels(packed: panels.pointer, depth: inputs), c: y, cRow: outputs, initial: initial,
        stop: stop)
    case .rowBytes(let elements, _):
      elements.multiply(rows, x: x, y: y, initial: initial, scratch: scratch, stop: stop)
    case .stored(let matrix) where matrix.storage.isTransposed:
      matrix.multiplyByStored(rows, x: x, y: y, initial: initial, scratch: scratch, stop: stop)
    case .stored(let matrix):
      matrix.multiplyByStoredTransposed(rows, x: x, y: y, initial: initial, scratch: scratch, stop: stop)
    }
  }

  /// dx [rows, inputs] = dy·W, or `initial` + dy·W. Once `stop` is asked, the rest is left undone.
  package func multiplyTransposed(
    rows: Int, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, initial: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, stop: StopSignal = .never
  ) {
    switch source {
    case .packed(_, let panels):
      matrixProduct(
        rows: rows, columns: inputs, depth: outputs, a: dy, aRow: outputs, aColumn: 1,
        b: Panels(packed: panels.pointer, depth: outputs), c: dx, cRow: inputs, initial: initial,
        stop: stop)
    case .stored(let matrix) where matrix.storage.isTransposed:
      matrix.multiplyByStoredTransposed(rows, x: dy, y: dx, initial: initial, scratch: scratch, stop: stop)
    case .stored(let matrix), .rowBytes(_, let matrix):
      matrix.multiplyByStored(rows, x: dy, y: dx, initial: initial, scratch: scratch, stop: stop)
    }
  }
}
