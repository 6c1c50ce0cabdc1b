// Files of the test fixtures as seeds.

import Foundation

enum FuzzFixture {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Fixtures").standardizedFileURL.path

  /// The bytes of a file; empty where it is not there.
  static func file(_ path: String) -> [UInt8] {
    FileManager.default.contents(atPath: "\(folder)/\(path)").map { Array($0) } ?? []
  }

  /// The bytes of all files of a folder, in the order of their names.
  static func files(in folder: String) -> [[UInt8]] { names(in: folder).map { file("\(folder)/\($0)") } }

  /// One file of each folder in a folder, in the order of these.
  static func files(named name: String, below folder: String) -> [[UInt8]] {
    names(in: folder).map { file("\(folder)/\($0)/\(name)") }
  }

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(Self.folder)/\(folder)")) ?? []).sorted()
  }
}
