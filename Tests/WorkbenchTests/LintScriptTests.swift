// Scripts as people write them: what `lint` reads of each, what it follows, and what it says it did not read.
import Adapters
import Analysis
import Foundation
import Interpreter
import Laboratory
import TestSupport
import Testing
import Text
import Workbench

@Suite struct LintScriptTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Lint/Scripts")

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".py") }.sorted()
  }

  @Test func thereAreEnough() throws {
    #expect(try LintScriptTests.names().count >= 12)
  }

  /// Each `name.py` has what is expected beside it, in `name.txt`; UPDATE_EXPECTATIONS=1 rewrites these.
  @Test(arguments: try LintScriptTests.names())
  func readsAsExpected(_ name: String) throws {
    let report = try LintFile.report(name, in: LintScriptTests.folder.path())
    let actual = outline(report)
    let file = LintScriptTests.folder.appending(path: name.replacing(".py", with: ".txt"))
    if ExpectedText.isUpdating {
      try actual.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(actual == (try String(contentsOf: file, encoding: .utf8)))
    }
  }

  /// The report without what findings say at length.
  private func outline(_ report: LintReport) -> String {
    var lines: [String] = []
    for part in report.parts {
      lines.append("\(part.place) \(part.name)")
      for row in part.table?.rows ?? [] {
        let s = LintTable.multiplier(row, part.table?.rule)
        let cells = [row.rank, row.alpha].map { $0.map { NumberFormat.text($0) } ?? "not read" }
        lines.append(
          "  \(row.modules): r \(cells[0]), alpha \(cells[1]), \(part.table?.rule?.name ?? "rule not read"), multiplier "
            + (s.map { NumberFormat.rounded($0, digits: 3) } ?? "not known"))
      }
      lines += part.read.isEmpty ? [] : ["  read: \(part.read.joined(separator: ", "))"]
      lines += part.followed.map { "  followed: \($0.text)" }
      lines += part.unread.map { "  not read: \($0.text)" }
      lines += part.findings.map { "  \($0.severity) [\($0.id)] \($0.place): \($0.message)" }
    }
    return (lines + [report.summary]).joined(separator: "\n") + "\n"
  }

  /// Nothing that was not read is silent: the summary never says "no fault found" over it.
  @Test(arguments: try LintScriptTests.names())
  func theSummaryNamesEveryGap(_ name: String) throws {
    let report = try LintFile.report(name, in: LintScriptTests.folder.path())
    #expect(report.unread.allSatisfy { report.summary.contains($0.field) })
    #expect(report.unread.isEmpty || !report.summary.contains("no fault found"))
  }
}
