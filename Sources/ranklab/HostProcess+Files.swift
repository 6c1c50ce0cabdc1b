// Running and checking files.
import Display
import Foundation
import Interpreter
import Language
import LineEditor
import Notebook
import Workbench

extension HostProcess {
  /// Runs a text as one script: nothing of it runs where it cannot be parsed.
  func runScript(_ text: String, name: String?, in session: Session) -> Outcome {
    interrupts.clear()
    let result = JobTerminal.run {
      session.execute(Source(text, name: name)) { console.write($0) }
    }
    return outcome(of: result)
  }

  func runStandardInput(in session: Session) -> Outcome {
    if Terminal.isTerminal(STDIN_FILENO), Terminal.isTerminal(STDERR_FILENO) {
      console.write(.note("reading a script from this terminal; Ctrl-D runs it"))
    }
    do {
      let text = try InputError.text(StandardInput.read(interrupts))
      return runScript(text, name: "standard input", in: session)
    } catch {
      return refuse(error, "standard input")
    }
  }

  /// Runs a `.rank` script, or a Markdown notebook with its prose; `-` is standard input.
  func runFile(_ path: String, in session: Session) -> Outcome {
    if path == "-" { return runStandardInput(in: session) }
    let text: String
    do {
      text = try read(path)
    } catch {
      return refuse(error, "`\(path)`")
    }
    guard isNotebook(path) else { return runScript(text, name: path, in: session) }
    guard let notebook = notebook(text, path) else { return .syntaxError }
    interrupts.clear()
    let commands = CommandTable.standard.names
    let result = JobTerminal.run {
      notebook.run(in: session) { item in
        switch item {
        case .prose(let text):
          console.writeLine("\n" + renderedMarkdown(text, console.options) + "\n")
        case .cell(let cell):
          let code = console.hasColor ? highlighted(cell.code, commands: commands) : cell.code
          for (i, line) in code.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            console.writeLine((i == 0 ? "> " : ". ") + line)
          }
        case .event(let event):
          console.write(event)
        }
      }
    }
    return result.isComplete ? .success : outcome(of: result.last)
  }

  /// Runs a notebook and compares its outputs; `update` writes them into the file instead.
  func checkFile(_ path: String, update: Bool) -> Outcome {
    let text: String
    do {
      text = try read(path)
    } catch {
      return refuse(error, "`\(path)`")
    }
    guard let notebook = notebook(text, path) else { return .syntaxError }
    if notebook.cells.isEmpty {
      console.writeError("error: `\(path)` has no ranklab cells to check")
      return .noInput
    }
    interrupts.clear()
    let report = notebook.check(in: session())
    if interrupts.isSet { return wasStopped }
    for failure in report.failures { console.writeError("\(path):\(failure.line): \(failure.message)") }
    if update {
      do {
        if report.updated != text { try replace(path, text, with: report.updated) }
      } catch {
        console.writeError("error: \(error)")
        return .failure
      }
      return report.failures.isEmpty ? .success : .differs
    }
    for difference in report.differences {
      console.writeError(
        "\(path):\(difference.line): the output differs\n--- written\n\(difference.expected)")
      console.writeError("+++ came\n\(difference.actual)")
    }
    return report.isClean ? .success : .differs
  }

  private func isNotebook(_ path: String) -> Bool { path.hasSuffix(".md") || path.hasSuffix(".markdown") }

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
  private func refuse(_ error: any Error, _ input: String) -> Outcome {
    if let error = error as? InputError {
      if error == .interrupted { return wasStopped }
      console.writeError("error: " + error.sentence(input))
    } else {
      console.writeError("error: \(input) cannot be read: \(error.localizedDescription)")
    }
    return .noInput
  }

  /// The code of a process whose work was stopped by a signal.
  var wasStopped: Outcome { interrupts.isTerminated ? Outcome(ending: interrupts) : .interrupted }

  /// - Throws: `InputError`, or what Foundation says.
  func read(_ path: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError.missing
    }
    if isFolder.boolValue { throw InputError.folder }
    return try InputError.text(Data(contentsOf: URL(fileURLWithPath: path)))
  }

  func outcome(of result: CellResult) -> Outcome {
    if interrupts.isTerminated { return Outcome(ending: interrupts) }
    if result.wasInterrupted { return .interrupted }
    if result.isSyntaxError { return .syntaxError }
    if let code = result.exitCode { return code == 0 ? .success : .failure }
    return result.diagnostic == nil ? .success : .failure
  }
}
