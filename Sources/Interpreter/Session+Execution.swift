// Executing a cell: parse, run the statements in order, show what each gives.
import Display
package import Language
import Signals
package import Text

extension Session {
  /// Runs a cell. What it shows, and the error that ends it, go to `sink` as events while it runs.
  ///
  /// What was assigned before an error or an interruption stays. The front end clears the interrupt flag
  /// first.
  @discardableResult
  package func execute(_ source: Source, sink: @escaping (Event) -> Void) -> CellResult {
    let outer = self.sink
    self.sink = sink
    clearInterruption()
    isRecording = true
    defer {
      finishLine()
      self.sink = outer
    }
    var shown = Value.none
    var isParsed = false
    var fault: (any Error)?
    do {
      let statements = try Parser.parse(source, commands: table.names, labels: table.labels)
      isParsed = true
      let evaluator = Evaluator(session: self, source: source)
      for (place, statement) in statements.enumerated() {
        do {
          if let value = try run(statement, evaluator) { shown = value }
          try checkFaults()
        } catch let leaving as Leaving {
          hasLeft = true
          if place < statements.count - 1 || !statement.leaves {
            emit(.note("left; the rest of the cell is not run"))
          }
          return CellResult(value: shown, exitCode: leaving.code)
        }
        if wasInterrupted { throw Interruption() }
      }
    } catch let error where error is Interruption && !hasFault(&fault) {
      markInterrupted()
      emit(.note("interrupted; the rest of the cell is skipped"))
      return CellResult(value: shown, wasInterrupted: true)
    } catch {
      let diagnostic = withKnownNames(located(fault ?? error, source), in: source)
      scope.globals["_error"] = .text(diagnostic.title)
      emit(.diagnostic(diagnostic))
      return CellResult(value: shown, diagnostic: diagnostic, isSyntaxError: !isParsed)
    }
    record(source.text)
    return CellResult(value: shown)
  }

  /// Whether it was no wish of the user that stopped the work.
  private func hasFault(_ fault: inout (any Error)?) -> Bool {
    fault = environment.fault()
    return fault != nil
  }

  /// Runs one statement of a cell; gives what it showed.
  private func run(_ statement: Statement, _ evaluator: Evaluator) throws -> Value? {
    switch statement.kind {
    case .expression(let expression):
      let value = try evaluator.evaluate(expression)
      if case .none = value { return nil }
      remember(value)
      show(value)
      return value
    case .timed(let inner):
      return try timed { try run(inner, evaluator) }
    case .assignment(let names, let expression):
      let value = try evaluator.assign(names, expression)
      if wasInterrupted { remember(value) }
    default:
      _ = try evaluator.run([statement])
    }
    return nil
  }

  /// Runs a part of a cell and says how long it took, by the environment's clock.
  func timed<Result>(_ body: () throws -> Result) rethrows -> Result {
    let began = environment.clock()
    let result = try body()
    emit(.status("took \(Quantity.duration(environment.clock() - began))"))
    return result
  }

  /// Makes a value the last one, `_`; None leaves it as it is.
  func remember(_ value: Value) {
    if case .none = value { return }
    scope.globals["_"] = value
  }

  /// Shows a value as the echo does: an object in its own way, anything else as code in a line of text.
  package func show(_ value: Value) {
    if case .object(let object) = value {
      for event in object.shown(in: self) { emit(event) }
    } else {
      emit(value.written)
    }
  }

  /// An error as a diagnostic of this source: as it is, or in the sentences that the session knows for it.
  private func located(_ error: any Error, _ source: Source) -> Diagnostic {
    guard var diagnostic = error as? Diagnostic else {
      let failure = describe(error)
      return Diagnostic(
        failure.title, label: failure.label, body: failure.body,
        fix: failure.fix.contains(Failure.asWritten) ? "" : failure.fix,
        code: error is Failure ? "" : Diagnostic.code(of: error))
    }
    if diagnostic.source == nil { diagnostic.source = source }
    return diagnostic
  }

  /// Whether a text is a whole cell, wants more lines, or can never be one.
  package func isComplete(_ text: String) -> Completeness {
    Language.isComplete(text, commands: table.names)
  }
}

extension Statement {
  /// Whether nothing of it is left behind the call that leaves: it is that call, or gives its value a name.
  fileprivate var leaves: Bool {
    switch kind {
    case .expression(let value), .assignment(_, let value):
      if case .call(let call) = value.kind, case .name(let name) = call.callee.kind {
        return LeavingCommands.all.contains { $0.name == name }
      }
      return false
    case .timed(let inner): return inner.leaves
    case .forLoop, .conditional, .function, .result, .importNames: return false
    }
  }
}
