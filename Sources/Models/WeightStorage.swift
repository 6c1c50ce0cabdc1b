// Where a weight's elements stand.
import Kernels
package import Storage

/// The elements of one weight: floats, or fewer bits that are expanded where they are used: a file's 16, or quantised.
package struct WeightStorage: Sendable {
  enum Elements: Sendable {
    case floats(Buffer, offset: Int)
    case halves(HalfElements)
    case fourBits(FourBitElements)
    case rowBytes(RowByteElements)
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

  /// Quantised elements stand row after row.
  package init(_ elements: FourBitElements) {
    self.elements = .fourBits(elements)
    isTransposed = false
  }

  package init(_ elements: RowByteElements) {
    self.elements = .rowBytes(elements)
    isTransposed = false
  }

  /// Whether the elements are quantised.
  package var isQuantized: Bool {
    switch elements {
    case .floats, .halves: false
    case .fourBits, .rowBytes: true
    }
  }

  /// Elements that are quantised, by their format.
  package enum Quantized {
    case fourBits(FourBitElements)
    case rowBytes(RowByteElements)
  }

  /// Nil where they are not.
  package var quantized: Quantized? {
    switch elements {
    case .floats, .halves: nil
    case .fourBits(let elements): .fourBits(elements)
    case .rowBytes(let elements): .rowBytes(elements)
    }
  }

  /// How many elements there are at least.
  var count: Int {
    switch elements {
    case .floats(let buffer, let offset): buffer.count - offset
    case .halves(let halves): halves.count
    case .fourBits(let elements): elements.count
    case .rowBytes(let elements): elements.rows * elements.columns
    }
  }

  /// Bytes that `count` elements take, the scales of quantised ones with them.
  func bytes(count: Int) -> Int {
    switch elements {
    case .floats: count * MemoryLayout<Float>.size
    case .halves: count * 2
    case .fourBits(let elements): elements.bytes
    case .rowBytes(let elements): elements.bytes
    }
  }

  /// The elements as they stand, valid while the storage lives; nil where they are not floats.
  var floats: UnsafePointer<Float>? {
    switch elements {
    case .floats(let buffer, let offset): rounding == nil ? UnsafePointer(buffer.pointer + offset) : nil
    case .halves, .fourBits, .rowBytes: nil
    }
  }

  /// Who holds the memory and knows of its changes, as a mapped file does; nil where nobody else can change it.
  var lender: (any BorrowedMemory)? {
    switch elements {
    case .floats(let buffer, _): buffer.lender
    case .halves(let halves): halves.lender
    case .fourBits(let elements): elements.lender
    case .rowBytes(let elements): elements.lender
    }
  }

  /// Copies elements in the order in which they stand.
  func copy(_ range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    switch elements {
    case .floats(let buffer, let offset):
      target.update(from: buffer.pointer + offset + range.lowerBound, count: range.count)
    case .halves(let halves): halves.expand(range, into: target)
    case .fourBits(let elements): elements.expand(range, into: target)
    case .rowBytes(let elements): elements.expand(range, into: target)
    }
    if let rounding { _ = round(range.count, target, to: rounding) }
  }

  /// The same elements, rounded to a format where they are read. What stands in that format already is as it is.
  func rounded(to format: FloatFormat) -> WeightStorage {
    var result = self
    switch elements {
    case .halves(let halves) where halves.format == (format == .bf16 ? .brain : .half): break
    case .floats, .halves, .fourBits, .rowBytes: if format != .fp32 { result.rounding = format }
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
