// Ctrl-C and typing ahead, at the prompt.
import TestSupport
import Testing

@Suite struct InterruptTests {
  private func prompt(_ bench: Bench) throws -> PseudoTerminal {
    let terminal = try bench.prompt()
    try terminal.run("m = attach(transformer(layers=1, width=32, heads=2, context=16), lora(r=4))")
    try terminal.run("task = language(1)")
    return terminal
  }

  private func interrupt(_ terminal: PseudoTerminal, _ cell: String) throws {
    try terminal.send(cell + Key.enter)
    try terminal.glimpse("the first steps") { screen in
      screen.rows.contains { $0.contains(#/ [1-9][0-9,]*/1,000,000/#) }
    }
    try terminal.send(Key.control("c"))
    try terminal.waitForPrompt()
    #expect(terminal.lines.contains("interrupted; the rest of the cell is skipped"))
  }

  @Test func interruptedTrainingKeepsThePartialRun() throws {
    let bench = try Bench()
    let terminal = try prompt(bench)
    try interrupt(terminal, "run = train(m, task, steps=1000000); show(6 * 7)")
    #expect(!terminal.lines.contains("42"))
    #expect(
      try terminal.run("show(0 < len(run.loss), len(run.loss) < 1000000, run.loss == _.loss)").last
        == "True True True")
    let shown = try terminal.run("run")
    #expect(shown.contains { $0.contains(/^steps +[0-9]+ of 1000000, interrupted$/) })
    #expect(try terminal.run("7 * 7").last == "49")
    try terminal.run("more = train(m, task, steps=3, resume=True)")
    #expect(try terminal.run("show(len(more.loss))").last == "3")
    #expect(terminal.screen.unknown == [])
    #expect(try terminal.leave() == .code(0))
  }

  @Test func interruptedExpressionIsShownAndKept() throws {
    let bench = try Bench()
    let terminal = try prompt(bench)
    try interrupt(terminal, "train(m, task, steps=1000000)")
    #expect(terminal.lines.contains { $0.contains(/^steps +[0-9]+ of 1000000, interrupted$/) })
    #expect(try terminal.run("show(len(_.loss) < 1000000)").last == "True")
  }

  @Test func interruptedPretrainingKeepsWhatThereIs() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    try terminal.run("base = transformer(layers=1, width=32, heads=2, context=16)")
    try interrupt(terminal, "first = pretrain(base, language(1), steps=1000000)")
    #expect(try terminal.run("show(len(first.loss) < 1000000)").last == "True")
    // What was cut is not taken for the whole the next time.
    try interrupt(terminal, "second = pretrain(base, language(1), steps=1000000)")
    #expect(!terminal.lines.contains { $0.contains("come from the cache") })
  }

