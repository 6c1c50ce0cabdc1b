// The resident memory of this process, as the system counts it.

import Foundation

enum ProcessMemory {
  /// Bytes resident now.
  static func now() -> Int { field("VmRSS:") }

  /// The most bytes resident since the last `resetPeak`.
  static func peak() -> Int { field("VmHWM:") }

  /// Makes the peak what is resident now. False where the system does not allow it.
  static func resetPeak() -> Bool {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return false }
    return (try? file.write(contentsOf: Data("5".utf8))) != nil
  }

  private static func field(_ name: String) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
      let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({
        Int($0)
      })
    else { return 0 }
    return kilobytes << 10
  }
}
