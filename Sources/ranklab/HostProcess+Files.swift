// Running and checking files.
import Display
import Foundation
import Interpreter
import Language
import LineEditor
import Notebook
import TensorFile
import Text
import Workbench

extension HostProcess {
  /// Runs a text as one script: nothing of it runs where it cannot be parsed.
  func runScript(_ text: String, name: String?, in session: Session) -> Outcome {
    interrupts.clear()
    let result = JobTerminal.run {
      session.execute(Source(text, name: name)) { console.write($0) }
    }
    return outcome(of: result, in: session)
  }

  func runStandardInput(in session: Session) -> Outcome {
    if Terminal.isTerminal(STDIN_FILENO), Terminal.isTerminal(STDERR_FILENO) {
      console.write(.note("reading a script from this terminal; Ctrl-D runs it"))
    }
    let name = "standard input"
    let text: String
    do throws(InputError) {
      text = try readStandardInput()
    } catch {
      return refuse(error, name)
    }
    return runScript(text, name: name, in: session)
  }

  /// Runs a `.rank` script, or a Markdown notebook with its prose; `-` is standard input.
  func runFile(_ file: InputFile, in session: Session) -> Outcome {
    if file.isStandardInput { return runStandardInput(in: session) }
    let text: String
    do throws(InputError) {
      text = try read(file)
    } catch {
      return refuse(error, file.quoted)
    }
    guard file.isNotebook else { return runScript(text, name: file.shown, in: session) }
    guard let notebook = notebook(text, file.shown) else { return .syntaxError }
    interrupts.clear()
    let commands = CommandTable.standard.names
    let result = JobTerminal.run {
      notebook.run(in: session) { item in
        switch item {
        case .prose(let text):
          console.writeLine(TerminalText("\n") + shownMarkdown(text, console.options) + TerminalText("\n"))
        case .cell(let cell):
          console.echo(cell.code, commands: commands)
        case .event(let event):
          console.write(event)
        }
      }
    }
    return result.isComplete ? succeeded(session) : outcome(of: result.last, in: session)
  }

  /// Runs a notebook and compares its outputs; `update` writes them into the file instead.
  func checkFile(_ file: InputFile, update: Bool) -> Outcome {
    let text: String
    do throws(InputError) {
      text = try read(file)
    } catch {
      return refuse(error, file.quoted)
    }
    let name = file.shown
    guard let notebook = notebook(text, name) else { return .syntaxError }
    if notebook.cells.isEmpty {
      console.say("error: \(file.quoted) has no ranklab cells to check")
      return .noInput
    }
    interrupts.clear()
    let report = notebook.check(in: session())
    if interrupts.isSet { return wasStopped }
    for failure in report.failures { console.say("\(name):\(failure.line): \(failure.message)") }
    if update {
      return write(report.updated, over: text, file) ?? (report.failures.isEmpty ? .success : .differs)
    }
    for difference in report.differences {
      console.say("\(name):\(difference.line): the output differs")
      console.showAside("--- written\n\(difference.expected)")
      console.showAside("+++ came\n\(difference.actual)")
    }
    return report.isClean ? .success : .differs
  }

  /// Writes a notebook with the outputs that came; gives what ends the check where it cannot be written.
  private func write(_ updated: String, over text: String, _ file: InputFile) -> Outcome? {
    guard updated != text else { return nil }
    guard let path = file.path else {
      console.say("error: \(file.quoted) cannot be written: its name is not UTF-8; rename it and try again")
      return .failure
    }
    do {
      try replace(path, text, with: updated)
      return nil
    } catch {
      console.say("error: \(error)")
      return .failure
    }
  }

  private func notebook(_ text: String, _ path: String) -> MarkdownNotebook? {
    do {
      return try MarkdownNotebook(text, name: path)
    } catch {
      let diagnostic = error as? Diagnostic ?? Diagnostic("\(error)")
      console.write(.diagnostic(diagnostic))
      return nil
    }
  }

  /// Says why there is no text to run.
  private func refuse(_ error: InputError, _ input: String) -> Outcome {
    if error == .unreadable(.interrupted) { return wasStopped }
    console.say("error: " + error.sentence(input))
    return .noInput
  }

  /// The code of a process whose work was stopped by a signal.
  var wasStopped: Outcome { interrupts.isTerminated ? Outcome(ending: interrupts) : .interrupted }

  private func readStandardInput() throws(InputError) -> String {
    let bytes: [UInt8]
    do throws(InputFlaw) {
      bytes = try StandardInput.read(interrupts)
    } catch {
      throw .unreadable(error)
    }
    return try InputError.text(bytes)
  }

  /// The text of a file, pipe or device.
  func read(_ file: InputFile) throws(InputError) -> String {
    let bytes: [UInt8]
    do throws(InputFlaw) {
      bytes = try WholeInput.read(file.bytes) { interrupts.waitForInput(on: $0) }
    } catch {
      throw .unreadable(error)
    }
    return try InputError.text(bytes)
  }

  func outcome(of result: CellResult, in session: Session) -> Outcome {
    if interrupts.isTerminated { return Outcome(ending: interrupts) }
    if result.wasInterrupted { return .interrupted }
    if result.isSyntaxError { return .syntaxError }
    if let code = result.exitCode { return code == 0 ? .success : .failure }
    return result.diagnostic == nil ? succeeded(session) : .failure
  }

  /// What ran to its end has succeeded where all files are written that were to be.
  private func succeeded(_ session: Session) -> Outcome {
    session.incompleteFiles.isEmpty ? .success : .failure
  }
}
