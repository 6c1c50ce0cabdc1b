// Where a weight's elements stand.
import Kernels
package import Storage

/// The elements of one weight: floats, or those of a file in 16 bits, which are expanded where they are used.
package struct WeightStorage: Sendable {
  enum Elements: Sendable {
    case floats(Buffer, offset: Int)
    case halves(HalfElements)
  }

  let elements: Elements
  /// Whether the elements stand column after column, as GPT-2's files hold matrices.
  package let isTransposed: Bool
  /// What the elements are rounded to where they are read; nil gives them as they stand.
  private var rounding: FloatFormat?

  package init(_ buffer: Buffer, offset: Int = 0, isTransposed: Bool = false) {
    elements = .floats(buffer, offset: offset)
    self.isTransposed = isTransposed
  }

  package init(_ halves: HalfElements, isTransposed: Bool = false) {
    elements = .halves(halves)
    self.isTransposed = isTransposed
  }

  /// How many elements there are at least.
  var count: Int {
    switch elements {
    case .floats(let buffer, let offset): buffer.count - offset
    case .halves(let halves): halves.count
    }
  }

  /// Bytes of an element.
  var elementSize: Int {
    switch elements {
    case .floats: MemoryLayout<Float>.size
    case .halves: 2
    }
  }

  /// The elements as they stand, valid while the storage lives; nil where they are not floats.
  var floats: UnsafePointer<Float>? {
    switch elements {
    case .floats(let buffer, let offset): rounding == nil ? UnsafePointer(buffer.pointer + offset) : nil
    case .halves: nil
    }
  }

  /// Who holds the memory and knows of its changes, as a mapped file does; nil where nobody else can change it.
  var lender: (any BorrowedMemory)? {
    switch elements {
    case .floats(let buffer, _): buffer.lender
    case .halves(let halves): halves.lender
    }
  }

  /// Copies elements in the order in which they stand.
  func copy(_ range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    switch elements {
    case .floats(let buffer, let offset):
      target.update(from: buffer.pointer + offset + range.lowerBound, count: range.count)
    case .halves(let halves): halves.expand(range, into: target)
    }
    if let rounding { _ = round(range.count, target, to: rounding) }
  }

  /// The same elements, rounded to a format where they are read. What stands in that format already is as it is.
  func rounded(to format: FloatFormat) -> WeightStorage {
    var result = self
    switch elements {
    case .halves(let halves) where halves.format == (format == .bf16 ? .brain : .half): break
    case .floats, .halves: if format != .fp32 { result.rounding = format }
    }
    return result
  }
}

extension HalfElements {
  /// Writes the elements of `range`, which lies in 0..<count, as floats: exactly, a NaN with its sign and its payload.
  package func expand(_ range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    withElements(range) { source in
      switch format {
      case .brain: expandBrains(range.count, from: source, into: target)
      case .half: expandHalves(range.count, from: source, into: target)
      }
    }
  }
}
