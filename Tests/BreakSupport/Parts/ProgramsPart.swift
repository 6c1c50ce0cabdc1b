// The part `programs`: programs by a grammar, run in this process and, a sample of them, by the program itself.
package import TestSupport

package final class ProgramsPart: BreakPart {
  package static let name = "programs"
  package static let sentence =
    "programs by a grammar, each run twice in one process, one of some hundreds by the program itself; failed: a crash, a hang, an error "
    + "without words or place, a raw control character or a name of the inside on the screen, or other output the second time"
  package static let shortCount = 600
  package static let patience: UInt32 = 60

  private let bench: BreakBench
  private let words = ProgramWords()

  package init(_ bench: BreakBench) { self.bench = bench }

  package func input(_ random: inout SeededGenerator) -> [UInt8] {
    var writer = ProgramWriter(random, words)
    return Array(writer.program().utf8)
  }

  package func attempt(_ input: [UInt8]) throws -> String {
    let program = String(decoding: input, as: UTF8.self)
    let first = try run(program)
    try first.check()
    let second = try run(program)
    if first.output != second.output || first.errors != second.errors {
      throw BreakFinding("other output the second time: \(Self.difference(first, second))")
    }
    if Self.isSample(input), first.ending != "stopped", !first.errors.contains("memory") {
      try runOutside(program, expecting: first)
    }
    return first.ending
  }

  private func run(_ program: String) throws -> ProgramRun {
    // Only where something may have been written: looking costs more than many a program.
    if program.contains("\"") { try bench.clear() }
    return ProgramRun(program, in: bench.folder.path)
  }

  /// The input decides, and not its number, so that a finding is tried again in the same way.
  private static func isSample(_ input: [UInt8]) -> Bool {
    let hash = input.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    return (hash >> 32) % 400 == 0
  }

  /// The program itself shows the same on standard output, and ends with the code that belongs to it.
  private func runOutside(_ program: String, expecting run: ProgramRun) throws {
    try bench.clear()
    try bench.folder.write(program, to: "script.rank")
    let result = try bench.run(
      ["run", "script.rank"], environment: ["RANKLAB_THREADS": "1", "NO_COLOR": "1"], seconds: 60)
    guard let exit = result.exit else { throw BreakFinding("the program itself did not end in 60 s") }
    guard exit == .code(run.exitCode) else {
      throw BreakFinding("the program itself ended with \(exit) in place of \(run.exitCode)")
    }
    try ShownText.check(result.words)
    let output = String(decoding: result.output, as: UTF8.self)
    if output != run.output {
      throw BreakFinding(
        "the program itself shows something else: \(Self.firstDifference(output, run.output))")
    }
  }

  private static func difference(_ one: ProgramRun, _ other: ProgramRun) -> String {
    one.output == other.output
      ? firstDifference(one.errors, other.errors) : firstDifference(one.output, other.output)
  }

  /// The first lines that differ.
  private static func firstDifference(_ one: String, _ other: String) -> String {
    let lines = [one, other].map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
    let place = zip(lines[0], lines[1]).enumerated().first { $1.0 != $1.1 }?.offset
    guard let place else { return "\(lines[0].count) lines and \(lines[1].count) lines" }
    return "`\(lines[0][place])` and `\(lines[1][place])`"
  }
}
