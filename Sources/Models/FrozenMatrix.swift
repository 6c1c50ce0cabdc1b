// A frozen weight as products read it.
import Kernels

/// W [outputs, inputs] of a linear layer, for y = x·Wᵀ and dx = dy·W.
///
/// Small models keep both products' packed panels; of large ones the products read the storage and pack a panel at a
/// time, so that memory holds the weights once.
package struct FrozenMatrix: Sendable {
  /// Bytes of a model's weights below which it keeps packed panels of them.
  static let packedLimit = 64_000_000

  let storage: Buffer
  let offset: Int
  let outputs: Int
  let inputs: Int
  /// Panels of Wᵀ and of W; nil where they are packed at each use.
  let forwardPanels: Buffer?
  let backwardPanels: Buffer?

  package init(storage: Buffer, offset: Int, outputs: Int, inputs: Int, isPacked: Bool) {
    self.storage = storage
    self.offset = offset
    self.outputs = outputs
    self.inputs = inputs
    guard isPacked else {
      forwardPanels = nil
      backwardPanels = nil
      return
    }
    let forward = Buffer(count: packedCount(depth: inputs, columns: outputs))
    packTransposed(
      storage.pointer + offset, depth: inputs, columns: outputs, rowStride: inputs, into: forward.pointer)
    let backward = Buffer(count: packedCount(depth: outputs, columns: inputs))
    packRows(
      storage.pointer + offset, depth: outputs, columns: inputs, rowStride: inputs, into: backward.pointer)
    forwardPanels = forward
    backwardPanels = backward
  }

  /// Floats of scratch that `multiply` and `multiplyTransposed` need: one panel.
  package var scratchCount: Int { forwardPanels == nil ? panelWidth * max(inputs, outputs) : 0 }

  /// y [rows, outputs] = x·Wᵀ, or `initial` + x·Wᵀ. Once `isCut` is true, the rest is left undone.
  package func multiply(
    rows: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, initial: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, isCut: (@Sendable () -> Bool)? = nil
  ) {
    if let forwardPanels {
      matrixProduct(
        rows: rows, columns: outputs, depth: inputs, a: x, aRow: inputs, aColumn: 1,
        b: Panels(packed: forwardPanels.pointer, depth: inputs), c: y, cRow: outputs, initial: initial,
        isCut: isCut)
      return
    }
    for start in stride(from: 0, to: outputs, by: panelWidth) {
      if let isCut, isCut() { return }
      let width = min(panelWidth, outputs - start)
      packTransposed(
        storage.pointer + offset + start * inputs, depth: inputs, columns: width, rowStride: inputs,
        into: scratch)
      matrixProduct(
        rows: rows, columns: width, depth: inputs, a: x, aRow: inputs, aColumn: 1,
        b: Panels(packed: scratch, depth: inputs), c: y + start, cRow: outputs,
        initial: initial.map { $0 + start })
    }
  }

  /// dx [rows, inputs] = dy·W, or `initial` + dy·W. Once `isCut` is true, the rest is left undone.
  package func multiplyTransposed(
    rows: Int, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, initial: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, isCut: (@Sendable () -> Bool)? = nil
  ) {
    if let backwardPanels {
      matrixProduct(
        rows: rows, columns: inputs, depth: outputs, a: dy, aRow: outputs, aColumn: 1,
        b: Panels(packed: backwardPanels.pointer, depth: outputs), c: dx, cRow: inputs, initial: initial,
        isCut: isCut)
      return
    }
    for start in stride(from: 0, to: inputs, by: panelWidth) {
      if let isCut, isCut() { return }
      let width = min(panelWidth, inputs - start)
      packRows(
        storage.pointer + offset + start, depth: outputs, columns: width, rowStride: inputs, into: scratch)
      matrixProduct(
        rows: rows, columns: width, depth: outputs, a: dy, aRow: outputs, aColumn: 1,
        b: Panels(packed: scratch, depth: outputs), c: dx + start, cRow: inputs,
        initial: initial.map { $0 + start })
    }
  }
}
