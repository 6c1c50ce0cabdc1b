// The tutorials show what they say they show; UPDATE_EXPECTATIONS=1 rewrites their outputs.
import Foundation
import Interpreter
import Notebook
import TestSupport
import Testing
import Workbench

@Suite struct TutorialTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("tutorials")

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }.sorted()
  }

  @Test func thereAreTutorials() throws {
    #expect(try Self.names().count >= 2)
  }

  @Test(arguments: try names())
  func outputsAreThoseWritten(name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    let text = try String(contentsOf: file, encoding: .utf8)
    let notebook = try MarkdownNotebook(text, name: "tutorials/\(name)")
    #expect(!notebook.cells.isEmpty)
    #expect(notebook.cells.allSatisfy { !$0.attributes.contains(.noRun) || $0.expected == nil })
    let start = ContinuousClock.now
    let report = notebook.check(
      in: Session(
        environment: Environment(
          clock: { (ContinuousClock.now - start) / .seconds(1) },
          threads: ProcessInfo.processInfo.activeProcessorCount, workingFolder: Self.folder.path)))
    for failure in report.failures { Issue.record("\(name):\(failure.line): \(failure.message)") }
    if ExpectedText.isUpdating {
      try report.updated.write(to: file, atomically: true, encoding: .utf8)
      return
    }
    for difference in report.differences {
      Issue.record("\(name):\(difference.line): \(difference.expected)\n+++ came\n\(difference.actual)")
    }
  }
}
