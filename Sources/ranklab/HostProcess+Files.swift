// Running and checking files.
import Display
import Foundation
import Language
import LineEditor
import Notebook
import Workbench

extension HostProcess {
  /// Runs a text as one script: nothing of it runs where it cannot be parsed.
  func runScript(_ text: String, name: String?) -> Outcome {
    interrupts.clear()
    let result = JobTerminal.run {
      session().execute(Source(text, name: name)) { console.write($0) }
    }
    return outcome(of: result)
  }

  func runStandardInput() -> Outcome {
    let data = FileHandle.standardInput.readDataToEndOfFile()
    guard let text = String(data: data, encoding: .utf8) else {
      console.writeError("error: standard input is not UTF-8")
      return .noInput
    }
    return runScript(text, name: "standard input")
  }

  /// Runs a `.rank` script, or a Markdown notebook with its prose.
  func runFile(_ path: String) -> Outcome {
    guard let text = read(path) else { return .noInput }
    guard isNotebook(path) else { return runScript(text, name: path) }
    guard let notebook = notebook(text, path) else { return .syntaxError }
    interrupts.clear()
    let commands = CommandTable.standard.names
    let result = JobTerminal.run {
      notebook.run(in: session()) { item in
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
    guard let text = read(path) else { return .noInput }
    guard let notebook = notebook(text, path) else { return .syntaxError }
    if notebook.cells.isEmpty {
      console.writeError("error: `\(path)` has no ranklab cells to check")
      return .noInput
    }
    interrupts.clear()
    let report = notebook.check(in: session())
    for failure in report.failures { console.writeError("\(path):\(failure.line): \(failure.message)") }
    if update {
      do {
        if report.updated != text {
          try report.updated.write(toFile: path, atomically: true, encoding: .utf8)
        }
      } catch {
        console.writeError("error: `\(path)` cannot be written: \(error.localizedDescription)")
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

  private func read(_ path: String) -> String? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      console.writeError("error: there is no file `\(path)`")
      return nil
    }
    if isFolder.boolValue {
      console.writeError("error: `\(path)` is a folder; a script or a notebook is needed")
      return nil
    }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      guard let text = String(data: data, encoding: .utf8) else {
        console.writeError("error: `\(path)` is not UTF-8")
        return nil
      }
      return text
    } catch {
      console.writeError("error: `\(path)` cannot be read: \(error.localizedDescription)")
      return nil
    }
  }

  func outcome(of result: CellResult) -> Outcome {
    if interrupts.isTerminated { return .terminated }
    if result.wasInterrupted { return .interrupted }
    if result.isSyntaxError { return .syntaxError }
    return result.diagnostic == nil ? .success : .failure
  }
}
