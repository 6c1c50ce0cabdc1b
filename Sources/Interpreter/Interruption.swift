// What ends a cell without an error.
import Kernels

/// A command that has something to keep calls `Session.markInterrupted()` and returns it in place of throwing.
package typealias Interruption = Kernels.Interruption
