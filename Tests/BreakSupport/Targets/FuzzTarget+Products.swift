// Matrix products of any shape as a target, on memory where one float too many ends the process.

import Kernels
import Storage
import TestSupport

extension FuzzTarget {
  /// Eleven numbers: rows, columns, depth; whether A is transposed; how B stands (0 in place, 1 packed, 2 packed from its
  /// transpose); what C starts from (0 zero, 1 itself, 2 another matrix); spare columns of A, B and C; the side of the
  /// blocks that is exact; a seed. Every element must be the plain chain, and nothing beside C is written.
  package static let products = FuzzTarget(
    name: "products",
    seeds: [
      "8 32 64 0 0 0 0 0 0 0 1", "9 33 17 1 0 1 3 1 2 1 2", "16 48 31 0 1 2 0 0 5 0 3",
      "1 1 1 1 2 0 0 0 0 1 4",
      "70 40 20 0 2 1 1 0 0 0 5", "2 16 0 0 0 2 0 3 0 1 6", "5 100 300 1 1 0 0 0 0 0 7",
      "33 130 40 1 0 1 490 0 1 0 8", "40 30 390 1 1 0 480 0 0 1 9",
      "32 128 130 1 0 2 500 0 0 1 10",
    ].map { Array($0.utf8) },
    words: [
      " ", "0", "1", "2", "3", "7", "8", "9", "15", "16", "17", "31", "32", "33", "63", "64", "65", "96",
      "128",
      "383", "385", "512", "-1", "9223372036854775807", "x",
    ]
  ) { bytes in
    guard let product = FuzzedProduct(bytes) else { return .refused }
    try product.check()
    return .accepted
  }

  /// Exactly `count` whole numbers with single spaces between them, each in its range.
  static func numbers(_ bytes: [UInt8], in ranges: [ClosedRange<Int>]) -> [Int]? {
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard parts.count == ranges.count, numbers.count == ranges.count,
      zip(numbers, ranges).allSatisfy({ $1.contains($0) })
    else { return nil }
    return numbers
  }
}

/// One product, checked against its definition.
private struct FuzzedProduct {
  var (M, N, K) = (0, 0, 0)
  var isTransposed = false
  var layout = 0
  var start = 0
  var (spareA, spareB, spareC) = (0, 0, 0)
  var side = GuardedBlock.Side.end
  var generator: SeededGenerator

  init?(_ bytes: [UInt8]) {
    guard
      let n = FuzzTarget.numbers(
        bytes,
        in: [
          0...200, 0...300, 0...800, 0...1, 0...2, 0...2, 0...600, 0...40, 0...40, 0...1, 0...1_000_000,
        ]), n[0] * n[1] * n[2] <= 600_000
    else { return nil }
    (M, N, K) = (n[0], n[1], n[2])
    (isTransposed, layout, start) = (n[3] == 1, n[4], n[5])
    (spareA, spareB, spareC) = (n[6], n[7], n[8])
    side = n[9] == 0 ? .end : .beginning
    generator = SeededGenerator(seed: UInt64(n[10]))
  }

  private func floats(_ count: Int, _ generator: inout SeededGenerator) -> GuardedBlock {
    let block = GuardedBlock(count: count, exactAt: side)
    for i in 0..<count { block.pointer[i] = Float(Int8(truncatingIfNeeded: generator.next())) / 16 }
    return block
  }

  func check() throws {
    var generator = generator
    let aStride = (isTransposed ? M : K) + spareA
    let a = floats(aStride * (isTransposed ? K : M), &generator)
    let bStride = (layout == 2 ? K : N) + spareB
    // What stands row after row is read up to 31 floats beyond its end.
    let slack = layout == 0 ? Buffer.slack : 0
    let b = floats(bStride * (layout == 2 ? N : K) + slack, &generator)
    let packed = floats(layout == 0 ? 0 : packedCount(depth: K, columns: N), &generator)
    let cRow = N + spareC
    let c = floats(M * cRow, &generator)
    let other = floats(M * cRow, &generator)
    defer { for block in [a, b, packed, c, other] { block.free() } }
    let before = (0..<c.count).map { c.pointer[$0] }
    let panels: Panels
    switch layout {
    case 0: panels = Panels(rowMajor: b.pointer, rowStride: bStride, depth: K)
    case 1:
      packRows(b.pointer, depth: K, columns: N, rowStride: bStride, into: packed.pointer)
      panels = Panels(packed: packed.pointer, depth: K)
    default:
      packTransposed(b.pointer, depth: K, columns: N, rowStride: bStride, into: packed.pointer)
      panels = Panels(packed: packed.pointer, depth: K)
    }
    matrixProduct(
      rows: M, columns: N, depth: K, a: a.pointer, aRow: isTransposed ? 1 : aStride,
      aColumn: isTransposed ? aStride : 1, b: panels, c: c.pointer, cRow: cRow,
      initial: start == 0 ? nil : UnsafePointer(start == 1 ? c.pointer : other.pointer))
    for i in 0..<M {
      for j in 0..<cRow {
        let place = i * cRow + j
        var expected = before[place]
        if j < N {
          expected = start == 0 ? 0 : start == 1 ? expected : other.pointer[place]
          for k in 0..<K {
            expected.addProduct(
              a.pointer[isTransposed ? k * aStride + i : i * aStride + k],
              b.pointer[layout == 2 ? j * bStride + k : k * bStride + j])
          }
        }
        try BreakFinding.require(
          c.pointer[place].bitPattern == expected.bitPattern,
          "element \(i), \(j) is \(c.pointer[place]) in place of \(expected)")
      }
    }
  }
}
