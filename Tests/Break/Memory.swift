// The command `memory`: how much of it files take that are made to take much.

import ArgumentParser
import Foundation
import BreakSupport
import TensorFile

struct Memory: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads large hostile files and prints the memory that each takes beside its size.")

  @Option(help: "The size of each header in MB, at most 100.") var size = 32
  @Option(help: "The most that reading may take, as a multiple of the file's size.") var limit = 9.0
  @Option(help: "One kind of file, or copy.") var only: String?

  private static let copyName = "copy"

  func run() throws {
    guard let only else { return try runEach() }
    let path = "\(NSTemporaryDirectory())/ranklab-memory-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    if only == Self.copyName { return try copy(from: path, to: path + "-copy") }
    guard let hostile = HostileFile.all.first(where: { $0.name == only }) else {
      throw ValidationError("no file is named \(only)")
    }
    try hostile.write(to: path, bytes: size * 1_000_000)
    try read(path, hostile)
  }

  /// Each in a process of its own: memory that one gave back would hide what the next takes.
  private func runEach() throws {
    for name in HostileFile.all.map(\.name) + [Self.copyName] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      process.arguments = ["memory", "--size", "\(size)", "--limit", "\(limit)", "--only", name]
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw ExitCode.failure }
    }
  }

  private func read(_ path: String, _ hostile: HostileFile) throws {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let length = attributes[.size] as? Int ?? 0
    let before = try startMeasuring()
    let verdict: String
    do throws(TensorFileError) {
      verdict = "accepted, \(try TensorFile.read(path: path).tensors.count) tensors"
    } catch {
      verdict = "refused: \(error.title.suffix(60))"
    }
    let taken = ProcessMemory.peak() - before
    let ratio = Double(taken) / Double(length)
    print(
      "\(hostile.name): \(length >> 20) MB, takes \(taken >> 20) MB (\((ratio * 10).rounded() / 10)); \(verdict)"
    )
    guard ratio <= limit else {
      throw BreakFinding("\(hostile.name) takes more than \(limit) times its size")
    }
  }

  /// Writes a large file from values made in parts, and another from the mapping of it.
  private func copy(from path: String, to other: String) throws {
    defer { try? FileManager.default.removeItem(atPath: other) }
    let count = 1 << 26
    let made = try TensorData("x", shape: [count], as: .f32, count: count) { range in
      range.map { Float($0) }
    }
    let before = try startMeasuring()
    try TensorFile.write(path: path, tensors: [made])
    let entry = try TensorFile.read(path: path).tensor("x")
    try TensorFile.write(path: other, tensors: [TensorData(entry, name: "y")])
    let taken = ProcessMemory.peak() - before
    print("writing and copying \(4 * count >> 20) MB takes \(taken >> 20) MB")
    guard taken < 32 << 20 else { throw BreakFinding("copying takes the memory of the file") }
    let again = try TensorFile.read(path: other).tensor("y")
    guard try again.floats(in: count - 2..<count) == [Float(count - 2), Float(count - 1)] else {
      throw BreakFinding("the copy differs")
    }
  }

  private func startMeasuring() throws -> Int {
    guard ProcessMemory.resetPeak() else { throw BreakFinding("the peak cannot be reset here") }
    return ProcessMemory.now()
  }
}
