// Bytes where they stand: in a buffer of their own, or in memory that somebody else holds.

/// Bytes that do not change once they are made.
package struct StoredBytes: Sendable {
  package let count: Int
  /// A number, because pointers are not Sendable; nobody changes what it points to.
  private let address: UInt
  /// What holds the memory.
  let owner: any AnyObject & Sendable

  /// Bytes of their own, zero before `fill` sets them.
  package init(count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
    precondition(count >= 0, "\(count) bytes")
    let buffer = Buffer(count: (count + 3) / 4)
    UnsafeMutableRawPointer(buffer.pointer).withMemoryRebound(to: UInt8.self, capacity: max(1, count), fill)
    self.count = count
    address = UInt(bitPattern: buffer.pointer)
    owner = buffer
  }

  /// - Parameter bytes: valid while `owner` lives.
  package init(borrowing bytes: UnsafeRawBufferPointer, from owner: any AnyObject & Sendable) {
    count = bytes.count
    address = UInt(bitPattern: bytes.baseAddress)
    self.owner = owner
  }

  /// Calls `body` with the address of the first byte; not where there is none.
  package func withBytes(_ body: (UnsafePointer<UInt8>) -> Void) {
    guard let start = UnsafeRawPointer(bitPattern: address), count > 0 else { return }
    start.withMemoryRebound(to: UInt8.self, capacity: count, body)
    withExtendedLifetime(owner) {}
  }

  /// Who holds the memory and knows of its changes; nil for memory that nobody else can change.
  package var lender: (any BorrowedMemory)? { owner as? any BorrowedMemory }

  /// A copy of the bytes.
  package var array: [UInt8] {
    var copy: [UInt8] = []
    withBytes { copy = Array(UnsafeBufferPointer(start: $0, count: count)) }
    return copy
  }
}
