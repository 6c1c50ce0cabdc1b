// The right operand of a matrix product: panels of 32 columns, read in place or packed.

/// Columns of a panel.
package let panelWidth = 32

/// Where a product finds the rows of its right operand B [K, N]: panel `p` holds columns 32p to 32p + 31, and its
/// row k starts at `pointer + p·panelStride + k·rowStride`.
package struct Panels {
  package var pointer: UnsafePointer<Float>
  package var rowStride: Int
  package var panelStride: Int
  /// K: how many rows there are; `Int.max` where only the caller knows.
  package private(set) var depth: Int

  /// A row-major B [K, N] read in place. Where N is no multiple of 32, a product reads up to 31 floats beyond the
  /// end of a row and drops what it makes of them: a `Buffer` has room for that behind its last element.
  package init(rowMajor pointer: UnsafePointer<Float>, rowStride: Int, depth: Int = .max) {
    precondition(rowStride >= 0 && depth >= 0, "panels of negative size")
    self.pointer = pointer
    self.rowStride = rowStride
    self.depth = depth
    panelStride = panelWidth
  }

  /// The rows from `k` on.
  package func fromRow(_ k: Int) -> Panels {
    precondition(k >= 0 && k <= depth, "row \(k) of \(depth)")
    var panels = self
    panels.pointer += k * rowStride
    panels.depth -= k
    return panels
  }

  /// A B [K, N] that `packRows` or `packTransposed` has laid out.
  package init(packed pointer: UnsafePointer<Float>, depth K: Int) {
    precondition(K >= 0, "panels of negative size")
    self.pointer = pointer
    depth = K
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
  requireRows(K, of: N, rowStride: rowStride)
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
  requireRows(N, of: K, rowStride: rowStride)
  var panel = out
  for start in stride(from: 0, to: N, by: panelWidth) {
    for part in stride(from: 0, to: panelWidth, by: 8) {
      let width = min(8, N - start - part)
      let source = b + (start + part) * rowStride
      var k = 0
      if width == 8 {
        while k + 8 <= K {
          transpose8(source + k, rowStride, into: panel + k * panelWidth + part, panelWidth)
          k += 8
        }
      }
      while k < K {
        let target = panel + k * panelWidth + part
        for j in 0..<8 { target[j] = j < width ? source[j * rowStride + k] : 0 }
        k += 1
      }
    }
    panel += panelWidth * K
  }
}

/// A row of an 8 × 8 block.
private typealias Eight = SIMD8<Float>

/// Writes the transpose of an 8 × 8 block into rows that are `outStride` apart.
///
/// Each round interleaves row i with row i + 4; three rounds move the row number into the lane number.
@inline(__always)
func transpose8(
  _ source: UnsafePointer<Float>, _ rowStride: Int, into out: UnsafeMutablePointer<Float>, _ outStride: Int
) {
  @inline(__always) func row(_ i: Int) -> Eight {
    UnsafeRawPointer(source + i * rowStride).loadUnaligned(as: Eight.self)
  }
  @inline(__always) func write(_ row: Eight, _ i: Int) {
    UnsafeMutableRawPointer(out + i * outStride).storeBytes(of: row, as: Eight.self)
  }
  let (a0, a1) = interleaved(row(0), row(4))
  let (a2, a3) = interleaved(row(1), row(5))
  let (a4, a5) = interleaved(row(2), row(6))
  let (a6, a7) = interleaved(row(3), row(7))
  let (b0, b1) = interleaved(a0, a4)
  let (b2, b3) = interleaved(a1, a5)
  let (b4, b5) = interleaved(a2, a6)
  let (b6, b7) = interleaved(a3, a7)
  let (c0, c1) = interleaved(b0, b4)
  let (c2, c3) = interleaved(b1, b5)
  let (c4, c5) = interleaved(b2, b6)
  let (c6, c7) = interleaved(b3, b7)
  write(c0, 0)
  write(c1, 1)
  write(c2, 2)
  write(c3, 3)
  write(c4, 4)
  write(c5, 5)
  write(c6, 6)
  write(c7, 7)
}

/// a0 b0 a1 b1 …, in two halves.
@inline(__always)
private func interleaved(_ a: Eight, _ b: Eight) -> (Eight, Eight) {
  (
    Eight(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3]),
    Eight(a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7])
  )
}
