// Thrown where the user asked to stop and there is nothing to keep.

/// Ends the cell without an error. A command that has something to keep calls `Session.markInterrupted()` and
/// returns it in place of throwing.
package struct Interruption: Error {
  package init() {}
}
