// Single-precision matrix product, blocked over the depth and tiled over rows and columns.

/// Depth of a block: a panel of 256 × 32 floats (32 KB) stays in the cache while the rows pass by.
private let depthBlock = 256

/// C [M, N] = A·B, or C + A·B with `accumulate`; A [M, K], B [K, N].
///
/// Element (i, k) of A stands at `a + i·aRow + k·aColumn`: (K, 1) for a row-major A, (1, M) for the transpose of a
/// row-major [K, M]. Every element of C is one chain of fused multiply-adds in increasing k that starts from the
/// stored value (from zero without `accumulate`), whatever the block sizes are. With K = 0, C is zero or stays.
/// Columns that `b` reads in place must make up a multiple of 16.
package func matrixProduct(
  rows M: Int, columns N: Int, depth K: Int,
  a: UnsafePointer<Float>, aRow: Int, aColumn: Int, b: Panels,
  c: UnsafeMutablePointer<Float>, cRow: Int, accumulate: Bool = false
) {
  var k = 0
  repeat {
    let depth = min(depthBlock, K - k)
    let continues = accumulate || k > 0
    var panel = b.pointer + k * b.rowStride
    var column = 0
    while column < N {
      let width = min(panelWidth, N - column)
      productPanel(
        M, width, depth, a + k * aColumn, aRow, aColumn, panel, b.rowStride, c + column, cRow, continues)
      panel += b.panelStride
      column += panelWidth
    }
    k += depth
  } while k < K
}

/// All rows of one panel of columns.
private func productPanel(
  _ M: Int, _ width: Int, _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int,
  _ b: UnsafePointer<Float>, _ bRow: Int, _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  var row = 0
  while row < M {
    let left = M - row
    let rows = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1
    let target = c + row * cRow
    let source = a + row * aRow
    if width == panelWidth {
      tile(rows: rows, isWide: true, K, source, aRow, aColumn, b, bRow, target, cRow, accumulate)
    } else if width == 16 {
      tile(rows: rows, isWide: false, K, source, aRow, aColumn, b, bRow, target, cRow, accumulate)
    } else {
      narrowTile(rows, width, K, source, aRow, aColumn, b, bRow, target, cRow, accumulate)
    }
    row += rows
  }
}

/// A tile whose last columns are padding: computed beside C and copied.
private func narrowTile(
  _ rows: Int, _ width: Int, _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int,
  _ b: UnsafePointer<Float>, _ bRow: Int, _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 16) { buffer in
    guard let base = buffer.baseAddress else { return }
    let side = UnsafeMutableRawPointer(base).assumingMemoryBound(to: Float.self)
    if accumulate {
      for i in 0..<rows { copyNarrow(c + i * cRow, to: side + i * panelWidth, width) }
    }
    tile(rows: rows, isWide: width > 16, K, a, aRow, aColumn, b, bRow, side, panelWidth, accumulate)
    for i in 0..<rows { copyNarrow(side + i * panelWidth, to: c + i * cRow, width) }
  }
}

/// Copies fewer than 32 elements, eight at a time.
@inline(__always)
private func copyNarrow(_ from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, _ width: Int) {
  var j = 0
  while j + 8 <= width {
    let eight = UnsafeRawPointer(from + j).loadUnaligned(as: SIMD8<Float>.self)
    UnsafeMutableRawPointer(to + j).storeBytes(of: eight, as: SIMD8<Float>.self)
    j += 8
  }
  while j < width {
    to[j] = from[j]
    j += 1
  }
}

/// Which operand of a product is given transposed.
package enum ProductForm: Sendable, CaseIterable { case nn, nt, tn }

/// C [M, N] = op(A)·op(B), all row-major and dense; B is packed into `scratch`, which holds at least
/// `packedCount(depth: K, columns: N)` floats.
package func matrixProduct(
  _ form: ProductForm, rows M: Int, columns N: Int, depth K: Int, a: UnsafePointer<Float>,
  b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>, accumulate: Bool = false,
  scratch: UnsafeMutablePointer<Float>
) {
  let panels: Panels
  switch form {
  case .nt:
    packTransposed(b, depth: K, columns: N, rowStride: K, into: scratch)
    panels = Panels(packed: scratch, depth: K)
  case .nn, .tn:
    if N.isMultiple(of: 16) {
      panels = Panels(rowMajor: b, rowStride: N)
    } else {
      packRows(b, depth: K, columns: N, rowStride: N, into: scratch)
      panels = Panels(packed: scratch, depth: K)
    }
  }
  let isTransposed = form == .tn
  matrixProduct(
    rows: M, columns: N, depth: K, a: a, aRow: isTransposed ? 1 : K, aColumn: isTransposed ? M : 1, b: panels,
    c: c, cRow: N, accumulate: accumulate)
}

/// Floats of scratch that the product of a form takes.
package func productScratchCount(_ form: ProductForm, rows M: Int, columns N: Int, depth K: Int) -> Int {
  packedCount(depth: K, columns: N)
}
