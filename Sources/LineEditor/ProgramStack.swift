// The stack that the program runs on.
import CEditLine

package enum ProgramStack {
  /// What the evaluator's limits of depth are made for, with as much to spare.
  private static let size = 8 << 20

  /// Runs the program with that much stack, also where the system limits it to less.
  package static func run(_ program: @convention(c) () -> Void) { cel_with_stack(size, program) }
}
