// The command that tries a part, tries a finding again, or prints the table.
import ArgumentParser
import BreakSupport
import Foundation
import TestSupport

struct Part: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "part", abstract: "Tries a part; without one, prints the table of all.",
    discussion: "Ctrl-C ends it after the attempt that is being made; what was tried counts.")

  @Argument(help: "A part by name.") var part: String?
  @Option(help: "How long it tries.") var seconds = 30.0
  @Option(help: "How many attempts it makes at most.") var tries: Int?
  @Option(help: "Decides all inputs.") var seed: UInt64 = 1
  @Option(help: "The number of the first input; without it, the first that the ledger does not have.")
  var from: Int?
  @Option(help: "Try the input in this file again.") var replay: String?
  @Flag(help: "Print the input `from` and end.") var show = false
  @Flag(help: "Print the table.") var table = false
  @Flag(help: "Print the names of the parts.") var names = false
  @Option(help: "Write the table into this file, between its two marks.") var into: String?
  @Option(help: "A folder for the ledger and for findings; without it none are kept.") var folder: String?
  @Option(help: "The name of what is tried, in the ledger.") var commit = "unknown"

  func run() throws {
    if names { return print(BreakParts.all.map { $0.name }.joined(separator: "\n")) }
    if let replay { return try tryAgain(replay) }
    if let into { return try write(try tableText(), into: into) }
    guard let part else { return print(try tableText()) }
    let kind = try BreakParts.kind(part)
    let ledger = try ledgerPath.map(Ledger.read) ?? Ledger()
    let first = from ?? ledger.next(part: part, seed: seed)
    if show { return try FileHandle.standardOutput.write(contentsOf: Data(input(kind, first))) }
    var campaign = SupervisedCampaign(
      part: kind, seed: seed, from: first, seconds: seconds, tries: tries ?? .max,
      findings: folder.map { $0 + "/findings" })
    try campaign.run()
    print(campaign.summary)
    if let ledgerPath, campaign.tried > 0 {
      let entry = Ledger.Entry(
        commit: commit, part: part, seed: seed, from: first, to: first + campaign.tried,
        failed: campaign.failed,
        seconds: campaign.taken)
      try Ledger.add(entry, to: ledgerPath)
    }
    if campaign.failed > 0 { throw ExitCode.failure }
  }

  private var ledgerPath: String? { folder.map { $0 + "/ledger.json" } }

  private func tableText() throws -> String {
    let ledger = try ledgerPath.map(Ledger.read) ?? Ledger()
    return BreakTable.text(ledger, commit: commit, parts: BreakParts.all)
  }

  /// Puts the table in the place of the one that a file has.
  private func write(_ table: String, into path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let filled = BreakTable.filled(text, with: table) else {
      throw ValidationError(
        "\(path) has no place for the table: \(BreakTable.marks.joined(separator: " … "))")
    }
    try Data(filled.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func input(_ kind: any BreakPart.Type, _ number: Int) throws -> [UInt8] {
    let bench = try BreakBench(program: try TestProgram.path("ranklab"), folder: try TemporaryFolder())
    return try kind.init(bench).input(seed: seed, number: number)
  }

  private func tryAgain(_ path: String) throws {
    guard let bytes = FileManager.default.contents(atPath: path), let file = FindingFile(Array(bytes)) else {
      throw ValidationError("\(path) is no finding of this program")
    }
    var campaign = SupervisedCampaign(
      part: try BreakParts.kind(file.part), seed: file.seed, from: file.number, seconds: 600, tries: 1,
      findings: nil, replay: path)
    try campaign.run()
    print(campaign.failed == 0 ? "\(file.part): nothing failed" : "\(file.part): it fails still")
    if campaign.failed > 0 { throw ExitCode.failure }
  }
}

extension BreakParts {
  static func kind(_ name: String) throws -> any BreakPart.Type {
    guard let kind = named(name) else {
      throw ValidationError(
        "no part is named \(name); the parts are \(all.map { $0.name }.joined(separator: ", "))")
    }
    return kind
  }
}
