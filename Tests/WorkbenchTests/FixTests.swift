// What errors offer to type runs: each fix in its place, in the session of its cell; UPDATE_EXPECTATIONS=1 rewrites them.
import Foundation
import Interpreter
import InterpreterSupport
import Language
import TestSupport
import Testing
import Workbench

@Suite struct FixTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixes")

  /// Cells whose fix is right and leads to an error that nothing but the user can mend: what it says.
  private static let stillWrong: [String: String] = [
    "lint zzz": "no file or folder is named `zzz`",
    "lora(r=16).save(\"x\")": "this adapter has no weights",
    "pretrain(language(1), lm)": "the data has more tokens than the model",
    "xs[0, 1]": "a number has no items",
  ]

  @Test(arguments: try MistakeTests.names())
  func mistakesAreMended(_ name: String) throws {
    let text = try String(contentsOf: MistakeTests.folder.appending(path: name), encoding: .utf8)
    // What a fix writes goes into a folder of its own.
    let files = try TemporaryFolder()
    try check(
      Transcript(text).cells.map(\.text), in: Session(environment: Environment(workingFolder: files.path)),
      name)
  }

  @Test(arguments: try ProgramTests.names())
  func programsAreMended(_ name: String) throws {
    let text = try String(contentsOf: ProgramTests.folder.appending(path: name), encoding: .utf8)
    try check(
      Transcript(text).cells.map(\.text), in: Session(table: FakeCommands.table), "program-" + name)
  }

  /// Runs cells, and each that fails with its fix in its place: that must run, and the file of expectations shows it.
  private func check(_ cells: [String], in session: Session, _ name: String) throws {
    var lines: [String] = []
    for cell in cells {
      guard let diagnostic = session.execute(Source(cell), sink: { _ in }).diagnostic,
        !diagnostic.fix.isEmpty, diagnostic.source?.text == cell, let span = diagnostic.span
      else { continue }
      let mended = Self.mended(cell, span, diagnostic.fix, in: session)
      lines += Self.prefixed(cell, "> ", ". ") + ["write: " + Self.flat(diagnostic.fix)]
      switch mended {
      case .success(let text): lines += Self.prefixed(text, "= ", ". ")
      case .failure(let failure):
        if let next = failure.next {
          // One thing after the other: the second error has a fix of its own, and that runs.
          lines += Self.prefixed(failure.text, "= ", ". ") + ["write: " + Self.flat(failure.fix)]
          lines += Self.prefixed(next, "= ", ". ")
          continue
        }
        lines.append("fails: " + failure.title)
        #expect(
          Self.stillWrong[cell] == failure.title, "\(cell)\nwrite: \(diagnostic.fix)\nfails: \(failure.title)"
        )
      }
    }
    let actual = lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    let file = Self.folder.appending(path: name)
    if ExpectedText.isUpdating {
      if actual.isEmpty { return }
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try actual.write(to: file, atomically: true, encoding: .utf8)
    } else {
      let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
      #expect(actual == expected)
    }
  }

  private struct NotMended: Error {
    var title: String
    /// The cell that failed with this fix, and what that makes of it, where it runs.
    var text = ""
    var fix = ""
    var next: String?
  }

  /// The smallest change by which the cell runs to its end; the names of the session stay as they are.
  private static func mended(
    _ cell: String, _ span: Span, _ fix: String, in session: Session, isFirst: Bool = true
  ) -> Result<String, NotMended> {
    var failure = NotMended(title: "no place makes a program of it")
    let names = session.scope
    for candidate in MendedCell.candidates(cell, span.start..<span.end, fix) {
      guard (try? Parser.statements(candidate, commands: session.table.names)) != nil else { continue }
      session.scope = names
      let result = session.execute(Source(candidate), sink: { _ in })
      session.scope = names
      guard let diagnostic = result.diagnostic else { return .success(candidate) }
      failure = NotMended(title: diagnostic.title, text: candidate, fix: diagnostic.fix)
      if isFirst, !diagnostic.fix.isEmpty, let span = diagnostic.span,
        case .success(let next) = mended(candidate, span, diagnostic.fix, in: session, isFirst: false)
      {
        failure.next = next
        return .failure(failure)
      }
    }
    return .failure(failure)
  }

  private static func flat(_ text: String) -> String { text.split(separator: "\n").joined(separator: " ⏎ ") }

  private static func prefixed(_ text: String, _ first: String, _ next: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
      ($0 == 0 ? first : next) + $1
    }
  }
}
