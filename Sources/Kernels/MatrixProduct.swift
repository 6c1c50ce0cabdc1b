// Single-precision matrix product, blocked over the depth and tiled over rows and columns.
import CVector
package import Signals

/// Depth of a block: a panel of 384 × 32 floats (48 KB) stays in the second-level cache while the rows pass by.
private let depthBlock = 384

/// C [M, N] = A·B, or `initial` + A·B; A [M, K], B [K, N].
///
/// Element (i, k) of A stands at `a + i·aRow + k·aColumn`: (K, 1) for a row-major A, (1, M) for the transpose of a
/// row-major [K, M]. Every element of C is one chain of fused multiply-adds in increasing k that starts from
/// `initial` (from zero without it), whatever the block sizes are; with K = 0 it is that start. `initial` is C itself,
/// or a matrix with C's row stride that does not overlap it. A large product asks `stop` between panels; once asked,
/// the rest is left undone, and C means nothing.
package func matrixProduct(
  rows M: Int, columns N: Int, depth K: Int,
  a: UnsafePointer<Float>, aRow: Int, aColumn: Int, b: Panels,
  c: UnsafeMutablePointer<Float>, cRow: Int, initial: UnsafePointer<Float>? = nil,
  stop: StopSignal = .never
) {
  requireRows(M, of: N, rowStride: cRow)
  precondition(K >= 0 && aRow >= 0 && aColumn >= 0, "a left operand of negative size")
  precondition(K <= b.depth, "a product of depth \(K) with panels of \(b.depth) rows")
  let stop = M * N * K < askingProducts ? .never : stop
  let left = Left(pointer: a, row: aRow, column: aColumn, group: 8 * aRow)
  if M >= 32 && (aColumn >= farStride && N >= 4 * panelWidth || aRow >= farStride && N >= 16 * panelWidth) {
    packedProduct(M, N, K, left, b, c, cRow, initial, stop)
    return
  }
  forEachDepthBlock(K) { k, depth in
    productPanels(
      M, N, depth, left.from(row: 0, column: k), b.fromRow(k), c, cRow, k > 0 ? UnsafePointer(c) : initial,
      stop)
  }
}

/// Multiplications, some milliseconds of them, below which a product is not worth cutting.
private let askingProducts = 1 << 27

/// The left operand: element (i, k) of a group of eight rows stands at `i·row + k·column`.
struct Left {
  var pointer: UnsafePointer<Float>
  var row: Int
  var column: Int
  /// From a group of eight rows to the next.
  var group: Int

  /// The operand from an element on; the row is the first of a group where a group's rows stand apart from the next's.
  func from(row i: Int, column k: Int) -> Left {
    var left = self
    left.pointer += i / 8 * group + i % 8 * row + k * column
    return left
  }
}

/// Rows of A that are packed at a time: with a block of the depth 192 KB, which the second-level cache keeps while
/// all panels pass by.
private let packedRows = Int(CVECTOR_BLOCK) / depthBlock

/// From this distance on, elements of A are read from as many pages as there are rows or depths, and packing it pays
/// where enough panels use it.
private let farStride = 512

/// The same with A packed block by block.
private func packedProduct(
  _ M: Int, _ N: Int, _ K: Int, _ a: Left, _ b: Panels,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?,
  _ stop: StopSignal
) {
  let block = cvector_thread_block()
  forEachDepthBlock(K) { k, depth in
    let initial = k > 0 ? UnsafePointer(c) : initial
    var row = 0
    while row < M {
      let rows = min(packedRows, M - row)
      packLeft(rows, depth, a.from(row: row, column: k), into: block)
      productPanels(
        rows, N, depth, Left(pointer: block, row: 1, column: 8, group: 8 * depth), b.fromRow(k),
        c + row * cRow, cRow, initial.map { $0 + row * cRow }, stop)
      row += rows
    }
  }
}

