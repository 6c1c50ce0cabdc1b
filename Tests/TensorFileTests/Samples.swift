// What the tests of this module share: files made by hand, the stored ones, a folder to write in.

import Foundation
import TensorFile

/// A file of this header and data.
func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
  file(Array(header.utf8), data: data)
}

func file(_ header: [UInt8], data: [UInt8] = []) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
}

/// The message for bytes that are refused; nil if they are accepted.
func message(_ bytes: [UInt8]) -> String? {
  do {
    _ = try TensorFile(parsing: bytes)
    return nil
  } catch {
    return error.description
  }
}

/// The message of the error that `body` throws; nil if it throws none.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}

enum Stored {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Fixtures/safetensors").standardizedFileURL

  /// The names of the files that the reference writer wrote.
  static let names = [
    "empty", "metadata-only", "mixed", "names", "peft", "plain", "types", "values",
  ]

  static func path(_ name: String) -> String {
    folder.appendingPathComponent("\(name).safetensors").path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }
}

/// Runs `body` with the path of a new folder, which is removed afterwards.
func withFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// The names in a folder, sorted.
func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}
