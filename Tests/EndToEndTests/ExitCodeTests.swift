// How the program ends, and where an error is said to be.
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct ExitCodeTests {
  /// Trains for minutes.
  private let endless = """
    m = attach(transformer(layers=1, width=32, heads=2, context=16), lora(r=4))
    run = train(m, language(1), steps=1000000)
    show("not reached")
    """

  @Test func zeroWhereAllWentWell() throws {
    let bench = try Bench()
    let result = try bench.run(["-c", "6 * 7"])
    #expect(result.exit == .code(0))
    #expect(result.output == "42\n")
    #expect(result.errors == "")
    #expect(try bench.run([]).exit == .code(0))
    #expect(try bench.run(script: "").exit == .code(0))
  }

  @Test func oneWhereAScriptFailed() throws {
    let bench = try Bench()
    let result = try bench.run(script: "show(1)\nif True {\n  show(2); show(tsak)\n}\nshow(3)\n")
    #expect(result.exit == .code(1))
    #expect(result.output == "1\n2\n")
    #expect(
      result.errors == """
        error: no value is named `tsak`
          --> script.rank:3:17
            show(2); show(tsak)
                          ^^^^
          `vars` lists the names there are; `name = value` makes one.

        """)
    let piped = try bench.run([], input: "show(1)\ntsak\n")
    #expect(piped.exit == .code(1))
    #expect(piped.output == "1\n")
    #expect(piped.errors.contains("  --> standard input:2:1\n"))
  }

  @Test func anErrorInANotebookNamesTheLineOfTheFile() throws {
    let bench = try Bench()
    try bench.write("# Title\n\n```ranklab\nshow(1)\nshow(tsak)\n```\n", to: "book.md")
    let result = try bench.run(["run", "book.md"])
    #expect(result.exit == .code(1))
    #expect(result.errors.contains("  --> book.md:5:6\n"))
  }

  @Test func twoWhereACheckDiffers() throws {
    let bench = try Bench()
    try bench.write("```ranklab\n6 * 7\n```\n\n```out\n42\n```\n", to: "right.md")
    try bench.write("```ranklab\n6 * 7\n```\n\n```out\n43\n```\n", to: "wrong.md")
    #expect(try bench.run(["check", "right.md"]).exit == .code(0))
    let differs = try bench.run(["check", "right.md", "wrong.md"])
    #expect(differs.exit == .code(2))
    #expect(differs.errors == "wrong.md:2: the output differs\n--- written\n43\n+++ came\n42\n")
    #expect(try bench.run(["check", "--update", "wrong.md"]).exit == .code(0))
    #expect(try bench.read("wrong.md") == bench.read("right.md"))
    try bench.write("```ranklab\ntsak\n```\n", to: "failing.md")
    #expect(try bench.run(["check", "failing.md"]).exit == .code(2))
  }

  @Test func aNotebookWhoseLastFenceIsOpenIsChecked() throws {
    let bench = try Bench()
    try bench.write("```ranklab\n6 * 7\n", to: "open.md")
    #expect(try bench.run(["check", "open.md"]).exit == .code(2))
    #expect(try bench.run(["check", "--update", "open.md"]).exit == .code(0))
    #expect(try bench.run(["check", "open.md"]).exit == .code(0))
    try bench.write("text\n\n```ranklab", to: "bare.md")
    #expect(try bench.run(["check", "bare.md"]).exit == .code(0))
  }

  @Test(arguments: [["--nothing"], ["nothing"], ["run"], ["check"], ["-c"], ["--color", "sometimes"]])
  func sixtyFourForArgumentsThatAreNotKnown(arguments: [String]) throws {
    let result = try Bench().run(arguments)
    #expect(result.exit == .code(64))
    #expect(result.output == "")
    #expect(result.errors.contains("Usage: ranklab "))
  }

  @Test func sixtyFiveWhereTheTextCannotBeParsed() throws {
    let bench = try Bench()
    let result = try bench.run(script: "show(1)\nshow(2))\n")
    #expect(result.exit == .code(65))
    #expect(result.output == "")
    #expect(result.errors.contains("  --> script.rank:2:8\n"))
    #expect(try bench.run(["-c", "x = = 3"]).exit == .code(65))
    #expect(try bench.run([], input: "(").exit == .code(65))
    try bench.write("```ranklab unheard-of\n1\n```\n", to: "book.md")
    #expect(try bench.run(["run", "book.md"]).exit == .code(65))
    #expect(try bench.run(["check", "book.md"]).exit == .code(65))
  }

  @Test func sixtySixWhereThereIsNoSuchFile() throws {
    let bench = try Bench()
    for command in ["run", "check"] {
      let result = try bench.run([command, "nowhere.md"])
      #expect(result.exit == .code(66))
      #expect(result.output == "")
      #expect(result.errors == "error: there is no file `nowhere.md`\n")
      #expect(try bench.run([command, bench.folder.path]).exit == .code(66))
    }
    try bench.write(bytes: [0x78, 0xFF], to: "latin.rank")
    let latin = try bench.run(["run", "latin.rank"])
    #expect(latin.exit == .code(66))
    #expect(latin.errors == "error: `latin.rank` is not UTF-8: byte 2 of line 1 cannot be read\n")
  }

  @Test func severalFilesRunInSessionsOfTheirOwnUpToTheFirstThatFails() throws {
    let bench = try Bench()
    try bench.write("x = 1; show(\"first\", x)", to: "first.rank")
    try bench.write("show(\"second\"); show(x)", to: "second.rank")
    try bench.write("show(\"third\")", to: "third.rank")
    let result = try bench.run(["run", "first.rank", "third.rank", "second.rank", "first.rank"])
    #expect(result.exit == .code(1))
    #expect(result.output == "first 1\nthird\nsecond\n")
    #expect(result.errors.hasPrefix("error: no value is named `x`\n  --> second.rank:1:22\n"))
    #expect(try bench.run(["run", "-", "third.rank"], input: "show(0)").output == "0\nthird\n")
  }

  @Test func versionAndHelp() throws {
    let bench = try Bench()
    let version = try bench.run(["--version"])
    #expect(version.exit == .code(0))
    #expect(version.output.contains(/^[0-9]+\.[0-9]+\.[0-9]+\n$/))
    let help = try bench.run(["--help"])
    #expect(help.exit == .code(0))
    for word in ["USAGE: ranklab", "prompt", "run", "check", "--version"] {
      #expect(help.output.contains(word))
    }
    #expect(try bench.run(["help", "run"]).output.contains("`-` is standard input."))
  }

  @Test func interruptedScriptEndsWith130() throws {
    let bench = try Bench()
    try bench.write(endless, to: "endless.rank")
    try bench.write("show(\"next file\")", to: "next.rank")
    let terminal = try bench.terminal(["run", "endless.rank", "next.rank"])
    try terminal.glimpse("/1,000,000")
    try terminal.send(Key.control("c"))
    #expect(try terminal.waitForExit() == .code(130))
    #expect(terminal.screen.text == "interrupted; the rest of the cell is skipped")
  }

  @Test func terminatedScriptEndsWith143() throws {
    let bench = try Bench()
    try bench.write(endless, to: "endless.rank")
    let terminal = try bench.terminal(["run", "endless.rank"])
    try terminal.glimpse("/1,000,000")
    kill(terminal.process, SIGTERM)
    #expect(try terminal.waitForExit() == .code(143))
    #expect(!terminal.screen.text.contains("not reached"))
  }

  @Test func terminatedPromptEndsWith143() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    for cell in endless.lines.prefix(1) { try terminal.run(cell) }
    try terminal.send(endless.lines[1] + Key.enter)
    try terminal.glimpse("/1,000,000")
    kill(terminal.process, SIGTERM)
    #expect(try terminal.waitForExit() == .code(143))
    #expect(!terminal.screen.pastesInBrackets)
  }
}
