// Faults from outside: a model's file that is cut, little memory and stack, a terminal that goes.
import Foundation
import TestSupport
import Testing

@Suite struct FaultTests {
  /// A prompt with a model whose file is used in place, and an adapter on it.
  private func promptWithMappedModel(_ bench: Bench, threads: Int = 2) throws -> PseudoTerminal {
    let terminal = try bench.prompt(environment: ["RANKLAB_THREADS": "\(threads)"], columns: 160)
    try terminal.run("t = transformer(layers=6, width=512, heads=8, vocab=9000)")
    try terminal.run("save(t, \"base\"); b = load(\"base\"); m = attach(b, lora(r=4)); x = 5")
    return terminal
  }

  private func weights(_ bench: Bench) -> URL {
    bench.folder.appendingPathComponent("base/model.safetensors")
  }

  @Test(arguments: [1, 3])
  func aFileThatIsCutGivesUpTheCell(threads: Int) throws {
    let bench = try Bench()
    let terminal = try promptWithMappedModel(bench, threads: threads)
    let path = weights(bench).path
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0 > 64_000_000)
    try terminal.send("r = train(m, language(1), steps=1000000); show(6 * 7)" + Key.enter)
    try terminal.glimpse("the first steps") { screen in
      screen.rows.contains { $0.contains(#/ [1-9][0-9,]*\/1,000,000/#) }
    }
    try #require(truncate(path, 5000) == 0)
    try terminal.waitForPrompt()
    let words = "base/model.safetensors` was cut while it was in use"
    #expect(terminal.lines.contains { $0.hasPrefix("error: ") && $0.hasSuffix(words) })
    #expect(!terminal.lines.contains("42"))
    // The session lives, the run is not kept, and the model says the same again.
    #expect(try terminal.run("x + 1").last == "6")
    #expect(try terminal.run("r").contains("error: no value is named `r`"))
    for cell in [
      "r = train(m, language(1), steps=2)", "logits(b, language(1))", "n = merge(m)", "save(b, \"c\")",
    ] {
      #expect(try terminal.run(cell).contains { $0.hasSuffix(words) }, "\(cell)")
    }
    // Another model is not concerned.
    try terminal.run("net = mlp([4, 4]); r = train(attach(net, lora(r=1)), teacher(net), steps=1)")
    #expect(try terminal.run("len(r.loss)").last == "1")
    #expect(try terminal.leave() == .code(0))
  }

  /// What is written to is not what was loaded, whatever its length.
  @Test func aFileThatIsWrittenToIsNotUsedOn() throws {
    let bench = try Bench()
    let terminal = try promptWithMappedModel(bench)
    let file = try FileHandle(forWritingTo: weights(bench))
    try file.seek(toOffset: 1 << 20)
    try file.write(contentsOf: Data(repeating: 1, count: 100))
    try file.close()
    let lines = try terminal.run("r = train(m, language(1), steps=2)")
    #expect(lines.contains { $0.hasSuffix("base/model.safetensors` was written to while it was in use") })
    #expect(try terminal.run("b = load(\"base\"); show(b.trainable)").last == "0")
  }

  @Test func littleMemoryIsSaidBeforeItIsTaken() throws {
    let bench = try Bench()
    let script = "net = mlp([4096, 4096]); r = pretrain(net, teacher(net), steps=2)"
    let terminal = try bench.shell("ulimit -v 600000; exec \"$RANKLAB\" -c '\(script)'", columns: 100)
    #expect(try terminal.waitForExit() == .code(1))
    #expect(terminal.screen.rows.contains("error: this run does not fit into memory"))
    #expect(terminal.screen.text.contains("Nothing was allocated."))
  }

  @Test(arguments: [128, 256, 1024])
  func aSmallStackChangesNothing(kilobytes: Int) throws {
    let bench = try Bench()
    try bench.write("def f(x) { f(x + 1) }\nf(0)\n", to: "deep.rank")
    let terminal = try bench.shell("ulimit -s \(kilobytes); exec \"$RANKLAB\" run deep.rank")
    #expect(try terminal.waitForExit() == .code(1))
    #expect(terminal.screen.rows.first == "error: functions call each other more than 200 deep")
  }

  /// A terminal that is closed is a SIGHUP, whether work goes on or the prompt waits; what the grid made is in its file.
  @Test func aClosedTerminalEndsWith129AndKeepsTheGrid() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    try terminal.run("net = mlp([8, 8])")
    try terminal.send(
      "c = compare(net, teacher(net), lora(r=2), steps=2000, seeds=100000, file=\"grid.json\")" + Key.enter)
    try terminal.glimpse("ten runs") { screen in
      screen.rows.contains { $0.contains(#/\b[1-9][0-9,]+\/100,000/#) }
    }
    #expect(try terminal.hangUp() == .code(129))
    #expect(try bench.run(["-c", "load(\"grid.json\").finished[0] >= 10"]).output == "True\n")
    #expect(try bench.read("state/ranklab/history").contains("compare(net"))
  }

  @Test func aClosedTerminalEndsAPromptWith129() throws {
    let bench = try Bench()
    #expect(try bench.prompt().hangUp() == .code(129))
    let script = try bench.terminal(["-c", "for i in range(1000000) { show(i) }"])
    try script.glimpse("100")
    #expect(try script.hangUp() == .code(129))
  }

  @Test func hangingUpEndsWith129() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    try terminal.send("d = [language(i, vocab=100000) for i in range(1000)]" + Key.enter)
    try terminal.glimpse("vocab=100000")
    kill(terminal.process, SIGHUP)
    #expect(try terminal.waitForExit() == .code(129))
  }
}
