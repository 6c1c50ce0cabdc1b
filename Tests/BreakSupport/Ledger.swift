// What was tried so far, added up over calls.
import Foundation
import Glibc

/// One call after another: each tried a stretch of numbers of a seed with the program of one commit.
package struct Ledger: Codable, Equatable, Sendable {
  package struct Entry: Codable, Equatable, Sendable {
    package var commit: String
    package var part: String
    package var seed: UInt64
    /// The numbers `from..<to` were tried.
    package var from: Int
    package var to: Int
    package var failed: Int
    package var seconds: Double

    package init(
      commit: String, part: String, seed: UInt64, from: Int, to: Int, failed: Int, seconds: Double
    ) {
      self.commit = commit
      self.part = part
      self.seed = seed
      self.from = from
      self.to = to
      self.failed = failed
      self.seconds = seconds
    }
  }

  package var entries: [Entry] = []

  package init() {}

  /// Adds a call; one that goes on where another of its kind ended makes that longer.
  package mutating func add(_ entry: Entry) {
    let place = entries.lastIndex {
      $0.commit == entry.commit && $0.part == entry.part && $0.seed == entry.seed && $0.to == entry.from
    }
    guard let place else { return entries.append(entry) }
    entries[place].to = entry.to
    entries[place].failed += entry.failed
    entries[place].seconds += entry.seconds
  }

  /// The first number of a seed that no call tried yet: calls add up to different inputs.
  package func next(part: String, seed: UInt64) -> Int {
    entries.filter { $0.part == part && $0.seed == seed }.map(\.to).max() ?? 0
  }

  /// What a part tried: inputs, failures, seconds. With a commit, what was tried with that one.
  package func sum(part: String, commit: String? = nil) -> (tried: Int, failed: Int, seconds: Double) {
    let own = entries.filter { $0.part == part && (commit == nil || $0.commit == commit) }
    return own.reduce((0, 0, 0)) { ($0.0 + $1.to - $1.from, $0.1 + $1.failed, $0.2 + $1.seconds) }
  }

  // MARK: Files

  /// The ledger in a file; an empty one where there is none. Error: the file is no ledger.
  package static func read(_ path: String) throws -> Ledger {
    guard let data = FileManager.default.contents(atPath: path) else { return Ledger() }
    return try JSONDecoder().decode(Ledger.self, from: data)
  }

  /// Adds a call to the ledger in a file. Calls at the same time wait for each other.
  package static func add(_ entry: Entry, to path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let lock = open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw BreakFinding("\(path).lock cannot be locked") }
    defer { close(lock) }
    var ledger = try read(path)
    ledger.add(entry)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(ledger).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
