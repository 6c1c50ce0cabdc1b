// An empty folder for one test.
package import Foundation

/// The folder is removed with its content when the last reference goes.
package final class TemporaryFolder: Sendable {
  package let url: URL
  package var path: String { url.path }

  package convenience init() throws {
    // Not where TMPDIR points: messages that name the folder break at its length.
    try self.init(at: URL(fileURLWithPath: "/tmp/ranklab-test-\(UUID().uuidString)", isDirectory: false))
  }

  /// A folder at a place of one's choice, as in another one.
  package init(at url: URL) throws {
    self.url = url
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    // What cannot be removed is the system's to clean up.
    try? FileManager.default.removeItem(at: url)
  }

  package func write(_ text: String, to name: String) throws {
    try write(bytes: Array(text.utf8), to: name)
  }

  package func write(bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: url.appendingPathComponent(name))
  }

  package func text(_ name: String) throws -> String {
    try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
  }
}
