// Products with a large matrix, which is read once and from where it stands.
import Kernels
import Signals

/// Part of the matrix that is the left operand at a time, in floats; `leftColumns` is the depth of a product's block.
private let leftRows = 64
private let leftColumns = 384
/// Part that is the right operand at a time.
private let rightRows = 128
private let rightColumns = 512

/// Floats between the rows of a copied part: whole cache lines, and no multiple of a page.
func spacedPart(_ count: Int) -> Int { (count + 15) / 16 * 16 + 16 }

extension StoredMatrix {
  /// Floats of scratch that both products take for so many rows.
  func scratchCount(rows: Int) -> Int {
    StoredMatrix.scratchCount(rows: rows, storedColumns: storedColumns)
  }

  /// The same of a matrix that is not read: its shape alone decides.
  package static func scratchCount(rows: Int, storedColumns: Int) -> Int {
    let left =
      packedCount(depth: storedColumns, columns: rows) + leftRows * spacedPart(rows)
      + leftRows * spacedPart(leftColumns)
    return max(left, rightRows * spacedPart(rightColumns))
  }

  /// y [count, storedRows] = x·Sᵀ, or `initial` + x·Sᵀ, for S as it stands. Once `stop` is asked, the rest is left undone.
  ///
  /// It is computed as the transpose of S·xᵀ: of the two operands x alone is packed, and the rows of S are read in
  /// their order. Every element is the chain of multiply-adds that a product with packed panels makes.
  func multiplyByStoredTransposed(
    _ count: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, initial: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, stop: StopSignal = .never
  ) {
    let (outputs, depth) = (storedRows, storedColumns)
    let rowStride = spacedPart(count)
    let product = scratch + packedCount(depth: depth, columns: count)
    let part = product + leftRows * rowStride
    packTransposed(x, depth: depth, columns: count, rowStride: depth, into: scratch)
    let panels = Panels(packed: scratch, depth: depth)
    for start in stride(from: 0, to: outputs, by: leftRows) {
      if stop.isAsked { return }
      let rows = min(leftRows, outputs - start)
      if let initial {
        transpose(
          rows: count, columns: rows, initial + start, rowStride: outputs, into: product, rowStride: rowStride
        )
      }
      for k in stride(from: 0, to: depth, by: leftColumns) {
        let columns = min(leftColumns, depth - k)
        let a: UnsafePointer<Float>
        let stride: Int
        if let floats = storage.floats {
          (a, stride) = (floats + start * depth + k, depth)
        } else {
          copyStored(
            rows: start..<start + rows, columns: k..<k + columns, into: part,
            rowStride: spacedPart(leftColumns))
          (a, stride) = (UnsafePointer(part), spacedPart(leftColumns))
        }
        // Columns beyond the last are zeros in the panels: whole tiles cost no more than narrow ones.
        matrixProduct(
          rows: rows, columns: (count + 15) / 16 * 16, depth: columns, a: a, aRow: stride, aColumn: 1,
          b: panels.fromRow(k), c: product, cRow: rowStride,
          initial: k > 0 || initial != nil ? UnsafePointer(product) : nil)
      }
      transpose(
        rows: rows, columns: count, product, rowStride: rowStride, into: y + start, rowStride: outputs)
    }
  }

  /// y [count, storedColumns] = x·S, or `initial` + x·S, for S as it stands. Once `stop` is asked, the rest is left undone.
  func multiplyByStored(
    _ count: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, initial: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, stop: StopSignal = .never
  ) {
    let (depth, outputs) = (storedRows, storedColumns)
    let rowStride = spacedPart(rightColumns)
    for start in stride(from: 0, to: outputs, by: rightColumns) {
      if stop.isAsked { return }
      let columns = min(rightColumns, outputs - start)
      for k in stride(from: 0, to: depth, by: rightRows) {
        let rows = min(rightRows, depth - k)
        copyStored(
          rows: k..<k + rows, columns: start..<start + columns, into: scratch, rowStride: rowStride)
        matrixProduct(
          rows: count, columns: columns, depth: rows, a: x + k, aRow: depth, aColumn: 1,
          b: Panels(rowMajor: scratch, rowStride: rowStride), c: y + start, cRow: outputs,
          initial: k > 0 ? UnsafePointer(y + start) : initial.map { $0 + start })
      }
    }
  }
}
