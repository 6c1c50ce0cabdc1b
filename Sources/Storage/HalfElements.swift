// Floats of 16 bits where they stand, in memory that somebody else holds.

/// The formats of 16 bits: IEEE binary16, and the upper half of binary32.
package enum HalfFormat: Sendable { case half, brain }

/// Elements of 16 bits in memory that somebody else holds, as a mapped file: little-endian, at any address.
package struct HalfElements: Sendable {
  package let format: HalfFormat
  package let count: Int
  /// A number, because pointers are not Sendable; nobody changes what it points to.
  private let address: UInt
  /// What holds the memory.
  let owner: any AnyObject & Sendable

  /// - Parameter bytes: valid while `owner` lives; an odd byte at the end is left out.
  package init(
    _ format: HalfFormat, borrowing bytes: UnsafeRawBufferPointer, from owner: any AnyObject & Sendable
  ) {
    self.format = format
    count = bytes.count / 2
    address = UInt(bitPattern: bytes.baseAddress)
    self.owner = owner
  }

  /// Calls `body` with the address of the first element of `range`, which lies in 0..<count; not where it holds nothing.
  package func withElements(_ range: Range<Int>, _ body: (UnsafeRawPointer) -> Void) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "elements \(range) of \(count)")
    guard let start = UnsafeRawPointer(bitPattern: address) else { return }
    body(start + 2 * range.lowerBound)
    withExtendedLifetime(owner) {}
  }
}
