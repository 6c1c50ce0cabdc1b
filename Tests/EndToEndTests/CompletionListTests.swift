// The list of completions below the line, at terminals of several widths, with real keys.
import Foundation
import TestSupport
import Testing

@Suite struct CompletionListTests {
  /// Two pages: the second Tab after the quote shows what the first had no room for.
  @Test(arguments: [60, 80, 200]) func listsFitTheWidth(columns: Int) throws {
    let terminal = try Bench().prompt(columns: columns, rows: 16)
    try terminal.run("base = transformer(layers=2, width=8, heads=1, ff=8, vocab=8)")
    try terminal.send("train(\t")
    try terminal.wait(for: "the arguments") { Self.isAt("> train(", $0) }
    try check(terminal, "completion-arguments-\(columns).txt")
    try terminal.send("\u{15}attach(base, lora(targets=[\"\t")
    try terminal.wait(for: "the modules") { Self.isAt("> attach(base, lora(targets=[\"", $0) }
    try check(terminal, "completion-modules-\(columns).txt")
    try terminal.send("\t")
    try terminal.wait(for: "the rest") { screen in
      Self.isAt("> attach(base, lora(targets=[\"", screen)
        && !screen.rows.contains { $0.hasPrefix("  q_proj ") }
    }
    try check(terminal, "completion-modules-more-\(columns).txt")
    try terminal.send("q\t]))" + Key.enter)
    try terminal.wait(for: "the model") { $0.transcript.contains("trainable") }
    #expect(terminal.screen.transcript.contains("> attach(base, lora(targets=[\"q_proj\"]))"))
  }

  /// What is a folder is called one, beside the program and below another folder.
  @Test func foldersAreNoFiles() throws {
    let bench = try Bench()
    try FileManager.default.createDirectory(
      at: bench.folder.appendingPathComponent("outer/inner"), withIntermediateDirectories: true)
    try bench.write("{}", to: "outside.json")
    let terminal = try bench.prompt()
    try terminal.send("load(\"out\t\t")
    try terminal.wait(for: "both names") { screen in
      screen.rows.contains { $0.contains(#/outer\/ +path +folder/#) }
        && screen.rows.contains { $0.contains(#/outside.json +path +file/#) }
    }
    // The only candidate is taken, and a folder needs no closing quote.
    try terminal.send("\u{15}load(\"outer/inn\t")
    try terminal.wait(for: "the inner folder") { $0.cellRows.last == "> load(\"outer/inner/" }
  }

  /// The list is drawn, and the line below it again.
  private static func isAt(_ line: String, _ screen: Screen) -> Bool {
    screen.cellRows.last == line && screen.rows.count { $0 == line || $0.hasPrefix(line + "  ") } >= 2
  }

  private func check(_ terminal: PseudoTerminal, _ name: String) throws {
    #expect(try ExpectedText.difference(terminal.screen.text, from: name) == nil)
  }
}
