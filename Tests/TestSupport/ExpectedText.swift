// Expectations that stand in files.
package import Foundation

/// Compares texts with files, or writes the files anew.
package enum ExpectedText {
  /// Whether the environment asks for new expectations: with `UPDATE_EXPECTATIONS=1` the files are written, and the
  /// change is there to be read as a difference. Every test that compares with a file asks here.
  package static var isUpdating: Bool {
    ProcessInfo.processInfo.environment["UPDATE_EXPECTATIONS"] == "1"
  }

  /// The same for a file of the folder `Expected` beside a test's source.
  package static func difference(
    _ actual: String, from name: String, source: String = #filePath, isUpdating: Bool = isUpdating
  ) throws -> String? {
    let folder = URL(fileURLWithPath: source).deletingLastPathComponent().appendingPathComponent("Expected")
    return try difference(actual, from: folder.appendingPathComponent(name), isUpdating: isUpdating)
  }

  /// The differing lines, or nil when the text is as expected or has been written. Both texts are taken to end with one
  /// newline.
  package static func difference(
    _ actual: String, from file: URL, isUpdating: Bool = isUpdating
  ) throws -> String? {
    let name = file.lastPathComponent
    let actual = ended(actual)
    if isUpdating {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try actual.write(to: file, atomically: true, encoding: .utf8)
      return nil
    }
    guard FileManager.default.fileExists(atPath: file.path) else {
      return "no expectation \(name); the text is:\n\(actual)"
    }
    let expected = ended(try String(contentsOf: file, encoding: .utf8))
    return expected == actual ? nil : "\(name):\n" + lineDifference(actual, expected)
  }

  private static func ended(_ text: String) -> String {
    text.hasSuffix("\n") ? text : text + "\n"
  }

  /// All lines, with `-` before those that are expected alone and `+` before those that are there alone.
  static func lineDifference(_ actual: String, _ expected: String) -> String {
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let changes = new.difference(from: old)
    let removed = Set(changes.removals.map(\.offset))
    let inserted = Set(changes.insertions.map(\.offset))
    var lines: [String] = []
    var next = 0
    for index in old.indices {
      if removed.contains(index) {
        lines.append("- " + old[index])
        continue
      }
      while inserted.contains(next) {
        lines.append("+ " + new[next])
        next += 1
      }
      lines.append("  " + old[index])
      next += 1
    }
    lines += new[min(next, new.count)...].map { "+ " + $0 }
    return lines.joined(separator: "\n")
  }
}

extension CollectionDifference.Change {
  fileprivate var offset: Int {
    switch self {
    case .insert(let offset, _, _), .remove(let offset, _, _): offset
    }
  }
}
