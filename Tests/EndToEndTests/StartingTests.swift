// From the command line to the prompt: the banner, the user's own cells, a script before the keys.
import Foundation
import TestSupport
import Testing

@Suite struct StartingTests {
  private func writeConfiguration(_ text: String, _ bench: Bench) throws {
    try FileManager.default.createDirectory(
      at: bench.folder.appendingPathComponent("config/ranklab"), withIntermediateDirectories: true)
    try bench.write(text, to: "config/ranklab/rc.rank")
  }

  @Test func oneLineSaysWhereOneIs() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    #expect(terminal.screen.cellRows.count == 2)
    #expect(terminal.screen.rows[0].contains(#/^ranklab [0-9.]+: `help` .* `quit` leaves$/#))
    #expect(try terminal.leave() == .code(0))
    #expect(try bench.run([], input: "1\n").output == "1\n")
  }

  @Test func theScalingModeStandsAtTheRight() throws {
    let bench = try Bench()
    let terminal = try bench.prompt(columns: 40)
    try terminal.wait(for: "the mode") { $0.cursorRow.hasPrefix(">  ") && $0.cursorRow.hasSuffix(" lora") }
    try terminal.run("scaling rslora")
    try terminal.wait(for: "the mode") { $0.cursorRow.hasSuffix(" rslora") }
    try terminal.run("scaling power(0.75)")
    try terminal.wait(for: "the mode") { $0.cursorRow.hasSuffix(" power(0.75)") }
    // It goes with the cell, so that what is copied from the screen can be pasted.
    #expect(terminal.screen.rows.contains("> scaling rslora"))
    try terminal.send("x = 1")
    try terminal.wait(for: "> x = 1")
    try terminal.send(Key.control("c"))
    try terminal.wait(for: "the line without the mode") { $0.rows.contains("> x = 1^C") }
    #expect(terminal.screen.unknown == [])
  }

  @Test func ownCellsRunBeforeThePrompt() throws {
    let bench = try Bench()
    try writeConfiguration("scaling rslora\nanswer = 42\nshow(\"hello\")\n", bench)
    let terminal = try bench.prompt()
    #expect(terminal.screen.rows[1...].contains("hello"))
    #expect(terminal.screen.cursorRow.hasSuffix(" rslora"))
    #expect(try terminal.run("answer").last == "42")
    #expect(try terminal.leave() == .code(0))

    let without = try bench.prompt(["--no-rc"])
    #expect(without.screen.cursorRow.hasSuffix(" lora"))
    #expect(try without.run("answer").first == "error: no value is named `answer`")

    let piped = try bench.run([], input: "answer\n")
    #expect(piped.exit == .code(1))
    #expect(try bench.run(script: "answer").exit == .code(1))
    #expect(try bench.run(["-c", "answer"]).exit == .code(1))
  }

  @Test func anErrorInOwnCellsIsShownAndThePromptComes() throws {
    let bench = try Bench()
    try writeConfiguration("x = 7\ntsak\n", bench)
    let terminal = try bench.prompt(columns: 200)
    #expect(terminal.lines.contains("error: no value is named `tsak`"))
    #expect(terminal.lines.contains { $0.hasSuffix("config/ranklab/rc.rank:2:1") })
    #expect(try terminal.run("x").last == "7")
    #expect(try terminal.leave() == .code(0))

    try bench.write(bytes: [0x31, 0x0A, 0xFF], to: "config/ranklab/rc.rank")
    let broken = try bench.prompt(columns: 200)
    #expect(broken.lines.contains { $0.hasSuffix("is not UTF-8: byte 1 of line 2 cannot be read") })
  }

  @Test(arguments: [["run", "-i", "script.rank"], ["-i", "script.rank"], ["-i", "-c", "x = 6\nshow(x)"]])
  func aPromptFollowsWithTheNamesAlive(arguments: [String]) throws {
    let bench = try Bench()
    try bench.write("x = 6\nshow(x)", to: "script.rank")
    let terminal = try bench.prompt(arguments)
    #expect(terminal.screen.rows.contains("6"))
    #expect(try terminal.run("x * 7").last == "42")
    #expect(try terminal.leave() == .code(0))
    // Off a terminal there is nothing to go on with.
    let piped = try bench.run(arguments)
    #expect(piped.exit == .code(0))
    #expect(piped.output == "6\n")
  }

  @Test func aPromptFollowsAFailedScriptToo() throws {
    let bench = try Bench()
    try bench.write("x = 6\ntsak\nx = 7", to: "script.rank")
    let terminal = try bench.prompt(["run", "-i", "script.rank"])
    #expect(terminal.lines.contains("  --> script.rank:2:1"))
    #expect(try terminal.run("x").last == "6")
    #expect(try terminal.run("_error").last == "'no value is named `tsak`'")
    #expect(try terminal.leave() == .code(0))
  }

  @Test func aNotebookCanBeGoneOnWith() throws {
    let bench = try Bench()
    try bench.write("# Title\n\n```ranklab\nx = 6\n```\n", to: "book.md")
    let terminal = try bench.prompt(["run", "-i", "book.md"])
    #expect(try terminal.run("x").last == "6")
  }

  @Test func aScriptNamesTheProgramInItsFirstLine() throws {
    let bench = try Bench()
    let program = try TestProgram.path("ranklab")
    try bench.write("#!\(program)\nshow(6 * 7)\n", to: "direct.txt")
    try bench.write("#!/usr/bin/env -S \(program) run\nshow(7 * 7)\ntsak\n", to: "by-env.txt")
    // Written here, the files could still be open in a process that another test is starting, and not run.
    let copies = "for name in direct by-env; do cat $name.txt >$name.rank; done; chmod +x *.rank"
    let terminal = try bench.shell("\(copies); ./direct.rank; ./by-env.rank; echo code $?")
    #expect(try terminal.waitForExit() == .code(0))
    #expect(terminal.screen.rows.prefix(2) == ["42", "49"])
    #expect(terminal.screen.rows.contains("  --> ./by-env.rank:3:1"))
    #expect(terminal.screen.rows.last == "code 1")
  }

  @Test func aSavedSessionRunsAgain() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    try terminal.run("m = attach(mlp([8, 8]), lora(r=2))")
    try terminal.run("tsak")
    try terminal.run("run = train(m, teacher(mlp([8, 8])), steps=4)")
    let shown = try terminal.run("run.loss[3]")
    try terminal.run("save session \"x.rank\"")
    #expect(try terminal.leave() == .code(0))
    let again = try bench.run(["run", "x.rank"])
    #expect(again.exit == .code(0), "\(again.errors)")
    #expect(again.output == shown[shown.count - 1] + "\n")
  }

  @Test func aDumbTerminalHasAPromptWithoutEscapes() throws {
    let bench = try Bench()
    let terminal = try bench.prompt(environment: ["TERM": "dumb"])
    try terminal.send("6 * 7" + Key.enter)
    try terminal.wait(for: "the answer") { $0.rows.suffix(3) == ["> 6 * 7", "42", ">"] }
    try terminal.send("tsak" + Key.enter)
    try terminal.wait(for: "the error") { $0.rows.last == ">" && $0.text.contains("no value is named") }
    #expect(try terminal.leave() == .code(0))
    #expect(!terminal.screen.received.contains(0x1B))
  }
}
