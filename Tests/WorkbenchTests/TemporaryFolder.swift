// An empty folder for one test.
import Foundation

/// The folder is removed with its content when the last reference goes.
final class TemporaryFolder {
  let url: URL
  var path: String { url.path() }

  init() throws {
    // Not where TMPDIR points: messages that name the folder break at its length.
    url = URL(filePath: "/tmp/ranklab-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    // What cannot be removed is the system's to clean up.
    try? FileManager.default.removeItem(at: url)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url.appending(path: name))
  }

  func text(_ name: String) throws -> String {
    try String(contentsOf: url.appending(path: name), encoding: .utf8)
  }
}
