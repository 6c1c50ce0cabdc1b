// A prompt that is killed while it keeps its history.
import Foundation
import Glibc
import TestSupport

/// Cells are typed, and the program is killed. The history then holds what it held, its newest ten thousand where it held
/// more, and behind it the first of the cells, each whole; the next prompt reads it and goes on.
enum HistoryKill {
  private static let file = "state/ranklab/history"

  static func attempt(_ moment: Int, in bench: BreakBench) throws -> String {
    try bench.clear()
    // Every second one is trimmed as it is read.
    let old = (0..<(moment % 2 == 0 ? 10_020 : 5)).map { "old = \($0)" }
    let cells = (0..<40).map { "x = \($0)" }
    let url = bench.folder.url.appendingPathComponent(file)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text(old).utf8).write(to: url)
    let terminal = try PseudoTerminal(bench.program, [], in: bench.folder, patience: .seconds(60))
    try terminal.send(cells.map { $0 + Key.enter }.joined())
    Moment.send(SIGKILL, to: terminal.process, after: moment)
    let wasKilled = try terminal.waitForExit() == .signal(SIGKILL)
    let kept = try judge(url, old, cells)
    let next = try PseudoTerminal(bench.program, [], in: bench.folder, patience: .seconds(60))
    try next.send("quit" + Key.enter)
    let exit = try next.waitForExit()
    try BreakFinding.require(exit == .code(0), "the prompt after the kill ends with \(exit)")
    try BreakFinding.require(
      try judge(url, old, Array(cells.prefix(kept)) + ["quit"]) == kept + 1, "the next cell is not kept")
    return wasKilled ? "killed in history" : "ended before the kill"
  }

  /// How many of the cells are there; throws where anything else is.
  private static func judge(_ url: URL, _ old: [String], _ cells: [String]) throws -> Int {
    let found = try String(contentsOf: url, encoding: .utf8)
    let lines = found.split(separator: "\n").map(String.init)
    for count in (0...cells.count).reversed() where found == text(lines) {
      let whole = old + cells.prefix(count)
      if lines.count >= min(whole.count, 10_000), lines.elementsEqual(whole.suffix(lines.count)) {
        return count
      }
    }
    throw BreakFinding("the history of \(lines.count) lines ends in \(lines.suffix(5))")
  }

  private static func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}
