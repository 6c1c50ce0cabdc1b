// Thrown where the user asked to stop and there is nothing to keep.

/// Ends work that was asked to stop, without a result. Work is asked through a function that it is given and that it
/// calls between two pieces which take some hundredths of a second at most; once true, that function stays true.
package struct Interruption: Error {
  package init() {}

  /// Throws it where `isInterrupted` says so.
  package static func check(_ isInterrupted: () -> Bool) throws {
    if isInterrupted() { throw Interruption() }
  }
}
