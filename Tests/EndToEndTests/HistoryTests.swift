// What is kept between sessions: the history and the pretrained weights.
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct HistoryTests {
  @Test func cellsAreRecalledInTheNextSession() throws {
    let bench = try Bench()
    let first = try bench.prompt()
    try first.run("x = 6")
    try first.send("for i in [1] {" + Key.enter + "x = x + i" + Key.enter + "}" + Key.enter)
    try first.wait(for: "the end of the loop") { $0.cellRows.suffix(2) == [". }", ">"] }
    #expect(try first.run("x * 6").last == "42")
    #expect(try first.leave() == .code(0))

    let second = try bench.prompt()
    try second.send(Key.up)
    try second.wait(for: "> x * 6")
    try second.send(Key.up)
    try second.wait(for: "the loop") { $0.rows.suffix(3) == ["> for i in [1] {", ".   x = x + i", ". }"] }
    try second.send(Key.control("c"))
    try second.waitForPrompt()
    try second.send("x =" + Key.up)
    try second.wait(for: "> x = 6")
    try second.send(Key.enter)
    try second.waitForPrompt()
    #expect(try second.run("x").last == "6")
  }

  @Test func cellsThatFailAreKeptAndScriptsAreNot() throws {
    let bench = try Bench()
    _ = try bench.run(script: "show(\"from a script\")")
    let first = try bench.prompt()
    try first.run("tsak")
    #expect(try first.leave() == .code(0))
    let history = try bench.read("state/ranklab/history")
    #expect(history == "tsak\n")
  }

  @Test func twoPromptsAndAKilledOneKeepAllCells() throws {
    let bench = try Bench()
    let first = try bench.prompt()
    let second = try bench.prompt()
    try first.run("a = 1")
    try second.run("b = [" + Key.enter + "2]")
    try first.run("c = 3")
    kill(first.process, SIGKILL)
    #expect(try first.waitForExit() == .signal(SIGKILL))
    try second.run("d = 4")
    #expect(try second.leave() == .code(0))
    #expect(try bench.read("state/ranklab/history") == "a = 1\nb = [\\n  2]\nc = 3\nd = 4\n")
    let third = try bench.prompt()
    try third.send("b" + Key.up)
    try third.wait(for: "the cell") { $0.rows.suffix(2) == ["> b = [", ".   2]"] }
  }

  /// Three prompts into which cells are typed at once, and others that begin meanwhile and trim the file.
  @Test func promptsAtOnceLoseNoCell() throws {
    let bench = try Bench()
    let path = "state/ranklab/history"
    try FileManager.default.createDirectory(
      at: bench.folder.appendingPathComponent("state/ranklab"), withIntermediateDirectories: true)
    try bench.write((0..<9_950).map { "old = \($0)\n" }.joined(), to: path)
    let prompts = try ["a", "b", "c"].map { (name: $0, terminal: try bench.prompt()) }
    let count = 40
    for part in 0..<4 {
      for (name, terminal) in prompts {
        try terminal.send(
          (part * count / 4..<(part + 1) * count / 4).map { "\(name) = \($0)" + Key.enter }.joined())
      }
      let reader = try bench.prompt()
      try reader.send("quit" + Key.enter)
      #expect(try reader.waitForExit() == .code(0))
    }
    for (_, terminal) in prompts {
      try terminal.send(Key.control("d"))
      #expect(try terminal.waitForExit() == .code(0))
    }
    let lines = try bench.read(path).lines
    for (name, _) in prompts {
      #expect(lines.filter { $0.hasPrefix("\(name) = ") } == (0..<count).map { "\(name) = \($0)" })
    }
    #expect(lines.count { $0 == "quit" } == 4)
    // What is trimmed is the oldest, and no more of it than stood above ten thousand.
    let old = lines.prefix { $0.hasPrefix("old = ") }
    #expect(lines.count >= 10_000 && old.elementsEqual((9_950 - old.count..<9_950).map { "old = \($0)" }))
  }

  @Test func aHistoryThatCannotBeWrittenIsSaidAndHindersNothing() throws {
    let bench = try Bench()
    try bench.write("in the way", to: "state")
    let terminal = try bench.prompt()
    #expect(try terminal.run("6 * 7").last == "42")
    #expect(try terminal.run("7 * 7") == ["49"])
    #expect(terminal.lines.contains { $0.contains("state/ranklab/history") || $0.contains("history") })
    #expect(try terminal.leave() == .code(0))
  }
}
