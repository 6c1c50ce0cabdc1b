// The one kind of memory that kernels share: aligned single-precision storage.
package import Signals

/// A fixed block of floats, 64-byte aligned, zero at first, with `slack` more floats behind it that may be read.
///
/// It is shared between threads without a lock: whoever hands it out sees to it that no two threads touch the
/// same elements at once unless both only read. `pointer` is valid while the buffer lives: a buffer whose pointer is
/// passed on stands in a variable, not in a temporary.
///
/// A checked build (`-D CHECKED`) puts each buffer between guarded pages: what is read or written beyond the slack ends
/// the process there, and what is written into the slack when the buffer goes.
package final class Buffer: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int
  /// The memory of a buffer that holds its own; nil of a borrowing one.
  private let memory: BufferMemory?
  /// What holds the memory of a borrowing buffer.
  let owner: (any AnyObject & Sendable)?

  /// Floats behind the last element that a product may read and drop.
  package static let slack = 32

  /// A buffer that holds nothing.
  package static let empty = Buffer(count: 0)

  /// - Precondition: `count` is not negative. A count of zero is allowed and holds nothing.
  package init(count: Int) {
    precondition(count >= 0, "a buffer cannot hold \(count) elements")
    self.count = count
    let memory = BufferMemory(count: count)
    self.memory = memory
    owner = nil
    pointer = memory.pointer
  }

  /// The elements from `start` on, of which the caller uses `count`.
  ///
  /// - Precondition: the buffer has them.
  package func elements(_ start: Int, count used: Int) -> UnsafeMutablePointer<Float> {
    precondition(
      start >= 0 && used >= 0 && start <= count - used, "\(used) elements at \(start) of a buffer of \(count)"
    )
    return pointer + start
  }

  /// Floats in memory that `owner` holds, as a mapped file: they may only be read, need not be aligned to 64 bytes, and
  /// have no slack behind them.
  package init(borrowing values: UnsafeBufferPointer<Float>, from owner: any AnyObject & Sendable) {
    count = values.count
    memory = nil
    self.owner = owner
    pointer = values.baseAddress.map { UnsafeMutablePointer(mutating: $0) } ?? Buffer.empty.pointer
  }

  /// A copy of an array's elements.
  package convenience init(_ values: [Float]) {
    self.init(count: values.count)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { pointer.update(from: base, count: source.count) }
    }
  }

  deinit {
    memory?.free()
  }

  /// A copy of the elements; of all of them when no range is given.
  package func array(_ range: Range<Int>? = nil) -> [Float] {
    let range = range ?? 0..<count
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside of the buffer")
    return Array(UnsafeBufferPointer(start: pointer + range.lowerBound, count: range.count))
  }

  /// A copy of all elements, or of the first ones where `stop` is asked before the last.
  package func array(_ stop: StopSignal) -> [Float] {
    Array(unsafeUninitializedCapacity: count) { elements, done in
      Buffer.forEachPiece(of: count, stop) { first, count in
        elements.baseAddress?.advanced(by: first).initialize(from: pointer + first, count: count)
        done = first + count
      }
    }
  }

  /// A buffer of its own with the same elements.
  package func copy() -> Buffer {
    let copy = Buffer(count: count)
    copy.pointer.update(from: pointer, count: count)
    return copy
  }

  /// Copies `count` elements to `start` and what follows. Once `stop` is asked, the rest is left undone.
  package func update(
    from source: UnsafePointer<Float>, count: Int, at start: Int, stop: StopSignal
  ) {
    Buffer.forEachPiece(of: count, stop) {
      elements(start + $0, count: $1).update(from: source + $0, count: $1)
    }
  }

  /// Elements that are copied or drawn between two looks at an interruption: less than a hundredth of a second of them.
  package static let piece = 1 << 20

  /// Goes through `count` elements piece by piece. Once `stop` is asked, the rest is left undone.
  package static func forEachPiece(
    of count: Int, _ stop: StopSignal, _ body: (_ first: Int, _ count: Int) -> Void
  ) {
    for first in stride(from: 0, to: count, by: piece) {
      if stop.isAsked { return }
      body(first, min(piece, count - first))
    }
  }

  /// Copies all elements of `other`, which must be as long.
  package func update(from other: Buffer) {
    precondition(other.count == count, "buffers of \(other.count) and \(count) elements")
    pointer.update(from: other.pointer, count: count)
  }
}
