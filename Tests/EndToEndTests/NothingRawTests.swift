// Nothing raw reaches a terminal: hostile names, cells and texts at every writer of the program.
import Foundation
import TestSupport
import Testing
import Text

@Suite struct NothingRawTests {
  /// The clipboard, the title, the screen, hidden letters, C1's sequences, a reversed direction.
  static let hostile =
    "a\u{1B}]52;c;aGFjaw==\u{7}b\u{1B}]0;t\u{1B}\\c\u{1B}[2Jd\u{1B}[8me\u{9B}2Jf\u{9D}0;u\u{9C}g\u{202E}h\u{2066}i\u{7F}j"

  /// What of an output a terminal may not get: what is left without line feeds and our colours.
  private func raw(_ text: String) -> [Unicode.Scalar] {
    text.replacing(
      /\u{1B}\[(0|1|2|3|1;31|1;33|1;36|3[0-9]|38;5;[0-9]+|48;5;[0-9]+|38;5;[0-9]+;48;5;[0-9]+)m/, with: ""
    )
    .unicodeScalars.filter { $0.isUnsafe && $0 != "\n" }
  }

  private func expectClean(_ result: Bench.Result, _ what: String) {
    #expect(raw(result.output) == [], "\(what): \(result.output.debugDescription)")
    #expect(raw(result.errors) == [], "\(what): \(result.errors.debugDescription)")
    #expect(!(result.output + result.errors).isEmpty, "\(what)")
  }

  /// Every subcommand and every way to name a file.
  @Test(arguments: [
    ["run", "H"], ["run", "H.rank"], ["run", "H.md"], ["run", "bad-H.md"], ["run", "none-H.md"],
    ["check", "none-H.md"],
    ["check", "H.md"], ["check", "bad-H.md"], ["check", "prose-H.md"], ["check", "--update", "prose-H.md"],
    ["lint", "none-H"], ["lint", "H.py"], ["lint", "H"], ["lint", "H/adapter_config.json"],
    ["lint", "H.rank"],
    ["H"], ["--H"], ["run", "--H", "x"], ["--color", "H"], ["lint", "--lr", "H", "x"],
    ["lint", "--optimizer", "H", "x"],
    ["-c", "H"], ["-c", "x = 1", "H.rank"], ["run", "latin-H.rank"], ["./H.rank"],
  ])
  func namesInMessages(arguments: [String]) throws {
    let bench = try Bench()
    let h = Self.hostile
    try bench.write("show(\"\(h)\") # \(h)\nx = \(h)\n", to: h + ".rank")
    try bench.write(bytes: [0xFF], to: "latin-" + h + ".rank")
    try bench.write(
      "\(h)\n\n```ranklab\nx = \"\(h)\"\nx # \(h)\n```\n\n```out\n\(h)\n```\n\n- \(h)\n\n```ranklab\nzzz(\"\(h)\")\n```\n",
      to: h + ".md")
    try bench.write("```ranklab \(h)\n1\n```\n", to: "bad-" + h + ".md")
    try bench.write("\(h)\n", to: "prose-" + h + ".md")
    try bench.write(
      "from peft import LoraConfig\nc = LoraConfig(r=64, lora_alpha=\"\(h)\", \(h)=1)\n", to: h + ".py")
    try FileManager.default.createDirectory(
      at: bench.folder.appendingPathComponent(h), withIntermediateDirectories: false)
    let field = h.unicodeScalars.map {
      $0.isUnsafe ? "\\u" + String(0x10000 + $0.value, radix: 16).dropFirst() : String(Character($0))
    }
    try bench.write(
      "{\"peft_type\": \"LORA\", \"r\": 8, \"lora_alpha\": 16, \"\(field.joined())\": \"\(field.joined())\"}",
      to: h + "/adapter_config.json")
    let filled = arguments.map { $0.replacing("H", with: h) }
    for color in [["--color", "always"], []] {
      let isPlain = filled[0].hasPrefix("-") || color.isEmpty
      let result = try bench.run(isPlain ? filled : [filled[0]] + color + filled.dropFirst())
      expectClean(result, "\(arguments)")
      if result.errors.contains("Missing value") || result.errors.contains("Unknown option '--color'") {
        Issue.record("\(arguments) was not understood: \(result.errors)")
      }
    }
  }

  /// Every kind of event, and messages about values and files.
  @Test(arguments: [
    "\"H\"", "show(\"H\", 1)", "print(\"H\")", "[\"H\"]", "{\"H\": \"H\"}", "zzz(\"H\")", "load(\"H\")",
    "load(\"H.json\")",
    "save(plot([1, 2]), \"H\")", "save(plot([1, 2]), \"H/x.svg\")", "save session, \"H/x.rank\"",
    "text(\"H\")",
    "plot([1, 2], title=\"H\")", "lora(init=\"H\")", "lora(targets=[\"H\"])",
    "attach(mlp([4, 4]), lora(targets=[\"H\"]))", "help(\"H\")", "apropos(\"H\")", "lint(\"H\")",
    "doctor(\"H\")",
    "load_adapter(mlp([4, 4]), \"H\")", "def f(a) { a }; f(\"H\", 2)", "x = 1 H", "# H\nzzz",
    "{\"a\": 1}[\"H\"]", "\"H\" + 1",
    "int(\"H\")", "x = \"H\"; vars", "from H import x", "claim \"H\" { holds: 1 < 2 }; claims",
    "train(attach(mlp([4, 4]), lora(r=1)), teacher(mlp([4, 4])), steps=2, schedule=\"H\")",
    "compare(mlp([4, 4]), teacher(mlp([4, 4])), [lora(r=1)], seeds=1, steps=2, file=\"H\")",
    "compare(mlp([4, 4]), teacher(mlp([4, 4])), [lora(r=1)], seeds=1, steps=2, file=\"H/x.json\")",
  ])
  func textsOfCells(cell: String) throws {
    let bench = try Bench()
    let script = cell.replacing("H", with: Self.hostile)
    try bench.write(script, to: "x.rank")
    for arguments in [
      ["--color", "always", "-c", script], ["run", "x.rank"], ["-c", "pass = 1\n" + script],
    ] {
      let result = try bench.run(arguments)
      #expect(raw(result.output) == [], "\(cell): \(result.output.debugDescription)")
      #expect(raw(result.errors) == [], "\(cell): \(result.errors.debugDescription)")
    }
    expectClean(try bench.run(["run", "-"], input: script + "\nzzz"), cell)
  }

  @Test func theEnvironment() throws {
    let bench = try Bench()
    let result = try bench.run(["-c", "6 * 7"], environment: ["RANKLAB_THREADS": Self.hostile])
    expectClean(result, "RANKLAB_THREADS")
    #expect(result.errors.contains("RANKLAB_THREADS"))
  }

  /// On a terminal, with colour and what is drawn in place.
  @Test func aNotebookOnATerminal() throws {
    let bench = try Bench()
    let h = Self.hostile
    try bench.write(
      "# \(h)\n\n```ranklab\nnet = mlp([8, 8]) # \(h)\n\tm = attach(net, lora(r=2))\n"
        + "compare(net, teacher(net), [lora(r=1), lora(r=2)], seeds=3, steps=400)\nx = \"\(h)\"\nx\n```\n",
      to: h + ".md")
    let terminal = try bench.terminal(["run", h + ".md"])
    _ = try terminal.waitForExit()
    let text = String(decoding: terminal.screen.received, as: UTF8.self)
      .replacing(/\r\n|\r|\u{1B}\[J|\u{1B}\[[0-9]+A/, with: "")
    #expect(raw(text) == [], "\(text.debugDescription)")
    #expect(text.contains("\\e]52;c;aGFjaw==\\u{7}b"))
    #expect(terminal.screen.unknown == [])
  }

  /// A new writer cannot go past the gate: outside of the editor, which reads such keys, escapes are made in one module,
  /// and the streams are written to in two functions.
  @Test func thereIsOneDoor() throws {
    let escape = /\\u\{1[Bb]\}|\\e\[|\\033/
    for file in try SourceFile.all() {
      let code = file.text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
      if !["Text", "LineEditor"].contains(file.module) {
        #expect(code.allSatisfy { !$0.contains(escape) }, "\(file.path)")
      }
      let prints = file.code.contains(
        /(^|[^A-Za-z.])(print|fputs|puts|printf|fwrite)\(|standardError|standardOutput/)
      #expect(!prints, "\(file.path)")
      if file.code.contains("Foundation.write(") { #expect(file.path == "Sources/ranklab/Console.swift") }
      if file.code.contains("cel_write(") { #expect(file.path == "Sources/LineEditor/LineEditor.swift") }
    }
  }

  // MARK: - At the prompt

  /// libedit's own output has moves of the cursor and a bell. None of ours may come through.
  private func expectNoOrders(_ terminal: PseudoTerminal) {
    #expect(terminal.screen.unknown == [])
    let text = String(decoding: terminal.screen.received, as: UTF8.self).unicodeScalars
    #expect(text.allSatisfy { $0.value < 0x80 || !$0.isUnsafe })
    #expect(!String(text).contains("\u{1B}[" + "8m"))
  }

  @Test func aRecalledCellIsShownAsWhileItIsEdited() throws {
    let bench = try Bench()
    try FileManager.default.createDirectory(
      at: bench.folder.appendingPathComponent("state/ranklab"), withIntermediateDirectories: true)
    try bench.write("x = \"a\u{1B}]0;PWN\u{7}b\u{202E}c\u{9B}8md\"\n", to: "state/ranklab/history")
    let terminal = try bench.prompt()
    let shown = "> x = \"a^[]0;PWN^Gb\u{FFFD}c\u{FFFD}8md\""
    try terminal.send(Key.up)
    try terminal.wait(for: "the cell") { $0.cellRows.last == shown }
    try terminal.send(Key.enter)
    try terminal.waitForPrompt()
    #expect(terminal.lines.contains(shown))
    #expect(try terminal.run("x").last?.contains("a\\e]0;PWN\\u{7}b\u{FFFD}c\u{FFFD}8md") == true)
    try terminal.send(Key.up + Key.up)
    try terminal.wait(for: "the cell again") { $0.cellRows.last == shown }
    try terminal.send(Key.control("c"))
    try terminal.waitForPrompt()
    expectNoOrders(terminal)
    #expect(try terminal.leave() == .code(0))
    // What is kept is text, and is the same cell again.
    let history = try bench.read("state/ranklab/history").lines
    #expect(history.suffix(2) == ["x = \"a\\u{1b}]0;PWN\\u{7}b\u{FFFD}c\u{FFFD}8md\"", "x"])
  }

  @Test func typedControlCharactersAreShown() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    let quoted = Key.control("v")
    try terminal.send(
      "x = \"" + quoted + Key.escape + "]0;PWN" + quoted + Key.control("g") + "\u{202E}\u{85}é\"")
    let shown = "> x = \"^[]0;PWN^G\u{FFFD}\u{FFFD}é\""
    try terminal.wait(for: "the cell") { $0.cellRows.last == shown }
    try terminal.send(Key.enter)
    try terminal.waitForPrompt()
    #expect(terminal.lines.contains(shown))
    // Cells of several lines are drawn anew as well.
    try terminal.send("y = [" + Key.enter + "\"" + quoted + Key.escape + "[8m\"]" + Key.enter)
    try terminal.wait(for: "the rows") { $0.cellRows.suffix(3) == ["> y = [", ".   \"^[[8m\"]", ">"] }
    expectNoOrders(terminal)
    #expect(try terminal.leave() == .code(0))
  }

  @Test func namesOfFilesInTheListOfCompletions() throws {
    let bench = try Bench()
    for name in ["one\u{1B}]0;t\u{7}.json", "one\u{202E}\u{9B}2J.json", "one.json"] {
      try bench.write("x", to: name)
    }
    let terminal = try bench.prompt()
    try terminal.send("load(\"one" + Key.tab + Key.tab)
    try terminal.wait(for: "one\\e]0;t\\u{7}.json")
    try terminal.wait(for: "one\\u{202E}\\u{9B}2J.json")
    expectNoOrders(terminal)
    try terminal.send(Key.control("c"))
    try terminal.waitForPrompt()
  }

  @Test func foldersOfTheUserInNotes() throws {
    let bench = try Bench()
    let name = "s" + Self.hostile
    try bench.write("in the way", to: name)
    try FileManager.default.createDirectory(
      at: bench.folder.appendingPathComponent("config/ranklab"), withIntermediateDirectories: true)
    try bench.write("\"\(Self.hostile)\"; zzz(\"\(Self.hostile)\")", to: "config/ranklab/rc.rank")
    let terminal = try bench.prompt(environment: ["XDG_STATE_HOME": bench.folder.path + "/" + name])
    #expect(try terminal.run("6 * 7").last == "42")
    #expect(terminal.lines.contains { $0.contains("history") })
    expectNoOrders(terminal)
    #expect(try terminal.leave() == .code(0))
  }
}
