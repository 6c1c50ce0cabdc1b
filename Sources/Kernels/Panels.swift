// The right operand of a matrix product: panels of 32 columns, read in place or packed.

/// Columns of a panel.
package let panelWidth = 32

/// Where a product finds the rows of its right operand B [K, N]: panel `p` holds columns 32p to 32p + 31, and its
/// row k starts at `pointer + p·panelStride + k·rowStride`.
package struct Panels {
  package var pointer: UnsafePointer<Float>
  package var rowStride: Int
  package var panelStride: Int

  /// A row-major B [K, N] read in place; `columns` must be a multiple of 16.
  package init(rowMajor pointer: UnsafePointer<Float>, rowStride: Int) {
    self.pointer = pointer
    self.rowStride = rowStride
    panelStride = panelWidth
  }

  /// The rows from `k` on.
  package func fromRow(_ k: Int) -> Panels {
    var panels = self
    panels.pointer += k * rowStride
    return panels
  }

  /// A B [K, N] that `packRows` or `packTransposed` has laid out.
  package init(packed pointer: UnsafePointer<Float>, depth K: Int) {
    self.pointer = pointer
    rowStride = panelWidth
    panelStride = panelWidth * K
  }
}

/// Floats that a packed B [K, N] takes.
package func packedCount(depth K: Int, columns N: Int) -> Int {
  (N + panelWidth - 1) / panelWidth * panelWidth * K
}

/// Packs a row-major B [K, N]; columns beyond N are zero.
package func packRows(
  _ b: UnsafePointer<Float>, depth K: Int, columns N: Int, rowStride: Int,
  into out: UnsafeMutablePointer<Float>
) {
  var panel = out
  for start in stride(from: 0, to: N, by: panelWidth) {
    let width = min(panelWidth, N - start)
    for k in 0..<K {
      let source = b + k * rowStride + start
      let target = panel + k * panelWidth
      if width == panelWidth {
        store(load(source), target)
        store(load(source + 16), target + 16)
      } else {
        for j in 0..<width { target[j] = source[j] }
        for j in width..<panelWidth { target[j] = 0 }
      }
    }
    panel += panelWidth * K
  }
}

/// Packs the transpose of a row-major matrix [N, K]: B [K, N] with B[k, n] = b[n, k]; columns beyond N are zero.
package func packTransposed(
  _ b: UnsafePointer<Float>, depth K: Int, columns N: Int, rowStride: Int,
  into out: UnsafeMutablePointer<Float>
) {
  var panel = out
  for start in stride(from: 0, to: N, by: panelWidth) {
    for half in stride(from: 0, to: panelWidth, by: 16) {
      let width = min(16, N - start - half)
      let source = b + (start + half) * rowStride
      var k = 0
      if width == 16 {
        while k + 16 <= K {
          transpose16(source + k, rowStride, into: panel + k * panelWidth + half)
          k += 16
        }
      }
      while k < K {
        let target = panel + k * panelWidth + half
        for j in 0..<16 { target[j] = j < width ? source[j * rowStride + k] : 0 }
        k += 1
      }
    }
    panel += panelWidth * K
  }
}

/// Writes the transpose of a 16 × 16 block into rows of a panel, by four rounds of interleaving.
@inline(__always)
private func transpose16(
  _ source: UnsafePointer<Float>, _ rowStride: Int, into out: UnsafeMutablePointer<Float>
) {
  withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 32) { rows in
    // Each round interleaves row i with row i + 8; four rounds move the row number into the lane number.
    for i in 0..<16 { rows[i] = load(source + i * rowStride) }
    var from = 0
    for _ in 0..<4 {
      let to = 16 - from
      for i in 0..<8 {
        let a = rows[from + i]
        let b = rows[from + i + 8]
        rows[to + 2 * i] = interleaved(a.lowHalf, b.lowHalf)
        rows[to + 2 * i + 1] = interleaved(a.highHalf, b.highHalf)
      }
      from = to
    }
    for i in 0..<16 { store(rows[from + i], out + i * panelWidth) }
  }
}

@inline(__always)
private func interleaved(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> Lanes {
  Lanes(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3], a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7])
}
