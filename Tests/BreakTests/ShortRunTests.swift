// A short run of each part of `scripts/break`, and what the framework promises.
import BreakSupport
import Foundation
import TestSupport
import Testing

@Suite struct ShortRunTests {
  /// Runs `ranklab-break` in a folder; gives its end and its words.
  private func run(_ arguments: [String], in folder: TemporaryFolder) throws -> (PseudoTerminal.Exit, String)
  {
    let terminal = try PseudoTerminal(
      "/bin/sh", ["-c", "\"$@\" >.log 2>&1", "sh", TestProgram.path("ranklab-break")] + arguments, in: folder,
      patience: .seconds(600))
    return (try terminal.waitForExit(), try folder.text(".log"))
  }

  @Test(arguments: BreakParts.all.map { $0.name })
  func nothingFails(part: String) throws {
    let kind = try #require(BreakParts.named(part))
    let folder = try TemporaryFolder()
    let (exit, words) = try run(
      [
        "part", part, "--tries", "\(kind.shortCount)", "--seconds", "600", "--seed", "1", "--from", "0",
        "--folder", folder.path, "--commit", "c",
      ], in: folder)
    #expect(exit == .code(0), "\(words)")
    let ledger = try Ledger.read(folder.path + "/ledger.json")
    #expect(ledger.sum(part: part).tried == kind.shortCount)
    #expect(ledger.next(part: part, seed: 1) == kind.shortCount)
  }

  /// A number makes the same input again, whatever ran before.
  @Test(arguments: BreakParts.all.map { $0.name })
  func inputsByNumber(part: String) throws {
    let kind = try #require(BreakParts.named(part))
    let bench = BreakBench(program: try TestProgram.path("ranklab"), folder: try TemporaryFolder())
    let part = try kind.init(bench)
    let inputs = (0..<50).map { part.input(seed: 7, number: $0) }
    #expect(inputs.reversed() == (0..<50).reversed().map { part.input(seed: 7, number: $0) })
    #expect(Set(inputs).count > 25)
    #expect(part.input(seed: 8, number: 0) != inputs[0])
  }

  /// A finding is kept in a file, and that input is tried again.
  @Test func findingsAreTriedAgain() throws {
    let folder = try TemporaryFolder()
    let file = FindingFile(
      part: "files", seed: 1, number: 3, finding: "two\nlines", input: Array("path-expression\na\n\nb".utf8))
    #expect(FindingFile(file.bytes) == file)
    #expect(FindingFile(Array("ranklab break 1\nfiles\n".utf8)) == nil)
    let path = try file.write(in: folder.path + "/findings")
    let (exit, words) = try run(["part", "--replay", path], in: folder)
    #expect(exit == .code(0))
    #expect(words == "files: nothing failed\n")
    // An input that no target takes is one that fails.
    let wrong = FindingFile(part: "files", seed: 1, number: 4, finding: "x", input: Array("nothing\n".utf8))
    let (second, complaint) = try run(["part", "--replay", try wrong.write(in: folder.path)], in: folder)
    #expect(second == .code(1))
    #expect(complaint.contains("no target is named nothing"))
    #expect(complaint.hasSuffix("files: it fails still\n"))
  }

  /// Calls add up: what goes on where another ended makes one stretch.
  @Test func theLedgerAddsUp() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/sub/ledger.json"
    func entry(_ commit: String, _ from: Int, _ to: Int) -> Ledger.Entry {
      Ledger.Entry(commit: commit, part: "files", seed: 1, from: from, to: to, failed: 1, seconds: 2)
    }
    try Ledger.add(entry("a", 0, 10), to: path)
    try Ledger.add(entry("a", 10, 1500), to: path)
    try Ledger.add(entry("b", 1500, 1600), to: path)
    let ledger = try Ledger.read(path)
    #expect(ledger.entries.map(\.to) == [1500, 1600])
    #expect(ledger.next(part: "files", seed: 1) == 1600)
    #expect(ledger.next(part: "files", seed: 2) == 0)
    #expect(ledger.sum(part: "files") == (1600, 3, 6))
    #expect(ledger.sum(part: "files", commit: "b") == (100, 1, 2))
    let table = BreakTable.text(ledger, commit: "a", parts: [FilesPart.self])
    #expect(table.hasSuffix("| all | at a | 1,500 | 2 | 4 | 1,600 |"))
    let page = "before\n\(BreakTable.marks[0])\nold\n\(BreakTable.marks[1])\nafter\n"
    #expect(
      BreakTable.filled(page, with: "new")
        == "before\n\(BreakTable.marks[0])\nnew\n\(BreakTable.marks[1])\nafter\n")
    #expect(BreakTable.filled("a page", with: "new") == nil)
  }

  /// What no screen may show is found.
  @Test(arguments: ["a\u{1B}[0m", "x\ty", "\u{202E}", "is nil.", "Optional(3)"])
  func whatNoScreenMayShow(text: String) {
    #expect(throws: BreakFinding.self) { try ShownText.check(text) }
  }

  @Test func whatAScreenMayShow() throws {
    try ShownText.check("α = 3\n漢字 vanilla, nilpotent\n")
  }
}
