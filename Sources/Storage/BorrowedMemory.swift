// Memory that somebody else holds, and that may change under those who use it.

/// The owner of borrowed memory that knows whether it still is what it was, such as a mapped file that others can write to.
package protocol BorrowedMemory: AnyObject, Sendable {
  /// Throws where the memory was changed: nothing that was computed from it counts.
  func checkUnchanged() throws
}

extension Buffer {
  /// Who holds the memory and knows of its changes; nil for memory that nobody else can change.
  package var lender: (any BorrowedMemory)? { owner as? any BorrowedMemory }
}

extension HalfElements {
  /// As of a `Buffer`.
  package var lender: (any BorrowedMemory)? { owner as? any BorrowedMemory }
}
