// A weight as a matrix, whatever its storage is.
import Kernels
package import Signals
import Storage

/// A matrix [rows, columns] whose elements stand row after row, or column after column where the storage is transposed.
package struct StoredMatrix: Sendable {
  package let storage: WeightStorage
  package let rows: Int
  package let columns: Int

  package init(_ storage: WeightStorage, rows: Int, columns: Int) {
    precondition(
      rows * columns <= storage.count, "\(rows) × \(columns) elements in storage of \(storage.count)")
    self.storage = storage
    self.rows = rows
    self.columns = columns
  }

  package var count: Int { rows * columns }

  /// Whether its elements are quantised.
  package var isQuantized: Bool { storage.isQuantized }

  /// Writes some rows, one after the other.
  package func copy(rows range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    guard storage.isTransposed else {
      storage.copy(range.lowerBound * columns..<range.upperBound * columns, into: target)
      return
    }
    let part = Buffer(count: columns * range.count)
    copyStored(rows: 0..<columns, columns: range, into: part.pointer, rowStride: range.count)
    transpose(rows: columns, columns: range.count, part.pointer, into: target)
  }

  /// Writes all rows, one after the other. Once `stop` is asked, the rest is left out.
  package func copy(into target: UnsafeMutablePointer<Float>, _ stop: StopSignal = .never) {
    // About a million elements between two looks.
    let step = max(1, (1 << 20) / max(1, columns))
    for start in stride(from: 0, to: rows, by: step) {
      if stop.isAsked { return }
      copy(rows: start..<min(start + step, rows), into: target + start * columns)
    }
  }

  /// The elements of some rows, one row after the other: where they stand, or copied for the time of the call.
  package func withRows<Value>(_ range: Range<Int>, _ body: (UnsafePointer<Float>) throws -> Value) rethrows
    -> Value
  {
    if !storage.isTransposed, let floats = storage.floats {
      defer { withExtendedLifetime(storage) {} }
      return try body(floats + range.lowerBound * columns)
    }
    let copy = Buffer(count: range.count * columns)
    self.copy(rows: range, into: copy.pointer)
    defer { withExtendedLifetime(copy) {} }
    return try body(copy.pointer)
  }

  /// All elements, one row after the other: where they stand, or copied for the time of the call.
  package func withFloats<Value>(_ body: (UnsafePointer<Float>) throws -> Value) rethrows -> Value {
    try withRows(0..<rows, body)
  }

  /// Gives the elements by their numbers in the order of a file that holds them row after row, or column after column
  /// where it is transposed. It makes a copy of the matrix where it stands in the other order.
  package func storedElements(isTransposed: Bool) -> @Sendable (Range<Int>) -> [Float] {
    var storage = storage
    if storage.isTransposed != isTransposed {
      let other = Buffer(count: count)
      if isTransposed {
        withFloats { transpose(rows: rows, columns: columns, $0, into: other.pointer) }
      } else {
        copy(into: other.pointer)
      }
      storage = WeightStorage(other, isTransposed: isTransposed)
    }
    return { [storage] range in
      [Float](unsafeUninitializedCapacity: range.count) { buffer, filled in
        if let target = buffer.baseAddress { storage.copy(range, into: target) }
        filled = range.count
      }
    }
  }

  // MARK: As it stands

  /// Sizes of the matrix whose rows stand one after the other.
  var storedRows: Int { storage.isTransposed ? columns : rows }
  var storedColumns: Int { storage.isTransposed ? rows : columns }

  /// Writes a part of that matrix.
  func copyStored(
    rows: Range<Int>, columns: Range<Int>, into target: UnsafeMutablePointer<Float>, rowStride: Int
  ) {
    for row in rows {
      let start = row * storedColumns
      storage.copy(
        start + columns.lowerBound..<start + columns.upperBound,
        into: target + (row - rows.lowerBound) * rowStride)
    }
  }
}
