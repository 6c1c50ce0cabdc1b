// Standard streams that are no terminal, or only on one side.
import Foundation
import TestSupport
import Testing

@Suite struct PipeTests {
  @Test(arguments: ["trap '' PIPE; ", ""])
  func aReaderThatGoesAwayEndsTheProgramQuietly(before: String) throws {
    let bench = try Bench()
    try bench.write("for i in range(1000000) { show(i) }", to: "long.rank")
    let terminal = try bench.shell(
      "\(before)stty -a >modes; { $RANKLAB run long.rank; echo $? >code; } | head -1; stty -a | cmp - modes")
    #expect(try terminal.waitForExit() == .code(0))
    #expect(terminal.screen.text == "0")
    #expect(try bench.read("code") == "141\n")
  }

  @Test func aFullDiskIsSaid() throws {
    let bench = try Bench()
    let terminal = try bench.shell("$RANKLAB -c '6 * 7' >/dev/full; echo code $?")
    #expect(try terminal.waitForExit() == .code(0))
    #expect(
      terminal.screen.text
        == "error: standard output cannot be written: No space left on device\ncode 1")
  }

  @Test func whatIsNotUTF8IsSaidWithItsPlace() throws {
    let bench = try Bench()
    try bench.write(bytes: Array("show(1)\nx = 'a".utf8) + [0xC3, 0x28], to: "latin.rank")
    let terminal = try bench.shell("$RANKLAB <latin.rank; echo code $?")
    #expect(try terminal.waitForExit() == .code(0))
    #expect(
      terminal.screen.text
        == "error: standard input is not UTF-8: byte 7 of line 2 cannot be read\ncode 66")
  }

  @Test func aFolderIsNoInput() throws {
    let bench = try Bench()
    let terminal = try bench.shell("$RANKLAB </; echo code $?")
    #expect(try terminal.waitForExit() == .code(0))
    #expect(
      terminal.screen.text == "error: standard input is a folder; a script or a notebook is needed\ncode 66")
  }

  @Test func nothingGivesNothing() throws {
    let bench = try Bench()
    let terminal = try bench.shell(
      "$RANKLAB </dev/null; echo code $?; : >empty.rank; $RANKLAB run empty.rank; echo code $?; "
        + "$RANKLAB <&-; echo code $?")
    #expect(try terminal.waitForExit() == .code(0))
    #expect(
      terminal.screen.text
        == "code 0\ncode 0\ncode 0")
  }

  /// A script on a pipe is read at once and parsed in time linear in its length.
  @Test func manyLines() throws {
    let bench = try Bench()
    try bench.write("x = 0\n" + String(repeating: "x = x + 1\n", count: 100_000) + "x\n", to: "long.rank")
    let terminal = try bench.shell("cat long.rank | $RANKLAB; $RANKLAB run long.rank")
    #expect(try terminal.waitForExit() == .code(0))
    #expect(terminal.screen.text == "100000\n100000")
  }

  @Test func aTerminalOnTheInputAlone() throws {
    let bench = try Bench()
    let terminal = try bench.shell("$RANKLAB --color auto | cat; echo end", columns: 100)
    try terminal.wait(for: "Ctrl-D runs it")
    try terminal.send("6 * 7\r" + Key.control("d"))
    #expect(try terminal.waitForExit() == .code(0))
    #expect(terminal.screen.rows.suffix(3) == ["6 * 7", "42", "end"])
    #expect(!terminal.screen.pastesInBrackets)
  }

  @Test func anInterruptEndsTheWaitForInput() throws {
    let bench = try Bench()
    let terminal = try bench.terminal(["run", "-"])
    try terminal.wait(for: "Ctrl-D runs it")
    try terminal.send("x = 1\r")
    try terminal.send(Key.control("c"))
    #expect(try terminal.waitForExit() == .code(130))
  }

  @Test func aTerminalOnTheOutputAlone() throws {
    let bench = try Bench()
    let terminal = try bench.shell("echo 'scaling_table(r=[4])' | $RANKLAB", columns: 60)
    #expect(try terminal.waitForExit() == .code(0))
    #expect(!terminal.screen.text.contains(">"))
    #expect(terminal.screen.rows.contains { $0.contains("0.25") })
    #expect(terminal.screen.unknown == [])
  }

  @Test func progressIsNotDrawnInAPipe() throws {
    let bench = try Bench()
    let script = "net = mlp([8, 8]); run = train(attach(net, lora(r=2)), teacher(net), steps=40)"
    try bench.write(script, to: "a.rank")
    let terminal = try bench.shell("$RANKLAB run a.rank 2>&1 | cat; COLUMNS=0 $RANKLAB run a.rank 2>&1 | cat")
    #expect(try terminal.waitForExit() == .code(0))
    #expect(!terminal.screen.received.contains(0x1B))
    #expect(!terminal.screen.text.contains("error"))
  }
}
