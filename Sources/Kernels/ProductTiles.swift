// Register tiles of the matrix product: each output element is one chain of fused multiply-adds in increasing k.
//
// A [rows, K] is read through two strides, so the same tile serves A and its transpose; B rows are contiguous.

/// Computes a tile of C; `rows` is 8, 4, 2 or 1, `isWide` means 32 columns in place of 16. The chains start from
/// `initial`, which has C's row stride and may be C itself, or from zero.
@inline(__always)
func tile(
  rows: Int, isWide: Bool, _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int,
  _ b: UnsafePointer<Float>, _ bRow: Int, _ c: UnsafeMutablePointer<Float>, _ cRow: Int,
  _ initial: UnsafePointer<Float>?
) {
  #if CHECKED
    precondition(rows == 1 || rows == 2 || rows == 4 || rows == 8, "no tile has \(rows) rows")
    // The loops below take their offsets without looking for an overflow.
    let (lastA, lastC) = ((rows - 1) * aRow + K * aColumn, (rows - 1) * cRow + (isWide ? 32 : 16))
    precondition(K >= 0 && lastA >= 0 && lastC >= 0, "a tile of negative size")
  #endif
  #if KERNELS_AVX512
    // All of a tile in 32 registers of sixteen lanes.
    switch (rows, isWide) {
    case (8, true): tile(Rows<8>.zeros, isWide: true, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (8, false): tile(Rows<8>.zeros, isWide: false, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (4, true): tile(Rows<4>.zeros, isWide: true, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (4, false): tile(Rows<4>.zeros, isWide: false, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (2, true): tile(Rows<2>.zeros, isWide: true, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (2, false): tile(Rows<2>.zeros, isWide: false, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (_, true): tile(Rows<1>.zeros, isWide: true, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (_, false): tile(Rows<1>.zeros, isWide: false, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    }
  #else
    // Sixteen registers of eight lanes, or 32 of four: accumulators of 4 × 16 elements leave room for A and B.
    for column in stride(from: 0, to: isWide ? 32 : 16, by: 16) {
      for row in stride(from: 0, to: rows, by: 4) {
        let (a, b, c) = (a + row * aRow, b + column, c + row * cRow + column)
        let initial = initial.map { $0 + row * cRow + column }
        switch min(rows, 4) {
        case 4: tile(Rows<4>.zeros, isWide: false, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
        case 2: tile(Rows<2>.zeros, isWide: false, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
        default: tile(Rows<1>.zeros, isWide: false, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
        }
      }
    }
  #endif
}

/// `rows` × 16 accumulators. The number of rows is part of the type, so that the loops over them are unrolled and all
/// stay in registers.
private typealias Rows<let rows: Int> = InlineArray<rows, Lanes>

extension InlineArray where Element == Lanes {
  @inline(__always)
  fileprivate static var zeros: InlineArray { InlineArray(repeating: Lanes()) }
}

/// `rows` × 32 columns where `isWide`, else × 16.
@inline(__always)
private func tile<let rows: Int>(
  _ zeros: Rows<rows>, isWide: Bool, _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int,
  _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int, _ c: UnsafeMutablePointer<Float>, _ cRow: Int,
  _ initial: UnsafePointer<Float>?
) {
  // The left and the right half of the columns.
  var left = zeros
  var right = zeros
  if let initial {
    for i in 0..<rows {
      left[unchecked: i] = load(initial + i &* cRow)
      if isWide { right[unchecked: i] = load(initial + i &* cRow + 16) }
    }
  }
  var p = a
  var q = b
  for _ in 0..<K {
    let x = load(q)
    let y = isWide ? load(q + 16) : x
    for i in 0..<rows {
      let s = Lanes(repeating: p[i &* aRow])
      left[unchecked: i].addProduct(s, x)
      if isWide { right[unchecked: i].addProduct(s, y) }
    }
    p += aColumn
    q += bRow
  }
  for i in 0..<rows {
    store(left[unchecked: i], c + i &* cRow)
    if isWide { store(right[unchecked: i], c + i &* cRow + 16) }
  }
}
