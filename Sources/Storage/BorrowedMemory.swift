// Memory that somebody else holds, and that may change under those who use it.

/// The owner of borrowed memory that knows whether it still is what it was, such as a mapped file that others can write to.
package protocol BorrowedMemory: AnyObject, Sendable {
  /// Throws where the memory was changed: nothing that was computed from it counts.
  func checkUnchanged() throws
}

extension Buffer {
  /// Throws where borrowed memory was changed by others.
  package func checkUnchanged() throws { try (owner as? any BorrowedMemory)?.checkUnchanged() }
}

extension HalfElements {
  /// Throws where the memory was changed by others.
  package func checkUnchanged() throws { try (owner as? any BorrowedMemory)?.checkUnchanged() }
}