  @Test func interruptedComparisonShowsItsRuns() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    try terminal.run("net = mlp([8, 8]); drift = teacher(net)")
    try terminal.send("c = compare(net, drift, lora(r=2), steps=2000, seeds=100000); show(6 * 7)" + Key.enter)
    try terminal.glimpse("ten runs") { screen in
      screen.rows.contains { $0.contains(/\b[1-9][0-9,]+\/100,000/) }
    }
    try terminal.send(Key.control("c"))
    try terminal.waitForPrompt()
    #expect(!terminal.lines.contains("42"))
    #expect(
      try terminal.run("show(10 <= c.finished[0], c.finished[0] < 100000, len(c.runs))").last
        == "True True 1")
  }

  @Test func aMapIsDrawnInPlaceAndKept() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    try terminal.run("net = mlp([8, 8]); drift = teacher(net)")
    try terminal.send(
      "map = stability(net, drift, lora(alpha=8), r=[2, 4, 8], lr=logspace(0.1, 10, 4), seeds=8000, steps=50, "
        + "optimizer=sgd); show(6 * 7)" + Key.enter)
    for runs in [#/ [1-9][0-9,]+\/96,000/#, #/ [1-9][0-9]?,[0-9]{3}\/96,000/#] {
      // A frame ends with its progress, so the picture above it is whole.
      try terminal.glimpse("one map and its progress") { screen in
        screen.rows.contains { $0.contains(runs) } && screen.rows.contains { $0.hasPrefix("rank ") }
          && screen.rows.count { $0 == "learning rate" } == 1
      }
    }
    try terminal.send(Key.control("c"))
    try terminal.waitForPrompt()
    #expect(terminal.lines.contains("interrupted; the rest of the cell is skipped"))
    // Nothing of the picture stays behind.
    #expect(!terminal.screen.rows.contains { $0 == "learning rate" || $0.contains("/96,000") })
    #expect(
      try terminal.run("show(0 < map.made[0][0], map.made[0][0] < 8000, map.edge)").last
        == "True True [None, None, None]")
    #expect(terminal.screen.unknown == [])
    #expect(try terminal.leave() == .code(0))
  }

  @Test func interruptStopsALoop() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    try terminal.run("xs = range(1000000); x = -1")
    try terminal.send("for a in xs { show(a); for b in xs { x = b } }" + Key.enter)
    try terminal.glimpse("the loop") { $0.rows.last == "0" }
    try terminal.send(Key.control("c"))
    try terminal.waitForPrompt()
    #expect(terminal.lines.contains("interrupted; the rest of the cell is skipped"))
    #expect(try terminal.run("show(x < 999999, a)").last == "True 0")
  }

  /// Steps of seconds: what is being made is given up, and the run keeps what came before.
  @Test func interruptGivesUpALongStep() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    try terminal.run("base = transformer(layers=4, width=512, heads=8, context=256, vocab=512)")
    try terminal.run("m = attach(base, lora(r=64)); task = language(1, vocab=512)")
    try terminal.send("run = train(m, task, steps=1000, batch=64); show(6 * 7)" + Key.enter)
    try terminal.glimpse("/1,000")
    try terminal.send(Key.control("c"))
    try terminal.waitForPrompt()
    #expect(!terminal.lines.contains("42"))
    #expect(terminal.lines.contains("interrupted; the rest of the cell is skipped"))
    #expect(try terminal.run("show(len(run.loss) < 1000, run.loss == _.loss)").last == "True True")
  }

  @Test(arguments: [
    "for i in range(1000) { net = mlp([9000, 9000, 9000]) }",
    "for i in range(1000) { net = merge(attach(mlp([2000, 2000]), lora(r=2000))) }",
    "attach(mlp([4000, 4000]), lora(init=pissa))",
    "for i in range(1000) { attach(mlp([4000, 4000]), lora(r=32, init=olora)) }",
    "for i in range(1000) { d = language(i, vocab=100000) }",
    "scaling_table(r=range(1, 1000000))",
    "x = [sqrt(i) for i in range(300000)]; for i in range(1000) { save(plot(x), \"c.csv\"); show(plot(x)) }",
    "a = [1]; for i in range(60) { a = a + [a] }; b = a[0:60]; for i in range(1000000) { c = a == b; d = str(a) }",
    "resize(attach(mlp([4000, 4000]), lora(r=1000)), r=4)",
    "logits(transformer(layers=4, width=512, heads=8), language(1), batch=20000)",
    "xs = [x for x in range(1000000) if x < len([y for y in range(1000)])]",
    "explain(lora(), mlp([256, 256, 256]), teacher(mlp([256, 256, 256])), r=[2, 8, 64], seeds=1000)",
    "stability(mlp([256, 256]), teacher(mlp([256, 256])), lora(), r=[2, 8], lr=logspace(0.1, 10, 5), steps=9999)",
  ])
  func interruptEndsOtherWork(cell: String) throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    try terminal.send("show(\"it be\" + \"gins\"); " + cell + Key.enter)
    try terminal.glimpse("it begins")
    try terminal.send(Key.control("c"))
    try terminal.waitForPrompt()
    #expect(terminal.lines.contains("interrupted; the rest of the cell is skipped"))
    #expect(try terminal.run("6 * 7").last == "42")
  }

  @Test func twoInterruptsEndNothingButTheWork() throws {
    let bench = try Bench()
    let terminal = try prompt(bench)
    try terminal.send("run = train(m, task, steps=1000000)" + Key.enter)
    try terminal.glimpse("/1,000,000")
    try terminal.send(Key.control("c") + Key.control("c"))
    try terminal.wait(for: "interrupted; the rest of the cell is skipped")
    try terminal.send(Key.control("u") + "show(len(run.loss) < 1000000)" + Key.enter)
    try terminal.wait(for: "the answer") { $0.rows.contains("True") }
  }

  @Test func interruptAtThePromptLeavesTheSessionAlone() throws {
    let bench = try Bench()
    let terminal = try bench.prompt()
    try terminal.run("x = 6")
    try terminal.send(Key.control("c"))
    try terminal.wait(for: "prompt after ^C") { $0.rows.contains("> ^C") && $0.cellRows.last == ">" }
    try terminal.send("x = 7 +")
    try terminal.wait(for: "> x = 7 +")
    try terminal.send(Key.control("c"))
    try terminal.wait(for: "> x = 7 +^C")
    try terminal.waitForPrompt()
    #expect(try terminal.run("x * 7").last == "42")
    #expect(!terminal.screen.transcript.contains("interrupted"))
    #expect(try terminal.leave() == .code(0))
  }

  @Test func whatIsPastedDuringARunIsOneCell() throws {
    let bench = try Bench()
    let terminal = try prompt(bench)
    try terminal.send("run = train(m, task, steps=1000000, seconds=1)" + Key.enter)
    #expect(try terminal.glimpse("/1,000,000").pastesInBrackets)
    try terminal.send(Key.paste("a = 6\nb = 7"))
    try terminal.wait(for: "the paste") { $0.cellRows.suffix(2) == ["> a = 6", ". b = 7"] }
    try terminal.send(Key.enter)
    try terminal.waitForPrompt()
    #expect(try terminal.run("a * b").last == "42")
    #expect(try terminal.leave() == .code(0))
    #expect(!terminal.screen.pastesInBrackets)
  }

  @Test func whatIsTypedDuringARunArrivesAfterwards() throws {
    let bench = try Bench()
    let terminal = try prompt(bench)
    try terminal.send("run = train(m, task, steps=1000000, seconds=1)" + Key.enter)
    try terminal.glimpse("/1,000,000")
    try terminal.send("6 * 7" + Key.enter)
    // It is not echoed into the line of progress, which goes.
    try terminal.wait(for: "the answer") { $0.cellRows.suffix(3) == ["> 6 * 7", "42", ">"] }
    #expect(try terminal.run("show(len(run.loss) < 1000000)").last == "True")
    #expect(try terminal.run("run").contains { $0.contains("cut at 1 s") })
  }
}
