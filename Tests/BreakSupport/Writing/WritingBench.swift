// Where writings are tried: each over the same files, and judged by what the same program leaves undisturbed.
import Foundation
import Glibc
import TestSupport

/// What a writing leaves where nothing disturbs it.
struct WritingReference {
  /// Files before, and what they may be afterwards, whole: one of these.
  var states: [[String: Data]]
  /// What the run that follows shows.
  var output: [UInt8]
}

final class WritingBench {
  private let bench: BreakBench
  private var references: [WritingWork: WritingReference] = [:]

  init(_ bench: BreakBench) { self.bench = bench }

  /// The folder that the program works in.
  var path: String { bench.folder.path }

  /// The folder as it is before the work.
  func begin(_ work: WritingWork, _ reference: WritingReference?) throws {
    // A folder that may not be written is not emptied.
    for name in try names() where Self.isFolder("\(path)/\(name)") { chmod("\(path)/\(name)", 0o755) }
    chmod(path, 0o755)
    try bench.clear()
    for (name, text) in work.setup { try write(Data(text.utf8), to: name) }
    if let reference, let first = reference.states.first {
      for (name, data) in first { try write(data, to: name) }
    }
    // What an adapter or model is written over is a folder of its own, to which the user has added.
    if reference != nil { for (name, text) in work.usersFiles { try write(Data(text.utf8), to: name) } }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Made once, by the same program without a kill.
  func reference(of work: WritingWork) throws -> WritingReference {
    if let known = references[work] { return known }
    var states: [[String: Data]] = []
    for arguments in work.making {
      try begin(work, nil)
      let result = try run(arguments)
      try BreakFinding.require(
        result.exit == .code(0), "\(work.rawValue) fails without a kill: \(result.words)")
      var files = try files(work.outputs)
      for name in work.usersFiles.keys { files[name] = nil }
      states.append(files)
    }
    // The run that follows, after one that came to its end.
    let made = WritingReference(states: work.startsWithNothing ? [[:]] + states : states, output: [])
    try begin(work, made)
    _ = try run(work.arguments)
    let after = try run(work.following)
    try BreakFinding.require(after.exit == .code(0), "\(work.rawValue) fails without a kill: \(after.words)")
    let reference = WritingReference(states: made.states, output: after.output)
    references[work] = reference
    return reference
  }

  func run(
    _ arguments: [String], limits: String = "", meanwhile: (pid_t) throws -> Void = { _ in }
  ) throws -> BreakBench.Result {
    try bench.run(
      arguments, limits: limits, environment: ["RANKLAB_THREADS": "2", "NO_COLOR": "1"], seconds: 60,
      meanwhile: meanwhile)
  }

  private func write(_ data: Data, to name: String) throws {
    let url = bench.folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }

  /// Every name in the folder and below.
  private func names() throws -> [String] {
    FileManager.default.enumerator(atPath: bench.folder.path)?.compactMap { $0 as? String } ?? []
  }

  /// What no run may leave behind: temporary names.
  func leftovers() throws -> [String] {
    try names().filter {
      $0.contains(".ranklab-") || $0.hasSuffix(".unfinished") || $0.hasSuffix(".replaced")
    }
  }

  /// The files below some names, but for temporary ones.
  func files(_ tops: [String]) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try names() where tops.contains(where: { name == $0 || name.hasPrefix($0 + "/") }) {
      if name.contains(".ranklab-") { continue }
      files[name] = FileManager.default.contents(atPath: "\(bench.folder.path)/\(name)")
    }
    return files
  }
}
