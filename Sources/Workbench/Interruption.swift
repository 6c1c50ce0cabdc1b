// What ends a cell without an error.
import Storage

/// A command that has something to keep calls `Session.markInterrupted()` and returns it in place of throwing.
package typealias Interruption = Storage.Interruption
