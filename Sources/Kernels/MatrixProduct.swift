// Single-precision matrix product, blocked over the depth and tiled over rows and columns.

/// Depth of a block: a panel of 384 × 32 floats (48 KB) stays in the second-level cache while the rows pass by.
private let depthBlock = 384

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
  if aColumn >= farStride && M >= packedRows / 2 && N >= 4 * panelWidth {
    packedProduct(M, N, K, a, aRow, aColumn, b, c, cRow, accumulate)
    return
  }
  forEachDepthBlock(K) { k, depth in
    productPanels(
      M, N, depth, a + k * aColumn, aRow, aColumn, b.fromRow(k), c, cRow, accumulate || k > 0)
  }
}

/// Rows of a transposed A that are packed at a time: with a block of the depth 96 KB, which the cache keeps.
private let packedRows = 64

/// From this distance on, a transposed A is read from another page at every depth, and packing it pays.
private let farStride = 512

/// The same with A packed block by block.
private func packedProduct(
  _ M: Int, _ N: Int, _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: Panels,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: packedRows * depthBlock) { buffer in
    guard let block = buffer.baseAddress else { return }
    forEachDepthBlock(K) { k, depth in
      var row = 0
      while row < M {
        let rows = min(packedRows, M - row)
        packLeft(rows, depth, a + row * aRow + k * aColumn, aRow, aColumn, into: block)
        productOfBlock(
          rows, N, depth, block, b.fromRow(k), c + row * cRow, cRow, accumulate || k > 0)
        row += rows
      }
    }
  }
}

/// Lays out rows in groups of eight: element (i, k) of a group at 8k + i.
private func packLeft(
  _ rows: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int,
  into block: UnsafeMutablePointer<Float>
) {
  var group = block
  var row = 0
  while row < rows {
    let count = min(8, rows - row)
    let source = a + row * aRow
    if aRow == 1 && count == 8 {
      for k in 0..<depth {
        let eight = UnsafeRawPointer(source + k * aColumn).loadUnaligned(as: SIMD8<Float>.self)
        UnsafeMutableRawPointer(group + 8 * k).storeBytes(of: eight, as: SIMD8<Float>.self)
      }
    } else {
      for i in 0..<count {
        for k in 0..<depth { group[8 * k + i] = source[i * aRow + k * aColumn] }
      }
    }
    group += 8 * depth
    row += 8
  }
}

/// All panels for the rows of a packed block.
private func productOfBlock(
  _ rows: Int, _ N: Int, _ depth: Int, _ block: UnsafePointer<Float>, _ b: Panels,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  var panel = b.pointer
  var column = 0
  while column < N {
    let width = min(panelWidth, N - column)
    var row = 0
    while row < rows {
      productPanel(
        min(8, rows - row), width, depth, block + row * depth, 1, 8, panel, b.rowStride,
        c + row * cRow + column, cRow, accumulate)
      row += 8
    }
    panel += b.panelStride
    column += panelWidth
  }
}

/// Blocks of the depth in increasing order; one empty block where K is 0, so that C is set.
@inline(__always)
private func forEachDepthBlock(_ K: Int, _ body: (_ start: Int, _ depth: Int) -> Void) {
  var k = 0
  repeat {
    let depth = min(depthBlock, K - k)
    body(k, depth)
    k += depth
  } while k < K
}

/// All panels of columns.
private func productPanels(
  _ M: Int, _ N: Int, _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: Panels,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ accumulate: Bool
) {
  var panel = b.pointer
  var column = 0
  while column < N {
    let width = min(panelWidth, N - column)
    productPanel(M, width, K, a, aRow, aColumn, panel, b.rowStride, c + column, cRow, accumulate)
    panel += b.panelStride
    column += panelWidth
  }
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
