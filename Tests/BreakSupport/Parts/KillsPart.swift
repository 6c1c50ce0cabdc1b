// The part `kills`: SIGKILL at any moment of everything that writes.
import Glibc
package import TestSupport

/// An input is a kind of work and a moment: `adapter 41250` kills the program that long (in microseconds) after its start.
/// What is on the disk then must be whole, the old or the new; and the next run must come to the same end as without a
/// kill, with nothing left behind.
package final class KillsPart: BreakPart {
  package static let name = "kills"
  package static let sentence =
    "SIGKILL at any moment of saving adapters, models, exports, runs and charts over others, of grids with `file=`, of "
    + "`pretrain` with its cache, of `save session` and `check --update`, and of a prompt that keeps its history; failed: a file that is neither the old nor the new, a "
    + "folder of both, a file of the user's lost, another result of the run that follows, or something left behind by that one"
  package static let shortCount = 24
  package static let patience: UInt32 = 120

  private let bench: WritingBench

  private let place: BreakBench

  package init(_ bench: BreakBench) {
    self.bench = WritingBench(bench)
    place = bench
  }

  package func input(_ random: inout SeededGenerator) -> [UInt8] {
    let works = WritingWork.allCases
    let number = Int.random(in: 0...works.count, using: &random)
    if number == works.count { return Array("history \(Int.random(in: 0..<400_000, using: &random))".utf8) }
    let work = works[number]
    return Array("\(work.rawValue) \(Int.random(in: 0..<work.window, using: &random))".utf8)
  }

  package func attempt(_ input: [UInt8]) throws -> String {
    let words = String(decoding: input, as: UTF8.self).split(separator: " ")
    if words.first == "history", let moment = words.last.flatMap({ Int($0) }) {
      return try HistoryKill.attempt(moment, in: place)
    }
    guard words.count == 2, let work = WritingWork(rawValue: String(words[0])), let moment = Int(words[1])
    else {
      throw BreakFinding("no kill is `\(String(decoding: input, as: UTF8.self))`")
    }
    let reference = try bench.reference(of: work)
    try bench.begin(work, reference)
    let result = try bench.run(work.arguments) { process in
      Moment.send(SIGKILL, to: process, after: moment)
    }
    let wasKilled = result.exit == .signal(SIGKILL)
    try work.judge(try bench.files(work.outputs), among: reference.states)
    let after = try bench.run(work.following)
    try BreakFinding.require(after.exit == .code(0), "the run after the kill fails: \(after.words)")
    try BreakFinding.require(
      after.output == reference.output, "the run after the kill shows something else: \(after.words)")
    let left = try bench.leftovers()
    try BreakFinding.require(left.isEmpty, "left behind: \(left.joined(separator: ", "))")
    try work.judge(try bench.files(work.outputs), among: reference.states)
    return wasKilled ? "killed in \(work.rawValue)" : "ended before the kill"
  }
}
