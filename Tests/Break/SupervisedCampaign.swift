// Attempts in a process of their own: one that ends or hangs is a finding, and the next ones go on.
import BreakSupport
import Foundation
import TestSupport

struct SupervisedCampaign {
  let part: any BreakPart.Type
  let seed: UInt64
  let from: Int
  let seconds: Double
  let tries: Int
  /// Where failing inputs are written; nil for nowhere.
  let findings: String?
  /// A finding whose input is tried, in place of those by number.
  var replay: String?

  private(set) var tried = 0
  private(set) var failed = 0
  /// Seconds from the first attempt to the last.
  private(set) var taken = 0.0
  private var tally: [String: Int] = [:]
  private var slowest = 0
  private var slowestSeconds = 0.0

  /// After so many findings it ends: they are to be read first.
  private static let mostFindings = 20

  init(
    part: any BreakPart.Type, seed: UInt64, from: Int, seconds: Double, tries: Int, findings: String?,
    replay: String? = nil
  ) {
    self.part = part
    self.seed = seed
    self.from = from
    self.seconds = seconds
    self.tries = tries
    self.findings = findings
    self.replay = replay
  }

  mutating func run() throws {
    // Ctrl-C goes to the worker as well, which ends in its own time.
    signal(SIGINT, SIG_IGN)
    let began = ProcessInfo.processInfo.systemUptime
    defer { taken = ProcessInfo.processInfo.systemUptime - began }
    while tried < tries, failed < Self.mostFindings {
      let left = seconds - (ProcessInfo.processInfo.systemUptime - began)
      guard left > 0 else { return }
      let folder = try TemporaryFolder()
      let status = try work(in: folder.path, left)
      let report = Report.read(in: folder.path)
      add(report)
      guard let status else { return }
      // The worker ended within an attempt. Those that it had no time to report are known by their number alone.
      guard let number = Report.number(in: folder.path) else {
        throw BreakFinding("the worker ended before its first attempt, \(status)")
      }
      let unreported = number - (from + tried)
      if unreported > 0 { tally["unreported", default: 0] += unreported }
      tried += unreported + 1
      failed += 1
      try keep(number, status)
    }
  }

  /// One line: what was tried, and how it ended.
  var summary: String {
    let rate = taken > 0 ? Int(Double(tried) / taken) : 0
    let total = max(1, tally.values.reduce(0, +))
    let endings = tally.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { word, count in
      "\(word) \((1000 * count / total).description.tenths) %"
    }
    return "\(part.name): \(BreakTable.grouped(tried)) tried, \(failed) failed, \(Int(taken.rounded())) s, "
      + "\(BreakTable.grouped(rate)) a second (seed \(seed), numbers from \(from)); "
      + endings.joined(separator: ", ")
      + "; the longest took \((Int((slowestSeconds * 10).rounded())).description.tenths) s, number \(slowest)"
  }

  private mutating func add(_ report: Report?) {
    guard let report else { return }
    tried = report.next - from
    failed += report.failed
    tally.merge(report.tally, uniquingKeysWith: +)
    if report.slowestSeconds > slowestSeconds {
      (slowest, slowestSeconds) = (report.slowest, report.slowestSeconds)
    }
  }

  /// Nil where the worker ended as it should; else how it ended.
  private func work(in folder: String, _ seconds: Double) throws -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var arguments = [
      "work", part.name, "--seed", "\(seed)", "--from", "\(from + tried)", "--tries", "\(tries - tried)",
      "--seconds", "\(seconds)", "--report", folder,
    ]
    if let findings { arguments += ["--findings", findings] }
    if let replay { arguments += ["--replay", replay] }
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    switch process.terminationReason {
    case .exit: return process.terminationStatus == 0 ? nil : "with code \(process.terminationStatus)"
    case .uncaughtSignal:
      return process.terminationStatus == SIGALRM
        ? "not done after \(part.patience) s" : "by signal \(process.terminationStatus)"
    @unknown default: return "in an unknown way"
    }
  }

  /// Writes the input that ended a worker.
  private func keep(_ number: Int, _ status: String) throws {
    let words = "the process ended: \(status)"
    guard replay == nil, let findings else { return print("\(part.name), number \(number): \(words)") }
    let bench = BreakBench(program: try TestProgram.path("ranklab"), folder: try TemporaryFolder())
    let input = try part.init(bench).input(seed: seed, number: number)
    let file = FindingFile(part: part.name, seed: seed, number: number, finding: words, input: input)
    print("\(part.name), number \(number): \(words); \(try file.write(in: findings))")
  }
}

extension String {
  /// A whole number of tenths with its point.
  fileprivate var tenths: String {
    let digits = count < 2 ? "0" + self : self
    return digits.dropLast() + "." + digits.suffix(1)
  }
}
