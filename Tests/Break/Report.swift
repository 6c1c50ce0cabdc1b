// What a worker tells the process that watches it.
import Foundation

struct Report: Codable {
  /// The first number that was not tried.
  var next: Int
  var failed = 0
  /// How often attempts ended in which way.
  var tally: [String: Int] = [:]
  /// The attempt that took longest, and how long it took.
  var slowest = 0
  var slowestSeconds = 0.0

  /// The number that is being tried stands in a file of its own, which is written before each attempt.
  static func numberPath(_ folder: String) -> String { folder + "/number" }
  static func path(_ folder: String) -> String { folder + "/report" }

  func write(in folder: String) throws {
    try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: Self.path(folder)), options: .atomic)
  }

  static func read(in folder: String) -> Report? {
    FileManager.default.contents(atPath: path(folder)).flatMap {
      try? JSONDecoder().decode(Report.self, from: $0)
    }
  }

  static func number(in folder: String) -> Int? {
    guard let data = FileManager.default.contents(atPath: numberPath(folder)), data.count == 8 else {
      return nil
    }
    return Int(data.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}
