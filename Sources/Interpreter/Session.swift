// The state of one workbench: names, the last value and error, and what the front end injected.
import Language
import Signals

/// One workbench: the user's names and all that lasts from one cell to the next. Each file that is run and each prompt
/// has one of its own.
///
/// Three calls are all that a front end needs:
///
/// - `execute(source)` runs a cell; what it shows comes as events while it runs, and the result says how it ended.
/// - `complete(text, cursor:)` says what can stand at the cursor. It evaluates nothing.
/// - `isComplete(text)` says whether a text is a whole cell.
///
/// It knows nothing of a terminal, of files but through commands, or of time but through `environment`. A session belongs
/// to one thread at a time; commands share out their work among `threads` by themselves.
package final class Session {
  /// Clock, folders, memory and the wish to stop, from the front end.
  package let environment: Environment
  package let table: CommandTable
  /// What to tell the user of an error that a command's body threw.
  package let describe: @Sendable (any Error) -> Failure
  /// The names that the user gave, with `_` (the last value) and `_error` (the last error's title).
  package var scope = Scope()
  /// How many threads compute; at least 1. What is computed never depends on it.
  package var threads: Int
  /// Set by a command that stopped early because the user asked, and returned what it had by then.
  package private(set) var wasInterrupted = false

  /// The cells that ran to their ends, in order: what `save session` writes.
  package private(set) var cells: [String] = []
  /// False while a cell runs that is not to be run again with the others.
  package var isRecording = true

  /// The files that do not hold all that they were to hold, although what runs went on: a shell should learn of it.
  package var incompleteFiles: Set<String> = []

  /// Where events go while a cell executes.
  var sink: (Event) -> Void = { _ in }
  /// How many calls of user functions are being evaluated, and how deep evaluation is by all means.
  var callDepth = 0
  var depth = 0
  /// Other names of Python libraries: `np` after `import numpy as np`.
  var moduleAliases: Set<String> = []
  /// What `print` wrote behind its last line break.
  private var line = ""
  /// Whether a cell has left the session: nothing more is to be run in it.
  package internal(set) var hasLeft = false
  private var warned: Set<String> = []
  private var states: [ObjectIdentifier: AnyObject] = [:]

  /// - Parameter describe: knows the errors of the commands' bodies; by default none but `Failure`.
  package init(
    environment: Environment = Environment(), table: CommandTable,
    describe: @escaping @Sendable (any Error) -> Failure = { Failure($0) }
  ) {
    self.environment = environment
    self.table = table
    self.describe = describe
    threads = environment.threads
  }

  /// A session of the same kind without the names of this one.
  package func another(in workingFolder: String? = nil) -> Session {
    var environment = environment
    if let workingFolder { environment.workingFolder = workingFolder }
    let other = Session(environment: environment, table: table, describe: describe)
    other.threads = threads
    return other
  }

  /// Hands an event to the front end. Outside of `execute` there is none, and nothing happens.
  package func emit(_ event: Event) {
    finishLine()
    sink(event)
  }

  /// Text that goes on where the last one ended: each line is shown once it is whole.
  func write(_ text: String) {
    line += text
    guard let end = line.lastIndex(of: "\n") else { return }
    let whole = String(line[..<end])
    line = String(line[line.index(after: end)...])
    sink(.text(whole))
  }

  /// Whether what is written next begins a line.
  var isAtLineStart: Bool { line.isEmpty }

  /// Shows what was written behind the last line break.
  func finishLine() {
    guard !line.isEmpty else { return }
    let rest = line
    line = ""
    sink(.text(rest))
  }

  /// Emits a note the first time that the session comes by `key`.
  package func warnOnce(_ key: String, _ text: String) {
    guard isFirst(key) else { return }
    emit(.note(text))
  }

  /// Whether the session comes by `key` for the first time.
  func isFirst(_ key: String) -> Bool {
    warned.insert(key).inserted
  }

  /// Says that the value about to be returned is partial: it is assigned, and the rest of the cell is
  /// skipped.
  package func markInterrupted() {
    wasInterrupted = true
  }

  /// Throws what went wrong outside of the command that ran.
  func checkFaults() throws {
    if let fault = environment.fault() { throw fault }
  }

  /// Keeps a cell that ran to its end.
  func record(_ cell: String) {
    guard isRecording, cell.contains(where: { !$0.isWhitespace }) else { return }
    cells.append(cell)
  }

  /// Forgets an interruption of an earlier cell.
  func clearInterruption() {
    wasInterrupted = false
  }

  /// The user's name of an object, where it has one.
  package func name(of object: any LabObject) -> String? {
    scope.userNames.first { name in
      if case .object(let other)? = scope.globals[name] { return other === object }
      return false
    }
  }

  /// The session's one state of a type, made when first asked for: what a laboratory keeps between cells.
  package func state<State: AnyObject>(_ type: State.Type, make: () -> State) -> State {
    if let known = states[ObjectIdentifier(type)] as? State { return known }
    let made = make()
    states[ObjectIdentifier(type)] = made
    return made
  }
}