/// Lays out rows in groups of eight: element (i, k) of a group at 8k + i.
private func packLeft(_ rows: Int, _ depth: Int, _ a: Left, into block: UnsafeMutablePointer<Float>) {
  var group = block
  var row = 0
  while row < rows {
    let count = min(8, rows - row)
    let source = a.from(row: row, column: 0).pointer
    var done = 0
    if count == 8 && a.row == 1 {
      while done < depth {
        let eight = UnsafeRawPointer(source + done * a.column).loadUnaligned(as: SIMD8<Float>.self)
        UnsafeMutableRawPointer(group + 8 * done).storeBytes(of: eight, as: SIMD8<Float>.self)
        done += 1
      }
    } else if count == 8 && a.column == 1 {
      while done + 8 <= depth {
        transpose8(source + done, a.row, into: group + 8 * done, 8)
        done += 8
      }
    }
    for i in 0..<count {
      for k in done..<depth { group[8 * k + i] = source[i * a.row + k * a.column] }
    }
    group += 8 * depth
    row += 8
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

/// All panels of columns, for one block of the depth. Asks `stop` before each.
private func productPanels(
  _ M: Int, _ N: Int, _ K: Int, _ a: Left, _ b: Panels,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?,
  _ stop: StopSignal
) {
  var panel = b.pointer
  var column = 0
  while column < N {
    if stop.isAsked { return }
    let width = min(panelWidth, N - column)
    let next = column + panelWidth < N && M >= prefetchingRows ? panel + b.panelStride : nil
    productPanel(
      M, width, K, a, panel, b.rowStride, next, c + column, cRow, initial.map { $0 + column })
    panel += b.panelStride
    column += panelWidth
  }
}

/// With fewer rows a panel is used too seldom to ask for the next one meanwhile.
private let prefetchingRows = 32

/// All rows of one panel of columns; meanwhile the panel `next` is asked for, and what the next tile starts from.
private func productPanel(
  _ M: Int, _ width: Int, _ K: Int, _ a: Left,
  _ b: UnsafePointer<Float>, _ bRow: Int, _ next: UnsafePointer<Float>?,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?
) {
  var row = 0
  var asked = 0
  while row < M {
    let left = M - row
    let rows = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1
    let target = c + row * cRow
    let source = a.from(row: row, column: 0).pointer
    let start = initial.map { $0 + row * cRow }
    if let start, left >= 16 {
      for i in 8..<16 {
        cvector_prefetch(start + i * cRow)
        cvector_prefetch(start + i * cRow + 16)
      }
    }
    if let next {
      let end = (row + rows) * K / M
      while asked < end {
        cvector_prefetch(next + asked * bRow)
        cvector_prefetch(next + asked * bRow + 16)
        asked += 1
      }
    }
    if width == panelWidth {
      tile(rows: rows, isWide: true, K, source, a.row, a.column, b, bRow, target, cRow, start)
    } else if width == 16 {
      tile(rows: rows, isWide: false, K, source, a.row, a.column, b, bRow, target, cRow, start)
    } else {
      narrowTile(rows, width, K, source, a.row, a.column, b, bRow, target, cRow, start)
    }
    row += rows
  }
}

/// A tile whose last columns lie beyond C: computed beside it and copied.
private func narrowTile(
  _ rows: Int, _ width: Int, _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int,
  _ b: UnsafePointer<Float>, _ bRow: Int, _ c: UnsafeMutablePointer<Float>, _ cRow: Int,
  _ initial: UnsafePointer<Float>?
) {
  withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 16) { buffer in
    guard let base = buffer.baseAddress else { return }
    let side = UnsafeMutableRawPointer(base).assumingMemoryBound(to: Float.self)
    if let initial {
      for i in 0..<rows { copyNarrow(initial + i * cRow, to: side + i * panelWidth, width) }
    }
    tile(
      rows: rows, isWide: width > 16, K, a, aRow, aColumn, b, bRow, side, panelWidth,
      initial == nil ? nil : UnsafePointer(side))
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

/// C [M, N] = op(A)·op(B), or `initial` + op(A)·op(B), all row-major and dense; `scratch` holds at least
/// `productScratchCount` floats.
package func matrixProduct(
  _ form: ProductForm, rows M: Int, columns N: Int, depth K: Int, a: UnsafePointer<Float>,
  b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>, initial: UnsafePointer<Float>? = nil,
  scratch: UnsafeMutablePointer<Float>
) {
  let panels: Panels
  if form == .nt {
    packTransposed(b, depth: K, columns: N, rowStride: K, into: scratch)
    panels = Panels(packed: scratch, depth: K)
  } else if competesForLines(N) {
    packRows(b, depth: K, columns: N, rowStride: N, into: scratch)
    panels = Panels(packed: scratch, depth: K)
  } else {
    panels = Panels(rowMajor: b, rowStride: N, depth: K)
  }
  let isTransposed = form == .tn
  matrixProduct(
    rows: M, columns: N, depth: K, a: a, aRow: isTransposed ? 1 : K, aColumn: isTransposed ? M : 1, b: panels,
    c: c, cRow: N, initial: initial)
}

/// Floats of scratch that the product of a form takes.
package func productScratchCount(_ form: ProductForm, columns N: Int, depth K: Int) -> Int {
  form == .nt || competesForLines(N) ? packedCount(depth: K, columns: N) : 0
}

/// Rows a multiple of a page apart compete for the same lines of the caches.
private func competesForLines(_ rowStride: Int) -> Bool { rowStride.isMultiple(of: 1024) }
