// The part `interrupts`: Ctrl-C at the prompt or in a notebook, at any moment of any kind of work.
import Glibc
package import TestSupport

/// Each input is a kind of work and a moment: the work begins at a prompt of its own or in a notebook, and Ctrl-C comes that
/// much later. The words of the tally are how long it took until the prompt was back or the program had ended, in classes.
package final class InterruptsPart: BreakPart {
  package static let name = "interrupts"
  package static let sentence =
    "Ctrl-C at a random moment of \(InterruptedWork.all.count) kinds of work at the prompt and in notebooks, for one in six SIGTERM, "
    + "SIGHUP or a terminal that is closed; failed: no prompt or no end within 5 s, a probe that does not answer, a name that lost its "
    + "value, or another exit code than the signal's"
  package static let shortCount = 6
  package static let patience: UInt32 = 120

  private let bench: BreakBench

  package init(_ bench: BreakBench) throws { self.bench = bench }

  package func input(_ random: inout SeededGenerator) -> [UInt8] {
    let work = Int.random(in: 0..<InterruptedWork.all.count, using: &random)
    let moment = Int.random(in: 0..<800_000, using: &random)
    let ending =
      Int.random(in: 0..<6, using: &random) == 0 ? Ending.allCases.randomElement(using: &random) : nil
    return Array("\(InterruptedWork.all[work].name)\n\(moment)\n\(ending?.rawValue ?? "Ctrl-C")".utf8)
  }

  /// What ends the program, in place of the work alone.
  private enum Ending: String, CaseIterable {
    case term = "SIGTERM"
    case hangUp = "SIGHUP"
    case closed = "closed terminal"

    func send(to terminal: PseudoTerminal) throws -> PseudoTerminal.Exit {
      switch self {
      case .term: kill(terminal.process, SIGTERM)
      case .hangUp: kill(terminal.process, SIGHUP)
      case .closed: return try terminal.hangUp()
      }
      return try terminal.waitForExit()
    }

    /// The code of the program, and what it is where the signal comes before the program watches for it.
    var exits: [PseudoTerminal.Exit] {
      switch self {
      case .term: [.code(143), .signal(SIGTERM)]
      case .hangUp, .closed: [.code(129), .signal(SIGHUP)]
      }
    }
  }

  package func attempt(_ input: [UInt8]) throws -> String {
    let words = String(decoding: input, as: UTF8.self).split(separator: "\n")
    guard words.count == 3, let moment = Int(words[1]),
      let work = InterruptedWork.all.first(where: { $0.name == words[0] })
    else {
      throw BreakFinding(
        "an input is the name of a kind of work, a number of microseconds, and what comes then")
    }
    try work.prepare(bench)
    if let ending = Ending(rawValue: String(words[2])) { return try end(work, moment, ending) }
    switch work.place {
    case .prompt: return try interruptAtPrompt(work, moment)
    case .run: return try interruptNotebook(work, ["run"], moment)
    case .check: return try interruptNotebook(work, ["check"], moment)
    }
  }

  private static let beginning = "show(\"it be\" + \"gins\")"

  private func terminal(_ arguments: [String]) throws -> PseudoTerminal {
    try PseudoTerminal(
      bench.program, arguments, in: bench.folder, environment: ["RANKLAB_THREADS": "2"], columns: 100,
      rows: 30, patience: .seconds(60))
  }

  private func end(_ work: InterruptedWork, _ moment: Int, _ ending: Ending) throws -> String {
    let terminal: PseudoTerminal
    if work.place == .prompt {
      terminal = try atWork(work)
    } else {
      try bench.folder.write(work.notebook(beginning: Self.beginning), to: "long.md")
      terminal = try self.terminal([work.place == .run ? "run" : "check", "long.md"])
      if work.place == .run { try terminal.glimpse("it begins") }
    }
    Moment.pass(microseconds: moment)
    let began = ContinuousClock.now
    let exit = try ending.send(to: terminal)
    let time = ContinuousClock.now - began
    try BreakFinding.require(
      time < .seconds(5), "\(work.name): the end came \(time) after \(ending.rawValue)")
    try BreakFinding.require(
      ending.exits.contains(exit), "\(work.name): \(ending.rawValue) ended it with \(exit)")
    return "\(ending.rawValue) \(Self.word(time))"
  }

  private func interruptNotebook(
    _ work: InterruptedWork, _ arguments: [String], _ moment: Int
  ) throws -> String {
    try bench.folder.write(work.notebook(beginning: Self.beginning), to: "long.md")
    let terminal = try terminal(arguments + ["long.md"])
    // A check shows nothing before its end.
    if work.place == .run { try terminal.glimpse("it begins") }
    Moment.pass(microseconds: moment)
    let began = ContinuousClock.now
    try terminal.send(Key.control("c"))
    let exit = try terminal.waitForExit()
    let time = ContinuousClock.now - began
    try BreakFinding.require(time < .seconds(5), "\(work.name): the end came after \(time)")
    // Before it has its handlers, the signal ends the program as it ends any other.
    let isEarly = work.place == .check && exit == .signal(SIGINT)
    try BreakFinding.require(exit == .code(130) || isEarly, "\(work.name): it ended with \(exit)")
    return Self.word(time)
  }

  /// A prompt that is doing the work.
  private func atWork(_ work: InterruptedWork) throws -> PseudoTerminal {
    let terminal = try terminal(["--no-rc"])
    try terminal.wait(for: "prompt", Self.isAtPrompt)
    for cell in ["kept = 12345"] + work.setup { try run(cell, terminal) }
    try terminal.send(Self.beginning + "; " + work.cell + Key.enter)
    try terminal.glimpse("it begins")
    return terminal
  }

  private func interruptAtPrompt(_ work: InterruptedWork, _ moment: Int) throws -> String {
    let terminal = try atWork(work)
    Moment.pass(microseconds: moment)
    let began = ContinuousClock.now
    try terminal.send(Key.control("c"))
    try terminal.glimpse("prompt after \(work.name)", Self.isAtPrompt)
    let time = ContinuousClock.now - began
    try BreakFinding.require(time < .seconds(5), "\(work.name): the prompt came after \(time)")
    try run("kept + 1", terminal)
    try BreakFinding.require(terminal.screen.hasRow(with: "12346"), "\(work.name): the probe gave no 12346")
    try terminal.send(Key.control("d"))
    let exit = try terminal.waitForExit()
    try BreakFinding.require(exit == .code(0), "\(work.name): the prompt ended with \(exit)")
    return Self.word(time)
  }

  private func run(_ cell: String, _ terminal: PseudoTerminal) throws {
    let before = terminal.screen.transcript
    try terminal.send(cell + Key.enter)
    try terminal.wait(for: "prompt after `\(cell)`") { $0.transcript != before && Self.isAtPrompt($0) }
  }

  private static func isAtPrompt(_ screen: Screen) -> Bool {
    guard let last = screen.rows.last, last.hasPrefix(">") else { return false }
    // The scaling mode stands at the right edge.
    let words = last.dropFirst().split(separator: " ")
    return words.count <= 1 && screen.row == screen.rows.count - 1 && screen.column == 2
  }

  private static func word(_ time: Duration) -> String {
    let classes = [10, 20, 50, 100, 200, 500, 1000, 2000]
    let milliseconds = time / .milliseconds(1)
    return classes.first { milliseconds <= Double($0) }.map { "within \($0) ms" } ?? "later"
  }
}
