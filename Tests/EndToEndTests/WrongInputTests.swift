// Wrong inputs: each gives an error that says what is wrong, and the prompt goes on.
import Foundation
import TestSupport
import Testing

@Suite struct WrongInputTests {
  /// What stands before each cell of wrong-inputs.txt.
  private static let setup = """
    base = transformer(layers=1, width=16, heads=2, context=8, vocab=16)
    task = language(1, vocab=16)
    m = attach(base, lora(r=4))
    net = mlp([8, 8, 8])
    drift = teacher(net)

    """

  private func bench() throws -> Bench {
    let bench = try Bench()
    try bench.write("", to: "empty.txt")
    try bench.write("short", to: "short.txt")
    try bench.write(bytes: Array("abc".utf8) + [0xFF, 0xFE] + Array("def".utf8), to: "latin.txt")
    try FileManager.default.createDirectory(
      at: bench.folder.appendingPathComponent("folder"), withIntermediateDirectories: false)
    return bench
  }

  /// A message without what holds for this machine only.
  private func masked(_ lines: [String], _ bench: Bench) -> [String] {
    lines.map {
      $0.replacing(bench.folder.path, with: "FOLDER")
        .replacing(/this process can have [0-9.]+ [kMGTP]?B/, with: "this process can have MEMORY")
    }
  }

  @Test func everyMessageIsAsExpected() throws {
    let bench = try bench()
    var file = try CellExpectations("wrong-inputs.txt")
    #expect(file.examples.count > 80)
    for i in file.examples.indices {
      let cell = file.examples[i].cell
      let result = try bench.run(["-c", Self.setup + cell])
      let isNote = file.examples[i].message.hasPrefix("note:")
      #expect(isNote || result.exit == .code(1) || result.exit == .code(65), "\(cell)")
      let message = masked(result.errors.lines, bench).joined(separator: "\n")
      if ExpectedText.isUpdating {
        file.examples[i].message = (isNote ? "note:\n" : "") + message
      } else {
        #expect((isNote ? "note:\n" : "") + message == file.examples[i].message, "\(cell)")
      }
    }
    if ExpectedText.isUpdating { try file.write() }
  }

  /// One session through all of them: after each the prompt is back, and at the end all is as it was.
  @Test func thePromptGoesOnAfterEach() throws {
    let bench = try bench()
    let terminal = try bench.prompt()
    for cell in Self.setup.lines { try terminal.run(cell) }
    for example in try CellExpectations("wrong-inputs.txt").examples {
      let shown = masked(try terminal.run(example.cell), bench)
      let message = example.message.lines.filter { $0 != "note:" }
      // The path is cut by the terminal's width at another place than where it stands masked.
      let wanted = message.contains { $0.contains("FOLDER") } ? Array(message.prefix(3)) : message
      #expect(firstMissing(wanted, in: shown) == nil, "\(example.cell)")
    }
    #expect(try terminal.run("show(m.trainable, base.modules == net.modules, 6 * 7)").last == "256 False 42")
    #expect(terminal.screen.unknown == [])
    #expect(try terminal.leave() == .code(0))
  }

  /// A rank above the width is no error.
  @Test(arguments: [(8, 12), (8, 64), (24, 100), (64, 128), (100, 128)])
  func rankAboveTheWidthTrains(width: Int, rank: Int) throws {
    let result = try bench().run(
      script: """
        net = mlp([\(width), \(width), \(width)])
        run = train(attach(net, lora(r=\(rank))), teacher(net), steps=20)
        show(run.diverged)
        """)
    #expect(result.exit == .code(0))
    #expect(result.output == "False\n")
    #expect(result.errors.hasPrefix("r=\(rank) is above the width \(width) of layers.0: "))
  }

  @Test func tenThousandBracketsEndWithAnError() throws {
    let bench = try bench()
    let brackets = String(repeating: "(", count: 10_000)
    for text in [brackets, brackets + "1" + String(repeating: ")", count: 10_000)] {
      let result = try bench.run(script: "show(" + text + ")")
      #expect(result.exit == .code(65))
      #expect(result.errors.lines.first == "error: this is nested too deep")
      #expect(result.errors.utf8.count < 1000)
    }
    let terminal = try bench.prompt()
    try terminal.send(Key.paste(brackets) + Key.enter)
    try terminal.wait(for: "error: this is nested too deep")
    try terminal.waitForPrompt()
    #expect(try terminal.run("6 * 7").last == "42")
  }

  @Test func lineOfAMillionCharacters() throws {
    let bench = try bench()
    let name = String(repeating: "a", count: 1_000_000)
    #expect(try bench.run(script: "x = \"\(name)\"; show(len(x))").output == "1000000\n")
    #expect(try bench.run([], input: "show(1) # \(name)").output == "1\n")
    for text in ["x = \"\(name)", "x = [\(name)", "(\(name)]", "x = \(name)"] {
      let result = try bench.run(script: text)
      #expect(result.exit != .code(0))
      #expect(result.errors.hasPrefix("error: "))
      // An error is read at a terminal: it shows a part of the line only.
      #expect(result.errors.utf8.count < 2000, "\(text.prefix(12))… \(result.errors.prefix(60))…")
    }
    let terminal = try bench.prompt()
    try terminal.send(Key.paste("x = \"\(name)\"; show(len(x))") + Key.enter)
    try terminal.wait(for: "the length") { $0.rows.contains("1000000") }
    try terminal.waitForPrompt()
    #expect(try terminal.run("6 * 7").last == "42")
  }
}
