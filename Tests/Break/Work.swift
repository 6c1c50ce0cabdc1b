// The command `work`: attempts one after the other, watched by another process.
import ArgumentParser
import BreakSupport
import Foundation
import TestSupport

struct Work: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes attempts; started by the program itself.", shouldDisplay: false)

  @Argument var part: String
  @Option var seed: UInt64
  @Option var from: Int
  @Option var tries: Int
  @Option var seconds: Double
  @Option var report: String
  @Option var findings: String?
  @Option var replay: String?

  /// How many MB the process may grow after the first attempts.
  private static let growth = 512

  func run() throws {
    Interrupts.watch()
    let kind = try BreakParts.kind(part)
    let home = try TemporaryFolder(at: URL(fileURLWithPath: report + "/work", isDirectory: true))
    let part = try kind.init(BreakBench(program: TestProgram.path("ranklab"), folder: home))
    let again = try replay.map { path in
      guard let bytes = FileManager.default.contents(atPath: path), let file = FindingFile(Array(bytes))
      else {
        throw ValidationError("\(path) is no finding of this program")
      }
      return file.input
    }
    let number = open(Report.numberPath(report), O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    let began = ProcessInfo.processInfo.systemUptime
    var (lastReport, lastLine) = (began, began)
    var result = Report(next: from)
    var size = 0
    while result.next - from < tries, !Interrupts.isAsked {
      let now = ProcessInfo.processInfo.systemUptime
      if now - began > seconds { break }
      if now - lastReport > 0.5 {
        try result.write(in: report)
        lastReport = now
      }
      if now - lastLine > 20 {
        say("\(kind.name): \(BreakTable.grouped(result.next - from)) tried, \(result.failed) failed so far")
        lastLine = now
      }
      if result.next - from == 2000 { size = ProcessMemory.now() }
      var place = UInt64(result.next).littleEndian
      pwrite(number, &place, 8, 0)
      let input = again ?? part.input(seed: seed, number: result.next)
      // An attempt that hangs ends the process by SIGALRM.
      _ = alarm(kind.patience)
      do {
        result.tally[try part.attempt(input), default: 0] += 1
      } catch {
        result.tally["FAILED", default: 0] += 1
        result.failed += 1
        try keep("\(error)", result.next, input)
      }
      _ = alarm(0)
      let taken = ProcessInfo.processInfo.systemUptime - now
      if taken > result.slowestSeconds { (result.slowest, result.slowestSeconds) = (result.next, taken) }
      result.next += 1
      if result.failed >= 20 { break }
    }
    let grown = size > 0 ? (ProcessMemory.now() - size) >> 20 : 0
    if grown > Self.growth {
      result.failed += 1
      try keep("the process grew by \(grown) MB since number \(from + 2000)", result.next - 1, [])
    }
    try result.write(in: report)
  }

  private func keep(_ words: String, _ number: Int, _ input: [UInt8]) throws {
    let file = FindingFile(part: part, seed: seed, number: number, finding: words, input: input)
    let path = try findings.map { "; " + (try file.write(in: $0)) } ?? ""
    say("\(part), number \(number): \(words)\(path)")
  }

  private func say(_ words: String) {
    FileHandle.standardError.write(Data((words + "\n").utf8))
  }
}
