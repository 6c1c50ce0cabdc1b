// The elements of a matrix in eight bits each, with a scale for each row: LLM.int8.
import Kernels
package import Storage

/// Elements of signed bytes, row after row, and the scale of each row: what bitsandbytes' `Int8Params` holds.
package struct RowByteElements: Sendable {
  package let rows: Int
  package let columns: Int
  package let codes: StoredBytes
  /// The largest magnitude of each row.
  package let scales: Buffer
  /// From which magnitude on an element of x is an outlier; 0 has none.
  package let threshold: Float

  /// - Precondition: as many codes and scales as the matrix has elements and rows.
  package init(rows: Int, columns: Int, codes: StoredBytes, scales: Buffer, threshold: Float) {
    precondition(codes.count >= rows * columns && scales.count >= rows, "\(codes.count) codes")
    (self.rows, self.columns, self.codes, self.scales) = (rows, columns, codes, scales)
    self.threshold = threshold
  }

  /// Quantises W [rows, columns].
  package init(rows: Int, columns: Int, _ x: UnsafePointer<Float>, threshold: Float) {
    let scales = Buffer(count: rows)
    let codes = StoredBytes(count: rows * columns) { bytes in
      bytes.withMemoryRebound(to: Int8.self, capacity: max(1, rows * columns)) {
        quantizeRows(rows, columns, x, codes: $0, scales: scales.pointer)
      }
    }
    self.init(rows: rows, columns: columns, codes: codes, scales: scales, threshold: threshold)
  }

  /// Bytes that they take.
  var bytes: Int { rows * columns + 4 * rows }

  /// Who holds the memory of the codes.
  var lender: (any BorrowedMemory)? { codes.lender }

  /// Writes elements as floats, in the order in which they stand.
  func expand(_ range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    forEachRow(range) { bytes, row, count, offset in
      expandRow(count, codes: bytes, scale: scales.pointer[row], into: target + offset)
    }
    withExtendedLifetime(scales) {}
  }

  /// Writes codes as floats, in the order in which they stand.
  func expandCodes(_ range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    forEachRow(range) { bytes, _, count, offset in
      Kernels.expandCodes(count, codes: bytes, into: target + offset)
    }
  }

  private func forEachRow(
    _ range: Range<Int>, _ body: (UnsafePointer<Int8>, _ row: Int, _ count: Int, _ offset: Int) -> Void
  ) {
    codes.withBytes { bytes in
      bytes.withMemoryRebound(to: Int8.self, capacity: codes.count) { bytes in
        var i = range.lowerBound
        while i < range.upperBound {
          let row = i / columns
          let end = min((row + 1) * columns, range.upperBound)
          body(bytes + i, row, end - i, i - range.lowerBound)
          i = end
        }
      }
    }
  }
}
