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
    precondition(K >= 0, "a negative depth")
  #endif
  #if KERNELS_AVX512
    largeTile(rows: rows, isWide: isWide, K, a, aRow, aColumn, b, bRow, c, cRow, initial)
  #else
    // Sixteen registers of eight lanes, or 32 of four: accumulators of 4 × 16 elements leave room for A and B.
    for column in stride(from: 0, to: isWide ? 32 : 16, by: 16) {
      for row in stride(from: 0, to: rows, by: 4) {
        let start = row * cRow + column
        smallTile(
          rows: min(rows, 4), K, a + row * aRow, aRow, aColumn, b + column, bRow, c + start, cRow,
          initial.map { $0 + start })
      }
    }
  #endif
}

#if !KERNELS_AVX512
  /// 4, 2 or 1 rows by 16 columns.
  @inline(__always)
  private func smallTile(
    rows: Int, _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>,
    _ bRow: Int, _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?
  ) {
    switch rows {
    case 4: tile4x16(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case 2: tile2x16(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    default: tile1x16(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    }
  }
#endif

#if KERNELS_AVX512
  /// All of a tile in 32 registers of sixteen lanes.
  @inline(__always)
  private func largeTile(
    rows: Int, isWide: Bool, _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int,
    _ b: UnsafePointer<Float>, _ bRow: Int, _ c: UnsafeMutablePointer<Float>, _ cRow: Int,
    _ initial: UnsafePointer<Float>?
  ) {
    switch (rows, isWide) {
    case (8, true): tile8x32(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (8, false): tile8x16(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (4, true): tile4x32(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (4, false): tile4x16(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (2, true): tile2x32(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (2, false): tile2x16(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (_, true): tile1x32(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    case (_, false): tile1x16(K, a, aRow, aColumn, b, bRow, c, cRow, initial)
    }
  }
#endif

/// 8 rows by 32 columns.
@inline(__always)
private func tile8x32(
  _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?
) {
  var c0a = Lanes(), c0b = Lanes()
  var c1a = Lanes(), c1b = Lanes()
  var c2a = Lanes(), c2b = Lanes()
  var c3a = Lanes(), c3b = Lanes()
  var c4a = Lanes(), c4b = Lanes()
  var c5a = Lanes(), c5b = Lanes()
  var c6a = Lanes(), c6b = Lanes()
  var c7a = Lanes(), c7b = Lanes()
  if let initial {
    c0a = load(initial)
    c0b = load(initial + 16)
    c1a = load(initial + cRow)
    c1b = load(initial + cRow + 16)
    c2a = load(initial + 2 * cRow)
    c2b = load(initial + 2 * cRow + 16)
    c3a = load(initial + 3 * cRow)
    c3b = load(initial + 3 * cRow + 16)
    c4a = load(initial + 4 * cRow)
    c4b = load(initial + 4 * cRow + 16)
    c5a = load(initial + 5 * cRow)
    c5b = load(initial + 5 * cRow + 16)
    c6a = load(initial + 6 * cRow)
    c6b = load(initial + 6 * cRow + 16)
    c7a = load(initial + 7 * cRow)
    c7b = load(initial + 7 * cRow + 16)
  }
  var p = a
  var q = b
  for _ in 0..<K {
    let x = load(q)
    let y = load(q + 16)
    let s0 = Lanes(repeating: p[0])
    c0a.addProduct(s0, x)
    c0b.addProduct(s0, y)
    let s1 = Lanes(repeating: p[aRow])
    c1a.addProduct(s1, x)
    c1b.addProduct(s1, y)
    let s2 = Lanes(repeating: p[2 * aRow])
    c2a.addProduct(s2, x)
    c2b.addProduct(s2, y)
    let s3 = Lanes(repeating: p[3 * aRow])
    c3a.addProduct(s3, x)
    c3b.addProduct(s3, y)
    let s4 = Lanes(repeating: p[4 * aRow])
    c4a.addProduct(s4, x)
    c4b.addProduct(s4, y)
    let s5 = Lanes(repeating: p[5 * aRow])
    c5a.addProduct(s5, x)
    c5b.addProduct(s5, y)
    let s6 = Lanes(repeating: p[6 * aRow])
    c6a.addProduct(s6, x)
    c6b.addProduct(s6, y)
    let s7 = Lanes(repeating: p[7 * aRow])
    c7a.addProduct(s7, x)
    c7b.addProduct(s7, y)
    p += aColumn
    q += bRow
  }
  store(c0a, c)
  store(c0b, c + 16)
  store(c1a, c + cRow)
  store(c1b, c + cRow + 16)
  store(c2a, c + 2 * cRow)
  store(c2b, c + 2 * cRow + 16)
  store(c3a, c + 3 * cRow)
  store(c3b, c + 3 * cRow + 16)
  store(c4a, c + 4 * cRow)
  store(c4b, c + 4 * cRow + 16)
  store(c5a, c + 5 * cRow)
  store(c5b, c + 5 * cRow + 16)
  store(c6a, c + 6 * cRow)
  store(c6b, c + 6 * cRow + 16)
  store(c7a, c + 7 * cRow)
  store(c7b, c + 7 * cRow + 16)
}

/// 8 rows by 16 columns.
@inline(__always)
private func tile8x16(
  _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?
) {
  var c0 = Lanes()
  var c1 = Lanes()
  var c2 = Lanes()
  var c3 = Lanes()
  var c4 = Lanes()
  var c5 = Lanes()
  var c6 = Lanes()
  var c7 = Lanes()
  if let initial {
    c0 = load(initial)
    c1 = load(initial + cRow)
    c2 = load(initial + 2 * cRow)
    c3 = load(initial + 3 * cRow)
    c4 = load(initial + 4 * cRow)
    c5 = load(initial + 5 * cRow)
    c6 = load(initial + 6 * cRow)
    c7 = load(initial + 7 * cRow)
  }
  var p = a
  var q = b
  for _ in 0..<K {
    let x = load(q)
    c0.addProduct(Lanes(repeating: p[0]), x)
    c1.addProduct(Lanes(repeating: p[aRow]), x)
    c2.addProduct(Lanes(repeating: p[2 * aRow]), x)
    c3.addProduct(Lanes(repeating: p[3 * aRow]), x)
    c4.addProduct(Lanes(repeating: p[4 * aRow]), x)
    c5.addProduct(Lanes(repeating: p[5 * aRow]), x)
    c6.addProduct(Lanes(repeating: p[6 * aRow]), x)
    c7.addProduct(Lanes(repeating: p[7 * aRow]), x)
    p += aColumn
    q += bRow
  }
  store(c0, c)
  store(c1, c + cRow)
  store(c2, c + 2 * cRow)
  store(c3, c + 3 * cRow)
  store(c4, c + 4 * cRow)
  store(c5, c + 5 * cRow)
  store(c6, c + 6 * cRow)
  store(c7, c + 7 * cRow)
}

/// 4 rows by 32 columns.
@inline(__always)
private func tile4x32(
  _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?
) {
  var c0a = Lanes(), c0b = Lanes()
  var c1a = Lanes(), c1b = Lanes()
  var c2a = Lanes(), c2b = Lanes()
  var c3a = Lanes(), c3b = Lanes()
  if let initial {
    c0a = load(initial)
    c0b = load(initial + 16)
    c1a = load(initial + cRow)
    c1b = load(initial + cRow + 16)
    c2a = load(initial + 2 * cRow)
    c2b = load(initial + 2 * cRow + 16)
    c3a = load(initial + 3 * cRow)
    c3b = load(initial + 3 * cRow + 16)
  }
  var p = a
  var q = b
  for _ in 0..<K {
    let x = load(q)
    let y = load(q + 16)
    let s0 = Lanes(repeating: p[0])
    c0a.addProduct(s0, x)
    c0b.addProduct(s0, y)
    let s1 = Lanes(repeating: p[aRow])
    c1a.addProduct(s1, x)
    c1b.addProduct(s1, y)
    let s2 = Lanes(repeating: p[2 * aRow])
    c2a.addProduct(s2, x)
    c2b.addProduct(s2, y)
    let s3 = Lanes(repeating: p[3 * aRow])
    c3a.addProduct(s3, x)
    c3b.addProduct(s3, y)
    p += aColumn
    q += bRow
  }
  store(c0a, c)
  store(c0b, c + 16)
  store(c1a, c + cRow)
  store(c1b, c + cRow + 16)
  store(c2a, c + 2 * cRow)
  store(c2b, c + 2 * cRow + 16)
  store(c3a, c + 3 * cRow)
  store(c3b, c + 3 * cRow + 16)
}

/// 4 rows by 16 columns.
@inline(__always)
private func tile4x16(
  _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?
) {
  var c0 = Lanes()
  var c1 = Lanes()
  var c2 = Lanes()
  var c3 = Lanes()
  if let initial {
    c0 = load(initial)
    c1 = load(initial + cRow)
    c2 = load(initial + 2 * cRow)
    c3 = load(initial + 3 * cRow)
  }
  var p = a
  var q = b
  for _ in 0..<K {
    let x = load(q)
    c0.addProduct(Lanes(repeating: p[0]), x)
    c1.addProduct(Lanes(repeating: p[aRow]), x)
    c2.addProduct(Lanes(repeating: p[2 * aRow]), x)
    c3.addProduct(Lanes(repeating: p[3 * aRow]), x)
    p += aColumn
    q += bRow
  }
  store(c0, c)
  store(c1, c + cRow)
  store(c2, c + 2 * cRow)
  store(c3, c + 3 * cRow)
}

/// 2 rows by 32 columns.
@inline(__always)
private func tile2x32(
  _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?
) {
  var c0a = Lanes(), c0b = Lanes()
  var c1a = Lanes(), c1b = Lanes()
  if let initial {
    c0a = load(initial)
    c0b = load(initial + 16)
    c1a = load(initial + cRow)
    c1b = load(initial + cRow + 16)
  }
  var p = a
  var q = b
  for _ in 0..<K {
    let x = load(q)
    let y = load(q + 16)
    let s0 = Lanes(repeating: p[0])
    c0a.addProduct(s0, x)
    c0b.addProduct(s0, y)
    let s1 = Lanes(repeating: p[aRow])
    c1a.addProduct(s1, x)
    c1b.addProduct(s1, y)
    p += aColumn
    q += bRow
  }
  store(c0a, c)
  store(c0b, c + 16)
  store(c1a, c + cRow)
  store(c1b, c + cRow + 16)
}

/// 2 rows by 16 columns.
@inline(__always)
private func tile2x16(
  _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?
) {
  var c0 = Lanes()
  var c1 = Lanes()
  if let initial {
    c0 = load(initial)
    c1 = load(initial + cRow)
  }
  var p = a
  var q = b
  for _ in 0..<K {
    let x = load(q)
    c0.addProduct(Lanes(repeating: p[0]), x)
    c1.addProduct(Lanes(repeating: p[aRow]), x)
    p += aColumn
    q += bRow
  }
  store(c0, c)
  store(c1, c + cRow)
}

/// 1 rows by 32 columns.
@inline(__always)
private func tile1x32(
  _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?
) {
  var c0a = Lanes(), c0b = Lanes()
  if let initial {
    c0a = load(initial)
    c0b = load(initial + 16)
  }
  var p = a
  var q = b
  for _ in 0..<K {
    let x = load(q)
    let y = load(q + 16)
    let s0 = Lanes(repeating: p[0])
    c0a.addProduct(s0, x)
    c0b.addProduct(s0, y)
    p += aColumn
    q += bRow
  }
  store(c0a, c)
  store(c0b, c + 16)
}

/// 1 rows by 16 columns.
@inline(__always)
private func tile1x16(
  _ K: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ aColumn: Int, _ b: UnsafePointer<Float>, _ bRow: Int,
  _ c: UnsafeMutablePointer<Float>, _ cRow: Int, _ initial: UnsafePointer<Float>?
) {
  var c0 = Lanes()
  if let initial {
    c0 = load(initial)
  }
  var p = a
  var q = b
  for _ in 0..<K {
    let x = load(q)
    c0.addProduct(Lanes(repeating: p[0]), x)
    p += aColumn
    q += bRow
  }
  store(c0, c)
}
