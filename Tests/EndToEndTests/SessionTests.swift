// The session that must work: from a file, through a pipe, and typed at a terminal.
import Foundation
import TestSupport
import Testing

@Suite struct SessionTests {
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("session.rank")

  private let error = [
    "error: no value is named `tsak`",
    "  train(m, tsak)",
    "           ^^^^ did you mean `task`?",
  ]

  /// In one test, so that the three share the pretrained weights.
  @Test func fileAndPipeAndTypingShowTheSame() throws {
    let bench = try Bench()
    let script = try String(contentsOf: Self.script, encoding: .utf8)
    try bench.write(script, to: "session.rank")

    let file = try bench.run(["run", "session.rank"])
    #expect(file.exit == .code(1))
    #expect(try ExpectedText.difference(file.output, from: "session.txt") == nil)
    #expect(!file.errors.contains("come from the cache"))
    let located = [error[0], "  --> session.rank:\(script.lines.count):10"] + error[1...]
    #expect(Array(file.errors.lines.suffix(4)) == located)

    let pipe = try bench.run([], input: script)
    #expect(pipe.exit == .code(1))
    #expect(pipe.output == file.output)
    #expect(pipe.errors.contains("come from the cache"))

    try type(script.lines, in: bench, expecting: file.output.lines)
  }

  private func type(_ cells: [String], in bench: Bench, expecting output: [String]) throws {
    let terminal = try bench.prompt()
    for cell in cells {
      // At the prompt the help is asked for with a `?`, which a script cannot hold.
      try terminal.run(cell.hasPrefix("help train") ? "?train" + cell.dropFirst(10) : cell)
      #expect(terminal.screen.unknown == [], "after \(cell)")
    }
    #expect(terminal.screen.cellRows.suffix(5) == ["> train(m, tsak)"] + error + [">"])
    let wanted = output.filter { !isDrawnInColor($0) }.flatMap { $0.rows(columns: 80) }
    #expect(wanted.count > 100)
    #expect(firstMissing(wanted, in: terminal.lines) == nil)
    #expect(!terminal.screen.transcript.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(!terminal.screen.transcript.contains("[0m"))
    #expect(try terminal.leave() == .code(0))
    #expect(!terminal.screen.pastesInBrackets)
  }

  /// Curves and legends, which a terminal shows in colours and a file in patterns.
  private func isDrawnInColor(_ line: String) -> Bool {
    line.unicodeScalars.contains { (0x2800...0x28FF).contains($0.value) || "│┤".unicodeScalars.contains($0) }
  }
}
